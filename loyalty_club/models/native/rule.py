from decimal import Decimal
from fractions import Fraction

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...engine import earning
from ...engine.amounts import fraction, to_units
from ...scopes import BasketScopes
from ...words import joined, money_text, names_text, number_text, sentence
from .sound import MOST

# A rule that gives back more than this part of a price is probably a slip.
MUCH = Fraction(1, 2)


class LoyaltyRule(models.Model):
    _name = "loyalty.rule"
    _inherit = ["loyalty.rule", "loyalty.club.sound", "loyalty.club.watched"]

    club_id = fields.Many2one(related="program_id.club_id")
    club_account = fields.Selection(related="program_id.club_account")
    club_mode = fields.Selection(
        [
            ("money", "Points for money spent"),
            ("unit", "Points for each piece"),
            ("order", "Points for each purchase"),
            ("multiply", "Multiply what other rules give"),
        ],
        string="Gives",
        compute="_compute_club_mode",
        store=True,
        readonly=False,
        precompute=True,
        inverse="_inverse_club_mode",
        help="A rule that multiplies gives nothing itself: in rules by money or by "
        "piece its products count so many times. 2 doubles, 0 gives nothing.",
    )
    club_factor = fields.Float("Times", default=2)
    club_per_amount = fields.Monetary(
        string="For each",
        compute="_compute_club_per_amount",
        store=True,
        readonly=False,
        precompute=True,
        help="The money that gives the points: 1 point for each 10,000 spent.",
    )
    club_sentence = fields.Char(
        "In a sentence",
        compute="_compute_club_sentence",
        help="What this rule gives, for what.",
    )
    club_warning = fields.Char(compute="_compute_club_warning")
    club_tier_ids = fields.Many2many(
        "loyalty.club.tier",
        string="Tiers",
        help="Only members of these tiers earn by this rule; empty means everybody.",
    )
    club_multiplied = fields.Boolean("Tier multiplies", default=True)
    club_status = fields.Boolean("Gives status points", default=True)
    club_excluded_product_ids = fields.Many2many(
        "product.product",
        relation="loyalty_rule_club_excluded_product_rel",
        string="Products that earn nothing",
    )
    club_excluded_category_ids = fields.Many2many(
        "product.category",
        relation="loyalty_rule_club_excluded_category_rel",
        string="Categories that earn nothing",
    )
    club_base_tax = fields.Selection(
        [("incl", "tax included"), ("excl", "tax excluded")],
        string="Counted",
        required=True,
        default="incl",
    )
    club_base_discount = fields.Selection(
        [("after", "after discounts"), ("before", "before discounts")],
        string="Price",
        required=True,
        default="after",
    )
    club_rounding = fields.Selection(
        [("down", "Down"), ("nearest", "To the nearest"), ("up", "Up")],
        string="Points are rounded",
        required=True,
        default="down",
    )
    club_full_steps = fields.Boolean(
        "Full steps only",
        help="5 points for each 250,000: a purchase of 300,000 gives 5, not 6.",
    )
    club_full_price = fields.Boolean(
        "Full-price lines only",
        help="Nothing for what was sold with a discount. Paying with points or credit "
        "is no discount.",
    )
    club_cap_purchase = fields.Integer("Most points per purchase")
    club_cap_day = fields.Integer("Most points per day")
    club_cap_month = fields.Integer("Most points per month")

    _club_caps_positive = models.Constraint(
        """CHECK (COALESCE(club_cap_purchase, 0) >= 0 AND COALESCE(club_cap_day, 0) >= 0
            AND COALESCE(club_cap_month, 0) >= 0)""",
        "The most points that a rule gives can't be negative; 0 means no limit.",
    )

    _club_per_amount_positive = models.Constraint(
        "CHECK (club_per_amount IS NULL OR club_per_amount > 0)",
        "The money that gives the points must be positive.",
    )

    _club_factor_positive = models.Constraint(
        "CHECK (club_factor IS NULL OR club_factor >= 0)",
        "What other rules give can't be taken a negative number of times.",
    )

    @api.depends("reward_point_mode")
    def _compute_club_mode(self):
        """As Odoo's own field says, but for what Odoo hasn't got."""
        for rule in self:
            multiplies = rule.club_mode == "multiply"
            rule.club_mode = "multiply" if multiplies else rule.reward_point_mode

    @api.onchange("club_mode")
    def _inverse_club_mode(self):
        for rule in self:
            if rule.club_mode and rule.club_mode != "multiply":
                rule.reward_point_mode = rule.club_mode

    @api.depends("program_id")
    def _compute_club_per_amount(self):
        """A new rule of a club begins with the money that gives a point there."""
        for rule in self:
            # Who keeps programs may not read clubs.
            program_sudo = rule.program_id.sudo()
            by_points = program_sudo.club_account == "points"
            step = program_sudo.club_id._default_step() if by_points else 1
            rule.club_per_amount = rule.club_per_amount or step

    # ------------------------------------------------------------------ soundness

    def _club_domains(self):
        return ("product_domain",)

    def _club_numbers(self):
        return {
            "reward_point_amount": 10**9,
            "club_per_amount": MOST,
            "club_factor": 1000,
            "minimum_qty": MOST,
            "minimum_amount": MOST,
        }

    @api.constrains(
        "product_domain",
        "reward_point_amount",
        "club_per_amount",
        "club_factor",
        "minimum_qty",
        "minimum_amount",
        "program_id",
        "active",
    )
    def _check_club_sound(self):
        self.filtered("active")._club_check_sound()
        mended = self.program_id.filtered(lambda p: p.club_id and not p.club_problem)
        if mended:
            self.env["loyalty.club.exception"]._unlist("rule", mended)

    def _club_list_problems(self):
        """List those that a sale has to skip; the sale goes on whatever happens."""
        searching = self.filtered(lambda r: r.product_domain not in (False, "[]"))
        if not searching._club_domains_broken(searching.mapped("product_domain")):
            searching = self.browse()
        for rule in self:
            if rule not in searching and not rule._club_unsound_number():
                continue
            if not rule.club_problem:
                continue
            try:
                with self.env.cr.savepoint():
                    self.env["loyalty.club.exception"]._list(
                        rule.club_id,
                        "rule",
                        rule.club_problem,
                        record=rule.program_id,
                        key=f"rule:{rule.id}",
                    )
            except psycopg2.IntegrityError:
                continue  # another sale of the same moment lists it

    def _get_valid_product_domain(self):
        """As Odoo's; of a managed rule that is broken, no product at all."""
        if self._club_is_broken("product_domain"):
            return Domain.FALSE
        return super()._get_valid_product_domain()

    def write(self, vals):
        if not vals.get("active", True) or "program_id" in vals:
            self._club_refuse_loss()
        return super().write(vals)

    def unlink(self):
        self._club_refuse_loss()
        return super().unlink()

    def _club_refuse_loss(self):
        """By the wallet's rule a refund knows what a sale had loaded."""
        if self.env.su:
            return
        loading = self.filtered(lambda rule: rule.program_id.club_account == "wallet")
        if loading:
            raise UserError(
                self.env._(
                    "%(program)s is loaded by this rule: it can't be archived, moved "
                    "or deleted. Change its products instead.",
                    program=loading[0].program_id.name,
                )
            )

    def _club_rate(self):
        """Points per order, major unit of money or piece, as an exact number.

        Of a rule that multiplies it is how many times.
        """
        self.ensure_one()
        if self.club_mode == "multiply":
            return fraction(self.club_factor)
        rate = fraction(self.reward_point_amount)
        if self.club_mode == "money":
            rate /= fraction(self.club_per_amount or 1.0)
        return rate

    def _club_engine_rules(self, lines, unearning, used, links=None):
        """These rules as the engine wants them; one that is broken is left out.

        :param lines: list of :class:`~..facts.LineFacts`
        :param unearning: products that never earn
        :param used: dict of rule id to what was used of its limits (of day, of month)
        :param links: what these rules name (:func:`~..scopes.read_links`), where it
            was read already
        """
        # A search that is broken finds nothing there.
        sound = self.filtered(lambda rule: not rule._club_unsound_number())
        scopes = BasketScopes(sound, lines, links)
        # Read at once, what all of them are called costs no more than one.
        named = self.env["product.product"].union(
            *(rule.product_ids[:1] for rule in sound)
        )
        named.mapped("display_name")
        return [
            rule._club_engine_rule(
                scopes.covered(rule, unearning), *used.get(rule._origin.id, (0, 0))
            )
            for rule in sound
        ]

    def _club_engine_rule(self, lines, used_day=0, used_month=0):
        """This rule as the engine wants it, resolved to the lines of one purchase.

        :param lines: keys of the lines that it covers; None: all of them
        """
        self.ensure_one()
        money = self.currency_id.decimal_places
        return earning.Rule(
            id=self._origin.id or 0,  # of a draft that isn't saved
            name=self._club_label(),
            mode=self.club_mode,
            rate=self._club_rate(),
            lines=lines,
            minimum_quantity=Decimal(self.minimum_qty),
            minimum_amount=to_units(self.minimum_amount, money),
            minimum_tax=self.minimum_amount_tax_mode,
            base_tax=self.club_base_tax,
            base_discount=self.club_base_discount,
            rounding=self.club_rounding,
            multiplied=self.club_multiplied,
            status=self.club_status,
            cap_purchase=self.club_cap_purchase or None,
            cap_day=self.club_cap_day or None,
            cap_month=self.club_cap_month or None,
            used_day=used_day,
            used_month=used_month,
            step=self._club_step(),
            full_price=self.club_full_price,
        )

    def _club_step(self):
        """Minor units of money of which only full ones count; None where all do."""
        if not self.club_full_steps or self.club_mode != "money":
            return None
        return to_units(self.club_per_amount, self.currency_id.decimal_places) or None

    # ------------------------------------------------------------------ said in words

    @api.depends_context("lang")
    @api.depends(
        "club_account",
        "club_mode",
        "club_factor",
        "club_per_amount",
        "currency_id",
        "reward_point_amount",
        "product_ids",
        "product_category_id",
        "product_tag_id",
        "product_domain",
        "club_full_steps",
        "club_full_price",
        "club_excluded_product_ids",
        "club_excluded_category_ids",
        "club_tier_ids",
        "club_cap_purchase",
        "club_cap_day",
        "club_cap_month",
    )
    def _compute_club_sentence(self):
        for rule in self:
            rule.club_sentence = rule.club_account == "points" and sentence(
                self.env, [rule._club_statement()]
            )

    def _club_statement(self):
        """What the rule gives, for what and how much at most, in words."""
        self.ensure_one()
        return joined(self.env, [self._club_gives(), *self._club_limits()])

    def _club_gives(self):
        """What the rule gives, for what: "1 point for each 100,000 ریال"."""
        goods = self._club_goods()
        if self.club_mode == "multiply":
            on = goods or self.env._("everything")
            if self.club_factor == 0:
                return self.env._("no points on %(goods)s", goods=on)
            if self.club_factor == 2:
                return self.env._("double points on %(goods)s", goods=on)
            times = number_text(self.club_factor)
            return self.env._(
                "%(times)s times the points on %(goods)s", times=times, goods=on
            )
        count = number_text(self.reward_point_amount)
        points = (
            self.env._("1 point")
            if count == "1"
            else self.env._("%(count)s points", count=count)
        )
        if self.club_mode == "money":
            money = money_text(self.club_per_amount, self.currency_id)
            text = self.env._(
                "%(points)s for each %(money)s", points=points, money=money
            )
        elif self.club_mode == "unit":
            text = self.env._("%(points)s for each piece", points=points)
        else:
            text = self.env._("%(points)s for each purchase", points=points)
        return (
            self.env._("%(points)s on %(goods)s", points=text, goods=goods)
            if goods
            else text
        )

    def _club_goods(self):
        """The names of what the rule is about; empty where it is about everything."""
        about = (*self.product_ids, *self.product_category_id, *self.product_tag_id)
        if about:
            return names_text(self.env, about)
        return self.env._("chosen products") if self._club_about_products() else ""

    def _club_limits(self):
        """What the rule leaves out, each in some words."""
        by_money = self.club_mode == "money"
        if self.club_full_steps and by_money:
            yield self.env._("only whole steps")
        if self.club_full_price:
            yield self.env._("only lines at full price")
        left_out = (*self.club_excluded_product_ids, *self.club_excluded_category_ids)
        if left_out:
            yield self.env._("not on %(goods)s", goods=names_text(self.env, left_out))
        # Whoever may read the rule may know for whom it is, also without tiers' rights.
        if tiers_sudo := self.club_tier_ids.sudo():
            yield self.env._(
                "only for %(tiers)s", tiers=names_text(self.env, tiers_sudo)
            )
        if self.club_mode == "multiply":
            return
        if self.club_cap_purchase:
            most = f"{self.club_cap_purchase:,}"
            yield self.env._("at most %(points)s points for each purchase", points=most)
        if self.club_cap_day:
            most = f"{self.club_cap_day:,}"
            yield self.env._("at most %(points)s points a day", points=most)
        if self.club_cap_month:
            most = f"{self.club_cap_month:,}"
            yield self.env._("at most %(points)s points a month", points=most)

    @api.depends_context("lang")
    @api.depends(
        "club_account",
        "club_mode",
        "club_factor",
        "club_per_amount",
        "reward_point_amount",
        "program_id.rule_ids.reward_point_amount",
        "program_id.rule_ids.club_per_amount",
        "program_id.reward_ids.discount",
    )
    def _compute_club_warning(self):
        for rule in self:
            back = rule._club_gives_back()
            rule.club_warning = back > MUCH and self.env._(
                "With this rule a purchase gives back %(share)s %% of its price in "
                "points.",
                share=f"{round(back * 100):,}",
            )

    def _club_gives_back(self):
        """The part of a price that comes back in points, by what a point is worth.

        0 where that depends on the basket: rules by piece and by purchase.
        """
        self.ensure_one()
        if self.club_account != "points" or self._club_unsound_number():
            return Fraction(0)
        rules = self
        if self.club_mode == "multiply":
            others = self.program_id.rule_ids - self - self._origin
            rules = others.filtered(lambda rule: not rule._club_unsound_number())
        rates = [rule._club_rate() for rule in rules if rule.club_mode == "money"]
        times = self._club_rate() if self.club_mode == "multiply" else 1
        worth = self.program_id._club_point_worth()
        return max(rates, default=Fraction(0)) * times * worth

    def _club_label(self):
        """What the trace calls this rule: the products it is about, or its program."""
        return self._club_first_goods().display_name or self.program_id.name

    def _club_first_goods(self):
        """The first product, the category or the tag that the rule is about."""
        return self.product_ids[:1] or self.product_category_id or self.product_tag_id

    def _club_excluded_products(self):
        """Products that earn nothing by this rule, by themselves or their category."""
        products = self.club_excluded_product_ids._origin
        if self.club_excluded_category_ids:
            Product = self.env["product.product"].with_context(active_test=False)
            products |= Product.search(
                [("categ_id", "child_of", self.club_excluded_category_ids.ids)]
            )
        return products

    def _club_about_products(self):
        return bool(
            self.product_ids
            or self.product_category_id
            or self.product_tag_id
            or self.product_domain not in (False, "[]")
        )
