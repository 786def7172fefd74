from . import test_smoke
from . import test_spending_tours
