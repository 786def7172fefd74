from . import run
from . import step
from . import cell
from . import score
from . import move
from . import customer
from . import trend
