from decimal import Decimal
from fractions import Fraction

from odoo import fields, models
from odoo.fields import Domain

from ..engine import earning
from ..engine.amounts import to_units


class LoyaltyRule(models.Model):
    _inherit = "loyalty.rule"

    club_id = fields.Many2one(related="program_id.club_id")
    club_per_amount = fields.Monetary(
        string="For each",
        default=1,
        help="The money that gives the points: 1 point for each 10,000 spent.",
    )
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

    def _club_rate(self):
        """Points per order, major unit of money or piece, as an exact number."""
        self.ensure_one()
        rate = Fraction(repr(self.reward_point_amount))
        if self.reward_point_mode == "money":
            rate /= Fraction(repr(self.club_per_amount or 1.0))
        return rate

    def _club_engine_rule(self, lines, unearning, used_day=0, used_month=0):
        """This rule as the engine wants it, resolved to the lines of one purchase.

        :param lines: list of :class:`~..facts.LineFacts`
        :param unearning: products that never earn
        """
        self.ensure_one()
        money = self.currency_id.decimal_places
        return earning.Rule(
            id=self.id,
            name=self._club_label(),
            mode=self.reward_point_mode,
            rate=self._club_rate(),
            lines=self._club_lines(lines, unearning),
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
        )

    def _club_label(self):
        """What the trace calls this rule: the products it is about, or its program."""
        about = self.product_ids[:1] or self.product_category_id or self.product_tag_id
        return about.display_name or self.program_id.name

    def _club_lines(self, lines, unearning):
        """Keys of the lines that earn by this rule; None where all do."""
        ids = [line.product_id for line in lines if line.product_id]
        # Archived since it was sold, a product still is what the rule is about.
        products = self.env["product.product"].with_context(active_test=False)
        products = products.browse(ids)
        refused = set((products & unearning).ids)
        refused |= set(self._club_excluded_products(Domain("id", "in", ids)).ids)
        if not self._club_about_products():
            if not refused:
                return None
            return frozenset(
                line.key for line in lines if line.product_id not in refused
            )
        meant = set(
            products.search(
                Domain("id", "in", ids) & self._get_valid_product_domain()
            ).ids
        )
        meant -= refused
        return frozenset(line.key for line in lines if line.product_id in meant)

    def _club_excluded_products(self, among=Domain.TRUE):
        """Products that earn nothing by this rule, by themselves or their category."""
        products = self.club_excluded_product_ids.filtered_domain(among)
        if self.club_excluded_category_ids:
            by_category = Domain(
                "categ_id", "child_of", self.club_excluded_category_ids.ids
            )
            Product = self.env["product.product"].with_context(active_test=False)
            products |= Product.search(among & by_category)
        return products

    def _club_about_products(self):
        return bool(
            self.product_ids
            or self.product_category_id
            or self.product_tag_id
            or self.product_domain not in (False, "[]")
        )
