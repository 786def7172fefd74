from . import definition
from . import runs
from . import overview
