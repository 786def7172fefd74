"""Makes the engine importable as ``engine``, without Odoo and without the addon."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parents[2] / "loyalty_club"))

# The same examples in every run, and no database of examples left behind.
settings.register_profile("engine", deadline=None, derandomize=True, database=None)
settings.load_profile("engine")
