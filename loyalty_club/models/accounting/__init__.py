from . import move_line
from . import move
from . import move_facts
from . import move_received
from . import move_top_up
from . import partial_reconcile
from . import payment
