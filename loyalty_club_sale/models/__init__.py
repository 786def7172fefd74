from . import account_move
from . import account_move_line
from . import loyalty_card
from . import loyalty_club_entry
from . import loyalty_program
from . import payment_transaction
from . import res_partner
from . import order
