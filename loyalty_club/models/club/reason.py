from odoo import api, fields, models


class LoyaltyClubReason(models.Model):
    """Why somebody changes a balance by hand; the code is what integrators send.

    Those without a company are shared: everybody uses them, and an administrator alone
    changes them. What a manager adds is their company's.
    """

    _name = "loyalty.club.reason"
    _description = "Adjustment Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    direction = fields.Selection(
        [("both", "Gives or takes"), ("give", "Gives"), ("take", "Takes")],
        required=True,
        default="both",
    )

    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: shared by all companies."
    )

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "This reason code is already used."
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            own = {"company_id": self.env.company.root_id.id}
            vals_list = [{**own, **vals} for vals in vals_list]
        return super().create(vals_list)

    def _is_open_to(self, club):
        """Whether a club may use this reason."""
        self.ensure_one()
        company_sudo = self.sudo().company_id  # a branch may not see its root company
        return not company_sudo or company_sudo in club.company_id.parent_ids
