from . import club
from . import entry
from . import hold
from . import member
from . import purchase
