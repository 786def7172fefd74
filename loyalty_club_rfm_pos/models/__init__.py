from . import loyalty_club_rfm_parameters
from . import loyalty_club_rfm_fact
from . import pos_order
from . import account_move
from . import loyalty_club_rfm_basket
from . import loyalty_club_till
