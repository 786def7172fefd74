"""How amounts are declared on models: exact ``numeric`` columns, shown untrimmed."""

from .engine.amounts import SCALE

# The web client shows as many decimals as there are: 37 points aren't "37.0000".
AMOUNT = {"digits": (24, SCALE), "min_display_digits": 0}
