from odoo import fields, models


class LoyaltyClubRfmMove(models.Model):
    """An event as the list of changes shows it."""

    _inherit = "loyalty.club.rfm.move"

    from_color = fields.Integer("Colour left", related="from_segment_id.color")
    to_color = fields.Integer("Colour entered", related="to_segment_id.color")

    def action_explain(self):
        """Why the customer is where he is now, in sentences."""
        self.ensure_one()
        return self.definition_id._explain_action(self.partner_id)
