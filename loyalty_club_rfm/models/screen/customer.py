from odoo import fields, models


class LoyaltyClubRfmCustomer(models.Model):
    """A row of the list of customers, and the page that explains it."""

    _inherit = "loyalty.club.rfm.customer"

    segment_color = fields.Integer(related="segment_id.color")
    segment_action = fields.Text("What to do", related="segment_id.action")

    def action_explain(self):
        """Why this customer has his scores, in sentences."""
        self.ensure_one()
        return self.definition_id._explain_action(self.partner_id)
