"""How customers are scored, in plain Python.

Nothing here knows Odoo or a database. Scores of a million customers are worked out in
SQL; what is written here is the meaning of that SQL, and the few numbers (cut points,
the cells of a map) that it is given.

Amounts are ``decimal.Decimal`` and counts ``int``: scores never depend on a float.
"""
