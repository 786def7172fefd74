"""How amounts are declared on models: exact ``numeric`` columns, shown untrimmed."""

# Four decimals hold every currency of ISO 4217; the web client shows as many as
# there are, so that 37 points aren't "37.0000".
AMOUNT = {"digits": (24, 4), "min_display_digits": 0}
