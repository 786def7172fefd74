from odoo import fields, models
from odoo.exceptions import UserError

from .loyalty_club import ACCOUNTS

# On these stands what the ledger knows of its accounts: they belong to one customer
# and last beyond one order.
FROZEN = {"club_id", "club_account", "program_type", "company_id", "applies_on"}


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    club_id = fields.Many2one(
        "loyalty.club",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The club whose ledger keeps the balances of this program.",
    )
    club_account = fields.Selection(ACCOUNTS, copy=False, readonly=True)

    _club_account_uniq = models.UniqueIndex(
        "(club_id, club_account) WHERE club_id IS NOT NULL",
        "The club already has a program for this account.",
    )
    _club_account_set = models.Constraint(
        "CHECK ((club_id IS NULL) = (club_account IS NULL))",
        "A program of a club says which account it keeps.",
    )

    def write(self, vals):
        managed = self.filtered("club_id")
        frozen = FROZEN & vals.keys()
        if managed and frozen and not self.env.su:
            raise UserError(
                self.env._(
                    "%(programs)s keep the accounts of a club: their type, company, "
                    "club and use on orders can't be changed.",
                    programs=", ".join(managed.mapped("name")),
                )
            )
        return super().write(vals)

    def _club_open_on(self, day):
        """Whether the program is in force on a day."""
        self.ensure_one()
        return (
            self.active
            and (not self.date_from or self.date_from <= day)
            and (not self.date_to or day <= self.date_to)
        )
