"""How customers are scored and what is expected of them, in plain Python.

Nothing here knows Odoo or a database. Scores of a million customers are worked out in
SQL; what is written here is the meaning of that SQL, and the few numbers (cut points,
the cells of a map, the parameters of a model) that it is given.

* Amounts are ``decimal.Decimal`` and counts ``int``: scores never depend on a float.
* The probability models of ``btyd`` are estimates, and calculate in floats.
"""
