from odoo import fields, models

from ..amounts import AMOUNT


class LoyaltyClubPurchaseLine(models.Model):
    """One line of a purchase, with what it earned and what came back of it."""

    _name = "loyalty.club.purchase.line"
    _description = "Purchase Line"
    _order = "purchase_id, id"
    _rec_name = "name"

    purchase_id = fields.Many2one(
        "loyalty.club.purchase", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="purchase_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="purchase_id.currency_id")
    key = fields.Char(required=True, help="The line's name at the source.")
    product_id = fields.Many2one("product.product", index="btree_not_null")
    name = fields.Char()
    category = fields.Char()
    quantity = fields.Float(digits=(16, 4), min_display_digits=0)
    unit_price = fields.Float(**AMOUNT)
    discount = fields.Float(digits=(6, 3), min_display_digits=0)
    total = fields.Monetary()
    untaxed = fields.Monetary()
    total_before_discount = fields.Monetary()
    untaxed_before_discount = fields.Monetary()
    cost = fields.Monetary(help="What the goods had cost the shop, where it is known.")
    has_cost = fields.Boolean()
    points = fields.Float(**AMOUNT)
    status_points = fields.Float(**AMOUNT)
    whole_points = fields.Float(
        help="What it earns when all of a purchase in parts is received.", **AMOUNT
    )
    whole_status = fields.Float(**AMOUNT)
    returned_quantity = fields.Float(digits=(16, 4), min_display_digits=0)
    returned_total = fields.Monetary()
    points_taken = fields.Float(**AMOUNT)
    status_taken = fields.Float(**AMOUNT)

    _key_uniq = models.UniqueIndex(
        "(purchase_id, key)", "Two lines of a purchase can't have the same name."
    )
