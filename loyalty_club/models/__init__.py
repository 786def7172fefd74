from . import club
from . import member
from . import purchase
from . import ledger
from . import event
from . import native
from . import accounting
