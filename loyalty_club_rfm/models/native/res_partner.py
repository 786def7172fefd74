from odoo import models
from odoo.tools import SQL


class ResPartner(models.Model):
    """A contact has the segment that the current company gives him."""

    _name = "res.partner"
    _inherit = ["res.partner", "loyalty.club.rfm.scored"]

    def _rfm_row_id(self, alias):
        definition = self.env["loyalty.club.rfm.definition"]._main()
        return definition._row_id(SQL.identifier(alias, definition._customer_column()))

    def _rfm_explained(self):
        return self.env["loyalty.club.rfm.definition"]._main(), self
