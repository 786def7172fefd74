from . import loyalty_club_rfm_next_best
