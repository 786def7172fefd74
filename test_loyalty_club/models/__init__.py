from . import heard
from . import event
from . import facts
from . import lists
from . import offers
