from datetime import date
from decimal import Decimal
from math import floor

from odoo import api, fields, models


class LoyaltyClubRfmRun(models.Model):
    """A run as its form shows it: what the scores meant that day, in words."""

    _inherit = "loyalty.club.rfm.run"

    limits = fields.Html(compute="_compute_limits", sanitize=False)
    segments = fields.Html(compute="_compute_segments", sanitize=False)
    few_customers = fields.Boolean(compute="_compute_few_customers")
    min_customers = fields.Integer(compute="_compute_few_customers")

    @api.depends_context("lang")
    def _compute_display_name(self):
        """As people call a day: in the words and the calendar of the club."""
        for definition, runs in self.grouped("definition_id").items():
            write = definition._day_writer()
            for run in runs:
                day = run.day and write(run.day)
                run.display_name = f"{definition.name} · {day}"

    @api.depends("mode", "version_id")
    def _compute_few_customers(self):
        """Whether thresholds took over that nobody had asked for."""
        for run in self:
            parameters = run.version_id.parameters or {}
            wanted = parameters.get("cut_mode") == "quantile"
            run.few_customers = wanted and run.mode == "fixed"
            run.min_customers = parameters.get("min_customers", 0)

    @api.depends("cuts")
    @api.depends_context("lang")
    def _compute_limits(self):
        """What a customer needed for each score: a row for each, 5 first."""
        for run in self:
            run.limits = run.cuts and self.env["ir.qweb"]._render(
                "loyalty_club_rfm.run_limits", {"rows": run._limit_rows()}
            )

    def _limit_rows(self):
        definition = self.definition_id
        write = definition._day_writer()
        r = [write(date.fromisoformat(text)) for text in self.cuts["r"]]
        m = [definition._money_words(float(text)) for text in self.cuts["m"]]
        columns = [
            [zone and words(*zone) for zone in _zones(cuts, shown)]
            for cuts, shown, words in (
                (self.cuts["r"], r, self._day_zone),
                (self.cuts["f"], self.cuts["f"], self._count_zone),
                (self.cuts["m"], m, self._money_zone),
            )
        ]
        scores = map(definition._number_words, (5, 4, 3, 2, 1))
        return list(zip(scores, *columns, strict=True))

    def _day_zone(self, low, high):
        if low is None:
            return self.env._("until %s", high)
        if high is None:
            return self.env._("after %s", low)
        return self.env._("after %(low)s, until %(high)s", low=low, high=high)

    def _count_zone(self, low, high):
        """Purchases are whole: above 2 and up to 4 are 3 and 4."""
        words = self.definition_id._number_words
        if high is None:
            return self.env._("more than %s", words(floor(Decimal(low))))
        most = floor(Decimal(high))
        least = 1 if low is None else floor(Decimal(low)) + 1
        if least > most:
            return None
        if least == most:
            return words(most)
        return self.env._("%(least)s to %(most)s", least=words(least), most=words(most))

    def _money_zone(self, low, high):
        if low is None:
            return self.env._("up to %s", high)
        if high is None:
            return self.env._("more than %s", low)
        return self.env._("more than %(low)s, up to %(high)s", low=low, high=high)

    @api.depends("cell_ids", "customers", "revenue")
    @api.depends_context("lang")
    def _compute_segments(self):
        """The segments of that day, in the order of their map, with their shares."""
        for run in self:
            run.segments = run.cell_ids and self.env["ir.qweb"]._render(
                "loyalty_club_rfm.run_segments", {"rows": run._segment_rows()}
            )

    def _segment_rows(self):
        self.ensure_one()
        words = self.definition_id
        sums = self.env["loyalty.club.rfm.run.cell"]._read_group(
            [("run_id", "=", self.id)], ["segment_id"], ["customers:sum", "revenue:sum"]
        )
        return [
            {
                "segment": segment,
                "customers": words._number_words(customers),
                "share": self._percent_words(customers, self.customers),
                "revenue": words._money_words(revenue),
                "revenue_share": self._percent_words(revenue, self.revenue),
                "width": round(_percent(customers, self.customers)),
            }
            for segment, customers, revenue in sorted(
                sums, key=lambda row: (row[0].is_none, row[0].sequence, row[0].id)
            )
        ]

    def _percent_words(self, part, whole):
        words = self.definition_id
        sign = "٪" if words._is_persian() else "%"
        return f"{words._number_words(_percent(part, whole), 1)}{sign}"

    def action_work_out(self):
        """Begin, also where nothing was set up before."""
        definitions = self.env["loyalty.club.rfm.definition"]
        definitions._found(self.env.company)
        return definitions._main().action_run()

    def action_customers(self):
        """Who was counted that day."""
        self.ensure_one()
        definition = self.definition_id
        if self == definition.last_run_id:
            return definition._list_action(
                "loyalty.club.rfm.customer",
                self.display_name,
                [("definition_id", "=", definition.id)],
            )
        anywhere = [[self.day.isoformat(), {}]]
        return definition._partners_action(self.display_name, anywhere)

    def action_moves(self):
        """Who changed their segment that day."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "loyalty.club.rfm.move",
            "view_mode": "list,kanban",
            "mobile_view_mode": "kanban",
            "domain": [
                ("definition_id", "=", self.definition_id.id),
                ("day", "=", self.day),
            ],
        }


def _zones(cuts, shown):
    """From four cut points the five zones, the highest first, as (above, up to).

    A zone between two equal cut points has nobody, and is None.

    >>> _zones([1, 2, 2, 8], "abcd")
    [('d', None), ('c', 'd'), None, ('a', 'b'), (None, 'a')]
    """
    zones = [(None, shown[0])]
    for place in (1, 2, 3):
        empty = cuts[place - 1] == cuts[place]
        zones.append(None if empty else (shown[place - 1], shown[place]))
    zones.append((shown[3], None))
    return zones[::-1]


def _percent(part, whole):
    return 100 * part / whole if whole > 0 else 0
