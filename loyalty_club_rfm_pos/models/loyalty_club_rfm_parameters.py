from odoo import api, fields, models


class LoyaltyClubRfmParameters(models.AbstractModel):
    """Whether till orders count."""

    _inherit = "loyalty.club.rfm.parameters"

    use_pos = fields.Boolean("Point of sale", default=True)

    @api.model
    def _source_parameters(self):
        return {"pos": "use_pos", **super()._source_parameters()}
