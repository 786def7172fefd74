from . import order
from . import erasing
from . import reduction
from . import line
