from odoo import models


class LoyaltyClubEntry(models.Model):
    _inherit = "loyalty.club.entry"

    # An order is compared with its entries whenever it is confirmed or changed.
    _sale_order_idx = models.Index("(origin_id) WHERE origin_model = 'sale.order'")
