from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_amount


class LoyaltyClubPurchase(models.Model):
    """How a purchase is called and looked for on screens: by its receipt."""

    _inherit = "loyalty.club.purchase"
    _rec_names_search = ["reference", "key"]

    why_html = fields.Html("Why", compute="_compute_why_html", sanitize=False)

    @api.depends("reference", "key")
    def _compute_display_name(self):
        for purchase in self:
            purchase.display_name = purchase.reference or purchase.key

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
                points = f"{trace[number]['points']:,}"
            lines.append((sentence, counted, points))
        return lines

    @api.model
    def _trace_lines(self, trace, currency):
        """The lines of a trace that no purchase has: see :meth:`_why_lines`."""
        return [
            (
                self._sentence(item),
                self._counted(item, currency),
                f"{item['points']:,}",
            )
            for item in trace
        ]

    @api.model
    def _counted(self, item, currency):
        """What a rule counted: money with its currency, pieces, or the purchase."""
        if item["mode"] == "order":
            return ""
        number = Decimal(item["base"])
        if item["mode"] == "unit":
            return f"{number.normalize():,f}"
        return format_amount(self.env, float(number), currency)
