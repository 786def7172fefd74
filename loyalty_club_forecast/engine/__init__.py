"""What is expected of customers, in plain Python: nothing here knows Odoo.

The probability models of ``btyd`` are estimates, and calculate in floats; what scores
are worked out from (``loyalty_club_rfm/engine``) never does.
"""
