"""Makes the engines importable without Odoo and without their addons: the club's as
``engine``, that of RFM as ``rfm_engine``, the forecast's as ``forecast_engine``."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from hypothesis import settings

CHECKOUT = Path(__file__).parents[2]

sys.path.insert(0, str(CHECKOUT / "loyalty_club"))
for _name, _addon in (
    ("rfm_engine", "loyalty_club_rfm"),
    ("forecast_engine", "loyalty_club_forecast"),
):
    _spec = spec_from_file_location(_name, CHECKOUT / _addon / "engine" / "__init__.py")
    sys.modules[_name] = module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules[_name])

# The same examples in every run, and no database of examples left behind.
settings.register_profile("engine", deadline=None, derandomize=True, database=None)
settings.load_profile("engine")
