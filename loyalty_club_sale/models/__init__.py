from . import account_move
from . import loyalty_card
from . import loyalty_club_entry
from . import sale_order
from . import sale_order_line
from . import sale_order_line_top_up
from . import sale_order_reduction
from . import sale_order_top_up
