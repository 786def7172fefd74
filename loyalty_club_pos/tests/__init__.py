from . import test_hoot
from . import test_smoke
from . import test_spending_tours
