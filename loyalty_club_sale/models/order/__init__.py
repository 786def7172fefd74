from . import order
from . import erasing
from . import line
from . import line_top_up
from . import reduction
from . import top_up
