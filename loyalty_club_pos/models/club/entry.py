from odoo import models


class LoyaltyClubEntry(models.Model):
    _inherit = "loyalty.club.entry"

    # What an order has spent and loaded is asked when it is settled and refunded.
    _pos_order_idx = models.Index("(origin_id) WHERE origin_model = 'pos.order'")
