from . import test_erase
from . import test_forecast
from . import test_rights
