from . import base_partner_merge
from . import loyalty_club_rfm_next_best
