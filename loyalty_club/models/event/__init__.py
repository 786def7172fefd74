from . import event
from . import handing_over
