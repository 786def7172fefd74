from odoo import api, fields, models


class LoyaltyClubRfmNextBest(models.TransientModel):
    """A customer's next best products, as a list that can be looked at."""

    _name = "loyalty.club.rfm.next.best"
    _description = "Next best product"
    _order = "id"

    partner_id = fields.Many2one("res.partner", readonly=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", readonly=True, ondelete="cascade")
    score = fields.Float(readonly=True, aggregator=None)
    why = fields.Char(readonly=True)

    @api.model
    def _open(self, partner, limit=20):
        """Open the list for a customer whom the user may read.

        :return: action
        """
        partner.ensure_one()
        partner.check_access("read")
        found = self.env["loyalty.club.rfm.pair"]._next_best(partner, limit)
        # Nobody has a right to write here: the list is what was found out.
        rows_sudo = self.sudo().create(
            [
                {
                    "partner_id": partner.id,
                    **{name: row[name] for name in ("product_id", "score", "why")},
                }
                for row in found
            ]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Next best products for %s", partner.display_name),
            "res_model": self._name,
            "view_mode": "list",
            "domain": [("id", "in", rows_sudo.ids)],
        }
