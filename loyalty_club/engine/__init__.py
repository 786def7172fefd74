"""The decisions of the loyalty club, in plain Python.

Nothing here knows Odoo or a database: functions take small frozen dataclasses and
return new ones, so that every rule about points can be read, doctested and
property-tested on its own. The models translate records into these shapes, ask, and
write down the answer.

* Amounts are ``int``, counted in the smallest unit of a program or currency.
* Rates are ``fractions.Fraction``, quantities ``decimal.Decimal``; floats never.
* Dates are Gregorian ``datetime.date``, whichever calendar a club follows.
"""
