from . import test_attacks
from . import test_cancel
from . import test_cart
from . import test_reduction
from . import test_spending
from . import test_tiers
from . import test_top_up
from . import test_unmanaged
