from odoo import fields, models


class LoyaltyClubRfmMove(models.Model):
    """An event: a customer left one segment and entered another.

    Other addons read them in the order of their ids, from where they got to the last
    time, or extend :meth:`_segment_changed` of the definition.
    """

    _name = "loyalty.club.rfm.move"
    _description = "Change of segment"
    _order = "id desc"
    _log_access = False

    definition_id = fields.Many2one(
        "loyalty.club.rfm.definition", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade"
    )
    day = fields.Date(required=True)
    reason = fields.Selection(
        [("purchases", "Purchases and time"), ("rules", "A new version of the rules")],
        required=True,
    )
    from_segment_id = fields.Many2one("loyalty.club.rfm.segment", "Left")
    to_segment_id = fields.Many2one("loyalty.club.rfm.segment", "Entered")

    _definition_day_idx = models.Index("(definition_id, day)")
