from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..words import money_text, number_text, say_in_all_languages
from .loyalty_sound import MOST


class LoyaltyReward(models.Model):
    _name = "loyalty.reward"
    _inherit = ["loyalty.reward", "loyalty.club.sound"]

    club_id = fields.Many2one(related="program_id.club_id")
    club_tier_ids = fields.Many2many(
        "loyalty.club.tier",
        string="Tiers",
        help="Only members of these tiers can claim it; empty means everybody.",
    )

    club_account = fields.Selection(related="program_id.club_account")
    club_sentence = fields.Char(
        "In a sentence",
        compute="_compute_club_sentence",
        help="What a point is worth.",
    )

    def _club_label(self):
        return self.description

    @api.depends_context("lang")
    @api.depends(
        "program_id.club_account",
        "reward_type",
        "discount",
        "discount_mode",
        "clear_wallet",
        "required_points",
        "currency_id",
    )
    def _compute_club_sentence(self):
        """Only of what turns any number of points into money: others read well."""
        for reward in self:
            reward.club_sentence = (
                reward.club_account == "points"
                and reward._club_pays_any_amount()
                and reward._club_worth_text()
            )

    def _club_worth_text(self):
        """What a point is worth: "1,000 ریال for each point"."""
        money = money_text(self.discount, self.currency_id)
        text = self.env._("%(money)s for each point", money=money)
        if self.required_points <= 1:
            return text
        least = number_text(self.required_points)
        return self.env._(
            "%(worth)s, from %(least)s points on", worth=text, least=least
        )

    def _club_domains(self):
        return ("discount_product_domain",)

    def _club_numbers(self):
        return dict.fromkeys(
            ("discount", "discount_max_amount", "required_points"), MOST
        )

    @api.constrains(
        "discount_product_domain",
        "discount",
        "discount_max_amount",
        "required_points",
        "program_id",
        "active",
    )
    def _check_club_sound(self):
        self.filtered("active")._club_check_sound()

    def _get_discount_product_domain(self):
        """As Odoo's; of a managed reward that is broken, no product at all."""
        if self._club_is_broken("discount_product_domain"):
            return Domain.FALSE
        return super()._get_discount_product_domain()

    def write(self, vals):
        if not vals.get("active", True) or "program_id" in vals:
            self._club_refuse_loss()
        return super().write(vals)

    def unlink(self):
        self._club_refuse_loss()
        return super().unlink()

    def _club_refuse_loss(self):
        """What is in a wallet can only be spent by a reward: one must stay."""
        if self.env.su:
            return
        for program in self.program_id.filtered("club_id"):
            left = program.reward_ids.filtered("active") - self
            if program.club_account != "points" and not left:
                raise UserError(
                    self.env._(
                        "Without this reward nobody could spend what is in %(program)s:"
                        " it can't be archived, moved or deleted.",
                        program=program.name,
                    )
                )

    def _club_describe(self):
        """Call what pays any part of a basket as its account, in all languages."""
        say_in_all_languages(
            self.filtered(lambda reward: reward._club_pays_any_amount()),
            "description",
            lambda reward: reward._club_description(),
        )

    @api.depends("program_id.club_account")
    def _compute_description(self):
        """What pays any part of a basket is called as its account, not by its worth."""
        own = self.filtered(lambda reward: reward._club_pays_any_amount())
        for reward in own:
            reward.description = reward._club_description()
        return super(LoyaltyReward, self - own)._compute_description()

    def _club_description(self):
        return {
            "points": self.env._("Points used"),
            "wallet": self.env._("Wallet"),
            "credit": self.env._("Promotional credit"),
        }[self.program_id.club_account]

    def _club_pays_any_amount(self):
        """Whether it turns any number of points, or part of a wallet, into money."""
        return bool(
            self.program_id.club_account
            and self.reward_type == "discount"
            and self.discount_mode == "per_point"
            and not self.clear_wallet
        )

    def _club_reduces_price(self):
        """Whether it takes any part of an account's money off the goods' prices."""
        program_sudo = self.program_id.sudo()  # who sells may not read its account
        return (
            self.sudo()._club_pays_any_amount()
            and program_sudo.club_account == "credit"
            and program_sudo.club_use == "reduction"
        )

    def _club_open_to(self, card):
        """Whether the member whose account ``card`` is may claim these rewards."""
        # Who sells reads neither members nor tiers, but has to know this much.
        rewards_sudo = self.sudo().filtered("club_id")
        tier = card.sudo().member_id.tier_id
        return all(
            not reward.club_tier_ids or tier in reward.club_tier_ids
            for reward in rewards_sudo
        )
