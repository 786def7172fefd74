"""Makes what the drivers share importable, and the server's engine beside it."""

import importlib
import sys
from pathlib import Path

from hypothesis import settings

CHECKOUT = Path(__file__).parents[2]
sys.path.insert(0, str(CHECKOUT / "loyalty_club_pos" / "iot_handlers" / "drivers"))
# Not for longer than it takes to find it: the addon's folder has "tests" of its own.
sys.path.insert(0, str(CHECKOUT / "loyalty_club"))
importlib.import_module("engine")
del sys.path[0]

# The same examples in every run, and no database of examples left behind.
settings.register_profile("iot", deadline=None, derandomize=True, database=None)
settings.load_profile("iot")
