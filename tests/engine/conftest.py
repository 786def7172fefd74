"""Makes the engines importable without Odoo and without their addons: the club's as
``engine``, that of RFM as ``rfm_engine``."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from hypothesis import settings

CHECKOUT = Path(__file__).parents[2]

sys.path.insert(0, str(CHECKOUT / "loyalty_club"))
_spec = spec_from_file_location(
    "rfm_engine", CHECKOUT / "loyalty_club_rfm" / "engine" / "__init__.py"
)
sys.modules["rfm_engine"] = module_from_spec(_spec)
_spec.loader.exec_module(sys.modules["rfm_engine"])

# The same examples in every run, and no database of examples left behind.
settings.register_profile("engine", deadline=None, derandomize=True, database=None)
settings.load_profile("engine")
