from . import fact
from . import share
from . import gather
