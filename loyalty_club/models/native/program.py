from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...engine.amounts import fraction
from ...words import sentence
from ..club.club import ACCOUNTS

# On these stands what the ledger knows of its accounts: they belong to one customer
# and last beyond one order.
FROZEN = {
    "club_id",
    "club_account",
    "program_type",
    "company_id",
    "currency_id",
    "applies_on",
}
# What spending from an account is: of some, the law leaves no choice.
USE = {"points": "reduction", "wallet": "payment", "credit": "reduction"}


class LoyaltyProgram(models.Model):
    _name = "loyalty.program"
    _inherit = ["loyalty.program", "loyalty.club.watched"]

    club_id = fields.Many2one(
        "loyalty.club",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The club whose ledger keeps the balances of this program.",
    )
    club_account = fields.Selection(ACCOUNTS, copy=False, readonly=True)
    club_use = fields.Selection(
        [("payment", "A payment"), ("reduction", "A price reduction")],
        string="Spending is",
        compute="_compute_club_use",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="A payment pays the price with its taxes, like cash. A price reduction "
        "takes the amount off the prices of the goods as they are shown, each in its "
        "part, so that less tax is due.",
    )

    _club_account_uniq = models.UniqueIndex(
        "(club_id, club_account) WHERE club_id IS NOT NULL",
        "The club already has a program for this account.",
    )
    _club_account_set = models.Constraint(
        "CHECK ((club_id IS NULL) = (club_account IS NULL))",
        "A program of a club says which account it keeps.",
    )

    @api.depends("club_account")
    def _compute_club_use(self):
        for program in self:
            program.club_use = USE.get(program.club_account)

    @api.depends("club_use")
    def _compute_is_payment_program(self):
        """Credit that reduces prices is no payment, wherever Odoo asks for that."""
        res = super()._compute_is_payment_program()
        for program in self:
            if program.club_use == "reduction":
                program.is_payment_program = False
        return res

    @api.constrains("club_use", "club_account")
    def _check_club_use(self):
        for program in self:
            account = program.club_account
            if account in ("points", "wallet") and program.club_use != USE[account]:
                raise ValidationError(
                    self.env._(
                        "Money that members paid in is a payment, and points are a "
                        "price reduction: only promotional credit can be either."
                    )
                )

    club_problem = fields.Char(
        compute="_compute_club_problem",
        help="Rules and rewards of a club that can't be used as they are.",
    )

    @api.depends("club_id", "rule_ids.club_problem", "reward_ids.club_problem")
    def _compute_club_problem(self):
        for program in self:
            parts = [*program.rule_ids, *program.reward_ids]
            program.club_problem = " ".join(
                part.club_problem for part in parts if part.club_problem
            )

    club_sentence = fields.Char(
        "Points earned",
        compute="_compute_club_sentence",
        help="What members earn, by all rules.",
    )

    @api.depends_context("lang")
    @api.depends("rule_ids.club_sentence")
    def _compute_club_sentence(self):
        for program in self:
            rules = program.rule_ids.filtered("club_sentence")
            program.club_sentence = rules and sentence(
                self.env, [rule._club_statement() for rule in rules]
            )

    def _club_point_worth(self):
        """The money that a point can be turned into, exactly; 0 if it can't."""
        self.ensure_one()
        rewards = self.reward_ids.filtered(
            lambda reward: (
                reward._club_pays_any_amount() and not reward._club_unsound_number()
            )
        )
        worths = [fraction(reward.discount) for reward in rewards]
        return max(worths, default=Fraction(0))

    def write(self, vals):
        managed = self.filtered("club_id")
        frozen = FROZEN & vals.keys()
        if managed and frozen and not self.env.su:
            raise UserError(
                self.env._(
                    "%(programs)s keep the accounts of a club: their type, company, "
                    "currency, club and use on orders can't be changed.",
                    programs=", ".join(managed.mapped("name")),
                )
            )
        if not vals.get("active", True) and not self.env.su:
            managed._club_refuse_end()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_managed(self):
        self.filtered("club_id")._club_refuse_end()

    def _club_refuse_end(self):
        """Without its program an account has no rules, no rewards and no name."""
        if self:
            raise UserError(
                self.env._(
                    "%(programs)s keep the accounts of a club: they can't be archived "
                    "or deleted. To stop earning, give the program an end date.",
                    programs=", ".join(self.mapped("name")),
                )
            )

    def _club_open_on(self, day):
        """Whether the program is in force on a day."""
        self.ensure_one()
        return (
            self.active
            and (not self.date_from or self.date_from <= day)
            and (not self.date_to or day <= self.date_to)
        )
