from fractions import Fraction

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_amount

from ..engine.amounts import STEP, decimal, in_steps, to_units
from ..engine.earning import trace_to_json
from ..facts import LineFacts, PurchaseFacts
from ..rights import raised


class LoyaltyClubTry(models.TransientModel):
    """Try it: what a basket would earn, and why.

    The same engine, from the same kind of facts, with the sentences of a purchase's own
    "Why?". A rule that isn't saved yet counts as it stands on its form. Nothing is
    written but the basket in this dialog.
    """

    _name = "loyalty.club.try"
    _description = "Basket to Try the Rules With"
    _inherit = ["loyalty.club.preview"]

    rule_id = fields.Many2one("loyalty.rule", readonly=True, ondelete="cascade")
    changes = fields.Json(readonly=True, help="What the rule's form isn't saved with.")
    rule_sentence = fields.Char(
        "With the rule", compute="_compute_award", compute_sudo=False
    )
    member_id = fields.Many2one(
        "loyalty.club.member",
        domain="[('club_id', '=', club_id)]",
        ondelete="cascade",
        help="Whose tier and limits count; without one those of somebody new.",
    )
    moment = fields.Datetime(
        "Bought on", default=fields.Datetime.now, help="Empty means now."
    )
    line_ids = fields.One2many("loyalty.club.try.line", "try_id", "Basket")
    points = fields.Integer(compute="_compute_award", compute_sudo=False)
    summary = fields.Char(compute="_compute_award", compute_sudo=False)
    why_html = fields.Html(
        "Why", compute="_compute_award", compute_sudo=False, sanitize=False
    )

    @api.model
    def preview(self, club_id, record_id, changes):
        """Open the dialog for a club, or for a rule as its form has it.

        :param record_id: on a rule's form the rule; else, and for a new one, 0
        :param changes: dict of field to value that the rule's form isn't saved with
        :return: action
        """
        club = self._check_may(club_id)
        rule, draft, _rules = self._rules(club, record_id, changes)
        product = draft.product_ids._origin[:1] if draft else draft.product_ids
        values = {"club_id": club.id, "rule_id": rule.id, "changes": changes or False}
        if product:
            values["line_ids"] = [Command.create({"product_id": product.id})]
        return self.create(values)._opened(self.env._("Try it"))

    # ------------------------------------------------------------------ the award

    @api.depends_context("lang")
    @api.depends(
        "club_id",
        "rule_id",
        "changes",
        "member_id",
        "moment",
        "line_ids.product_id",
        "line_ids.quantity",
        "line_ids.price",
        "line_ids.discount",
    )
    def _compute_award(self):
        for basket in self:
            basket.rule_sentence = basket.summary = basket.why_html = False
            basket.points = 0
            club = basket.club_id
            _rule, draft, rules = self._rules(
                club, basket.rule_id.id or 0, basket.changes or {}
            )
            basket.rule_sentence = draft.club_sentence
            lines = basket._lines_facts()
            if not lines:
                continue
            award = basket._award(rules, lines)
            Purchase = self.env["loyalty.club.purchase"]
            trace = trace_to_json(award.trace)
            basket.points = award.points
            basket.summary = basket._summary_words(award.points, lines)
            basket.why_html = Purchase._why_table(
                Purchase._trace_lines(trace, club.currency_id)
            )

    def _award(self, rules, lines):
        """What the engine grants for the basket."""
        club_sudo = raised(self.club_id)  # its rules, whoever reads them
        member = self.member_id
        if member.club_id != self.club_id:
            member = member.browse()
        facts = PurchaseFacts(
            source="door",
            key="try",
            moment=self.moment or fields.Datetime.now(),
            lines=lines,
        )
        Purchase_sudo = raised(self.env["loyalty.club.purchase"])
        return Purchase_sudo._award(club_sudo, raised(member), facts, rules)

    def _lines_facts(self):
        """The basket's facts: list of :class:`~..facts.LineFacts`."""
        return [
            line._facts(str(number))
            for number, line in enumerate(self.line_ids)
            if line.product_id and line.quantity > 0
        ]

    def _summary_words(self, points, lines):
        """What the basket costs, and what its points are worth of it."""
        club_sudo = raised(self.club_id)
        currency = club_sudo.currency_id
        digits = club_sudo._digits("wallet")
        total = Fraction(sum(line.total for line in lines), 10**digits)
        worth = points * club_sudo._program("points")._club_point_worth()
        values = {
            "points": f"{points:,}",
            "total": format_amount(self.env, float(total), currency),
        }
        if not worth or total <= 0:
            return self.env._("%(points)s points for %(total)s.", **values)
        return self.env._(
            "%(points)s points for %(total)s: worth %(worth)s, %(share)s %% of it.",
            worth=format_amount(self.env, float(worth), currency),
            share=f"{float(worth / total * 100):.3g}",
            **values,
        )


class LoyaltyClubTryLine(models.TransientModel):
    """One line of a basket: a product, its price proposed."""

    _name = "loyalty.club.try.line"
    _description = "Line of a Basket to Try"
    _rec_name = "product_id"

    try_id = fields.Many2one(
        "loyalty.club.try", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="try_id.currency_id")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    quantity = fields.Float(default=1, digits=(16, 4), min_display_digits=0)
    price = fields.Monetary(compute="_compute_price", store=True, readonly=False)
    discount = fields.Float("Discount (%)", digits=(6, 3), min_display_digits=0)
    total = fields.Monetary(compute="_compute_total", compute_sudo=False)

    @api.constrains("quantity", "price", "discount")
    def _check_line(self):
        for line in self:
            if not (
                0 < line.quantity <= 10**6
                and 0 <= line.price <= 10**12
                and 0 <= line.discount <= 100
            ):
                raise ValidationError(
                    self.env._("This is no quantity, price or discount of a sale.")
                )

    @api.depends("product_id", "try_id.club_id")
    def _compute_price(self):
        for line in self:
            club = line.try_id.club_id
            product = line.product_id
            if not product or not club:
                line.price = line.price or 0
                continue
            # Prices are its company's; who works for a branch alone can't read it.
            company_sudo = raised(club).company_id
            line.price = product.currency_id._convert(
                product.lst_price, club.currency_id, company_sudo, club._today()
            )

    @api.depends("price", "quantity", "discount", "product_id")
    def _compute_total(self):
        for line in self:
            line.total = line._amounts(line.discount)["total_included"]

    def _amounts(self, discount):
        """With the taxes of the product: dict with ``total_included`` and _excluded."""
        self.ensure_one()
        club = self.try_id.club_id
        if not club or not self.product_id:
            return {"total_included": 0.0, "total_excluded": 0.0}
        product_sudo = raised(self.product_id)  # managers keep no accounts
        company_sudo = raised(club).company_id
        taxes_sudo = product_sudo.taxes_id._filter_taxes_by_company(company_sudo)
        return taxes_sudo.with_company(company_sudo).compute_all(
            self.price * (1 - discount / 100),
            currency=raised(club).currency_id,
            quantity=self.quantity,
            product=product_sudo,
        )

    def _facts(self, key):
        """:class:`~..facts.LineFacts` of this line."""
        self.ensure_one()
        digits = self.try_id.club_id._digits("wallet")
        now, before = self._amounts(self.discount), self._amounts(0)

        def units(amounts, name):
            return to_units(amounts[name], digits)

        return LineFacts(
            key=key,
            product_id=self.product_id._origin.id,
            name=self.product_id.display_name,
            quantity=max(in_steps(self.quantity), STEP),
            unit_price=decimal(self.price),
            discount=in_steps(self.discount),
            total=units(now, "total_included"),
            untaxed=units(now, "total_excluded"),
            total_before_discount=units(before, "total_included"),
            untaxed_before_discount=units(before, "total_excluded"),
        )
