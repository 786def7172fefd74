from . import base_partner_merge
from . import member_join
from . import member_merge
from . import member_erase
from . import exception_attribute
from . import card_replace
from . import loyalty_club_take_over
from . import loyalty_club_tier_publish
