from . import native
from . import club
from . import till
from . import order
