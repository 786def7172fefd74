from decimal import Decimal
from fractions import Fraction

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_amount


class LoyaltyClubPurchase(models.Model):
    """How the points of a purchase came about, in words and as a table."""

    # A part of the model: why it earned.
    _inherit = "loyalty.club.purchase"  # pylint: disable=consider-merging-classes-inherited

    why_html = fields.Html("Why", compute="_compute_why_html", sanitize=False)

    # ------------------------------------------------------------------ in words

    def _why(self):
        """Sentences that say how the points came about."""
        self.ensure_one()
        if self.kind == "return":
            return [self._sentence_of_return()]
        sentences = [self._sentence(item) for item in self.trace or ()]
        if self.in_parts and self.points != self.whole_points:
            sentences.append(
                self.env._(
                    "So far %(points)s of these %(whole)s points are earned: for what "
                    "was received.",
                    points=f"{round(self.points):,}",
                    whole=f"{round(self.whole_points):,}",
                )
            )
        return sentences

    def _sentence_of_return(self):
        if self.points > 0:
            return self.env._(
                "The return %(reference)s was undone: what it took was given again.",
                reference=self.reference or self.key,
            )
        sale = self.origin_id
        return self.env._(
            "This is what the returned goods of %(sale)s had earned.",
            sale=sale.reference or sale.key,
        )

    @api.model
    def _sentence(self, item):
        """One item of the trace as a sentence that a cashier can read aloud."""
        if item.get("adjustment"):
            return self._sentence_of_offer(item)
        rate = Fraction(item["rate"])
        values = {
            "rule": item["rule"],
            "base": f"{Decimal(item.get('bought') or item['base']):,f}",
            "points": f"{item['uncapped']:,}",
            "each": f"{rate.numerator:,}",
            "per": f"{rate.denominator:,}",
        }
        if item["mode"] == "order":
            text = self.env._("%(rule)s: %(points)s points for the purchase", **values)
        elif item.get("step"):
            step = Decimal(item["step"])
            each = rate * Fraction(step)
            values["each"] = f"{float(each):,g}"
            values["per"] = f"{step.normalize():,f}"
            text = self.env._(
                "%(rule)s: %(points)s points for %(base)s, at %(each)s for each full "
                "%(per)s",
                **values,
            )
        elif item["mode"] == "money":
            text = self.env._(
                "%(rule)s: %(points)s points for %(base)s, at %(each)s for each "
                "%(per)s",
                **values,
            )
        else:
            bought = Decimal(item.get("bought") or item["base"])
            values["base"] = f"{bought.normalize():,f}"
            text = self.env._(
                "%(rule)s: %(points)s points for %(base)s pieces, at %(each)s for each "
                "%(per)s",
                **values,
            )
        for rule, factor in item.get("boosts", ()):
            text = self.env._(
                "%(text)s, where %(rule)s counts %(times)s times",
                text=text,
                rule=rule,
                times=f"{float(Fraction(factor)):g}",
            )
        if item.get("multiplier_name"):
            text = self.env._(
                "%(text)s, times %(multiplier)s for %(tier)s",
                text=text,
                multiplier=f"{float(Fraction(item['multiplier'])):g}",
                tier=item["multiplier_name"],
            )
        if item["cap"]:
            text = self.env._(
                "%(text)s; the limit leaves %(points)s",
                text=text,
                points=f"{item['points']:,}",
            )
        return text + "."

    @api.model
    def _sentence_of_offer(self, item):
        """What an offer changed, as a sentence."""
        change = Decimal(item["change"])
        values = {
            "offer": item["rule"],
            "amount": f"{abs(change):,f}",
            "times": f"{float(Fraction(item['rate'])):g}",
            "most": f"{Decimal(item.get('units') or 0):,f}",
        }
        if item["account"] == "points":
            if item["mode"] == "multiply":
                return self.env._("%(offer)s: %(times)s times the points.", **values)
            if item["mode"] == "add":
                return self.env._("%(offer)s: %(amount)s points more.", **values)
            return self.env._("%(offer)s: at most %(most)s points.", **values)
        accounts = self.env["loyalty.club.entry"]._fields["account"]
        labels = dict(accounts._description_selection(self.env))
        values["account"] = labels.get(item["account"], item["account"])
        if item["mode"] == "cap":
            return self.env._("%(offer)s: at most %(most)s of %(account)s.", **values)
        if change < 0:
            return self.env._("%(offer)s: %(amount)s less of %(account)s.", **values)
        return self.env._("%(offer)s: %(amount)s of %(account)s.", **values)

    # ------------------------------------------------------------------ as a table

    @api.depends_context("lang")
    @api.depends("trace", "points", "kind")
    def _compute_why_html(self):
        """A line for each rule, with what it counted and what it gave."""
        for purchase in self:
            purchase.why_html = self._why_table(purchase._why_lines())

    @api.model
    def _why_table(self, lines):
        """The table that says how points came about.

        :param lines: list of (sentence, what was counted, points)
        """
        lines = lines or [(self.env._("No rule gives points for it."), "", "")]
        rows = Markup().join(
            Markup(
                "<tr><td>%s</td><td class='text-end text-nowrap'>%s</td>"
                "<td class='text-end text-nowrap'><bdi>%s</bdi></td></tr>"
            )
            % line
            for line in lines
        )
        head = Markup("<tr><th>%s</th><th class='text-end'>%s</th>") % (
            self.env._("Rule"),
            self.env._("Counted"),
        )
        head += Markup("<th class='text-end'>%s</th></tr>") % self.env._("Points")
        return (
            Markup("<table class='table mb-0'><thead>%s</thead>") % head
            + Markup("<tbody>%s</tbody></table>") % rows
        )

    def _why_lines(self):
        """(sentence, what was counted, points) of each rule, as people read them."""
        self.ensure_one()
        sentences = self._why()
        trace = (self.trace or []) if self.kind == "sale" else []
        lines = []
        for number, sentence in enumerate(sentences):
            counted = points = ""
            if number < len(trace):
                counted = self._counted(trace[number], self.currency_id)
                points = self._given(trace[number], self.currency_id)
            lines.append((sentence, counted, points))
        return lines

    @api.model
    def _trace_lines(self, trace, currency):
        """The lines of a trace that no purchase has: see :meth:`_why_lines`."""
        return [
            (
                self._sentence(item),
                self._counted(item, currency),
                self._given(item, currency),
            )
            for item in trace
        ]

    @api.model
    def _given(self, item, currency):
        """What a rule or an offer gave: points, or money of another account."""
        if item.get("account", "points") == "points":
            return f"{item['points']:,}"
        return format_amount(self.env, float(item["change"]), currency)

    @api.model
    def _counted(self, item, currency):
        """What a rule counted: money with its currency, pieces, or the purchase."""
        if item["mode"] == "order" or item.get("adjustment"):
            return ""
        number = Decimal(item["base"])
        if item["mode"] == "unit":
            return f"{number.normalize():,f}"
        return format_amount(self.env, float(number), currency)

    def action_why(self):
        """Open a dialog that says how the points came about."""
        self.ensure_one()
        title = self.env._(
            "%(points)s points, because", points=f"{round(self.points):,}"
        )
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(self.env.ref("loyalty_club.purchase_view_why").id, "form")],
            "target": "new",
        }
