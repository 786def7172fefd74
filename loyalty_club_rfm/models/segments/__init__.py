from . import parameters
from . import map
from . import segment
from . import definition
from . import version
from . import setup
from . import guard
