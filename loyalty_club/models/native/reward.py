from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...engine import spending
from ...engine.amounts import decimal
from ...words import money_text, number_text, say_in_all_languages
from .sound import MOST

# What a reward is called by itself follows from these.
DESCRIBED = {
    "discount",
    "discount_applicability",
    "discount_max_amount",
    "discount_mode",
    "discount_product_category_id",
    "discount_product_domain",
    "discount_product_ids",
    "discount_product_tag_id",
    "program_id",
    "reward_product_id",
    "reward_product_tag_id",
    "reward_type",
}


class LoyaltyReward(models.Model):
    _name = "loyalty.reward"
    _inherit = ["loyalty.reward", "loyalty.club.sound", "loyalty.club.watched"]

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

    def _club_money_text(self, points):
        """What so many points pay, where they pay any amount: "50,000 ریال"."""
        money = self.currency_id.round(points * self.discount)
        return money_text(money, self.currency_id)

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

    @api.model_create_multi
    def create(self, vals_list):
        rewards = super().create(vals_list)
        rewards._club_unnamed()._club_name()
        return rewards

    def write(self, vals):
        if not vals.get("active", True) or "program_id" in vals:
            self._club_refuse_loss()
        if not DESCRIBED.intersection(vals):
            return super().write(vals)
        unnamed = self._club_unnamed()
        res = super().write(vals)
        # A form sends what it was called by itself, too.
        (self._club_unnamed() if "description" in vals else unnamed)._club_name()
        return res

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
        """Call a new program's rewards by what they are, in all languages."""
        paying = self.filtered(lambda reward: reward._club_pays_any_amount())
        (paying | self._club_unnamed())._club_name()

    def _club_name(self):
        say_in_all_languages(
            self, "description", lambda reward: reward._club_description()
        )

    def _club_unnamed(self):
        """Rewards of clubs that nobody has named: they are called by what they are."""
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        return self.filtered("program_id.club_account").filtered(
            lambda reward: (
                reward.description
                in {
                    name
                    for code in languages
                    for name in reward.with_context(lang=code)._club_own_names()
                }
            )
        )

    def _club_own_names(self):
        """What the reward is called in one language: by us, and by Odoo."""
        draft = self.new(origin=self)
        # Odoo's own words, not ours.
        super(  # pylint: disable=super-method-mismatch
            LoyaltyReward, draft
        )._compute_description()
        return self._club_description(), draft.description

    @api.depends("program_id.club_account")
    def _compute_description(self):
        """Of a club: what pays any part of a basket is called as its account, not by
        its worth; and all in words that are translated."""
        own = self.filtered("program_id.club_account")
        for reward in own:
            reward.description = reward._club_description()
        return super(LoyaltyReward, self - own)._compute_description()

    def _club_description(self):
        if self._club_pays_any_amount():
            return {
                "points": self.env._("Points used"),
                "wallet": self.env._("Wallet"),
                "credit": self.env._("Promotional credit"),
            }[self.program_id.club_account]
        if self.reward_type == "product":
            return self._club_gift_text()
        return self._club_discount_text()

    def _club_gift_text(self):
        products = self.reward_product_ids.with_context(display_default_code=False)
        if not products:
            return self.env._("Free Product")
        names = ", ".join(products.mapped("display_name"))
        if len(products) > 1:
            names = f"[{names}]"
        return self.env._("Free Product - %(names)s", names=names)

    def _club_discount_text(self):
        discount = money_text(self.discount, self.currency_id)
        if self.discount_mode == "percent":
            discount = self.env._("%(number)s%%", number=number_text(self.discount))
        elif self.discount_mode == "per_point":
            discount = self.env._("%(money)s per point", money=discount)
        text = self.env._(
            "%(discount)s on %(what)s", discount=discount, what=self._club_goods_text()
        )
        if self.discount_max_amount:
            most = money_text(self.discount_max_amount, self.currency_id)
            text = self.env._("%(reward)s (Max %(money)s)", reward=text, money=most)
        return text

    def _club_goods_text(self):
        """What a discount is on."""
        if self.discount_applicability == "cheapest":
            return self.env._("the cheapest product")
        if self.discount_applicability == "order":
            return self.env._("your order")
        products = self.env["product.product"].search(
            self._get_discount_product_domain(), limit=2
        )
        if len(products) == 1:
            return products.with_context(display_default_code=False).display_name
        return self.env._("specific products")

    def _club_pays_any_amount(self):
        """Whether it turns any number of points, or part of a wallet, into money."""
        return bool(
            self.program_id.club_account
            and self.reward_type == "discount"
            and self.discount_mode == "per_point"
            and not self.clear_wallet
        )

    def _club_terms(self, card):
        """What it asks for of an account, as the engine wants it.

        :return: :class:`~..engine.spending.Terms`
        """
        terms = {
            "digits": card._club_digits(),
            "price": decimal(self.required_points),
            "clears": self.clear_wallet,
        }
        if self.reward_type == "product":
            pieces = Decimal(self.reward_product_qty or 1)
            return spending.Terms("goods", each=pieces, **terms)
        pays = self.discount_mode == "per_point" and self.discount
        foreign = self.program_id != card.program_id
        if pays or (foreign and card.club_account != "points"):
            # Of another's reward nothing is known: money pays money.
            return spending.Terms("money", each=decimal(pays or 1.0), **terms)
        return spending.Terms("price", **terms)

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
        return rewards_sudo._club_for_tier(tier) == rewards_sudo

    def _club_for_tier(self, tier):
        """Those of these rewards that members of a tier may claim.

        :param tier: ``loyalty.club.tier``, empty for who is in none
        """
        return self.filtered(
            lambda reward: not reward.club_tier_ids or tier in reward.club_tier_ids
        )
