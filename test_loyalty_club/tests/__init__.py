from . import test_events
from . import test_hooks
from . import test_lists
from . import test_offers
