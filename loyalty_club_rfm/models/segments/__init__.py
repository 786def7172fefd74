from . import parameters
from . import map
from . import segment
from . import version
