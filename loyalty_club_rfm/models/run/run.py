from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...explanation.limits import Limits
from ...snapshot import Rules
from ...words import Words, percent


class LoyaltyClubRfmRun(models.Model):
    """One dated snapshot: what it was made from, and how long that took."""

    _name = "loyalty.club.rfm.run"
    _description = "RFM run"
    _order = "day desc, id desc"
    _rec_name = "day"

    definition_id = fields.Many2one(
        "loyalty.club.rfm.definition", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    version_id = fields.Many2one("loyalty.club.rfm.version", ondelete="restrict")
    day = fields.Date(
        "Snapshot day", required=True, help="Purchases before this day are counted."
    )
    window_from = fields.Date("From")
    kind = fields.Selection(
        [("full", "All customers"), ("nightly", "What changed")], required=True
    )
    state = fields.Selection(
        [("running", "Running"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        default="running",
    )
    started_at = fields.Datetime(required=True, default=fields.Datetime.now)
    seconds = fields.Float(digits=(16, 2))
    customers = fields.Integer()
    buyers = fields.Integer(help="Customers with a purchase in the window.")
    revenue = fields.Monetary()
    changed = fields.Integer(help="Customers whose row was written.")
    moved = fields.Integer(help="Customers who changed their segment.")
    differences = fields.Integer(
        help="Customers whom the nightly runs had got wrong, as counting all purchases "
        "again showed. It should be 0.",
    )
    facts_mended = fields.Integer(
        "Purchases mended",
        help="Purchases that were not counted as their documents say when they were "
        "all read again, once a week. It should be 0.",
    )
    mode = fields.Selection(
        [("quantile", "Fifths of the customers"), ("fixed", "Fixed thresholds")]
    )
    cuts = fields.Json()
    message = fields.Char()
    step_ids = fields.One2many("loyalty.club.rfm.run.step", "run_id", "Steps")
    cell_ids = fields.One2many("loyalty.club.rfm.run.cell", "run_id")
    progress = fields.Integer(compute="_compute_progress")
    step = fields.Char(compute="_compute_progress")
    limits = fields.Html(compute="_compute_limits", sanitize=False)
    segments = fields.Html(compute="_compute_segments", sanitize=False)
    few_customers = fields.Boolean(compute="_compute_few_customers")
    min_customers = fields.Integer(compute="_compute_few_customers")

    @api.depends("state", "step_ids")
    def _compute_progress(self):
        for run in self:
            last = run.step_ids[-1:]
            run.progress = 100 if run.state == "done" else last.progress
            run.step = last.name

    @api.depends("day", "definition_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """As people call a day: in the words and the calendar of the club."""
        for definition, runs in self.grouped("definition_id").items():
            words = Words(definition)
            for run in runs:
                day = run.day and words.day(run.day)
                run.display_name = f"{definition.name} · {day}"

    # --------------------------------------------------------- what it reads and writes

    def _rules(self):
        """The version of the run, as :class:`~...snapshot.rules.Rules`."""
        self.ensure_one()
        version = self.version_id
        definition = self.definition_id
        categories = self.env["product.category"].search(
            [("id", "child_of", version.parameters["excluded_categ_ids"])]
        )
        uses = definition._source_parameters()
        sources = [code for code, name in uses.items() if version.parameters.get(name)]
        return Rules(
            definition_id=definition.id,
            company_id=self.company_id.id,
            club_ids=tuple(definition._clubs().ids),
            only_members=bool(version.parameters["club_id"]),
            day=self.day,
            window_from=self.window_from,
            parameters=version.parameters,
            cells=tuple(version.cells),
            none_segment_id=version.none_segment_id.id,
            category_ids=tuple(categories.ids),
            sources=tuple(sources),
            left_out_sources=tuple(code for code in uses if code not in sources),
        )

    def _report(self, percent, name, seconds, visible):
        """Note a step; a visible one at once, in a transaction of its own."""
        self.ensure_one()
        values = {
            "run_id": self.id,
            "progress": percent,
            "name": name,
            "seconds": seconds,
        }
        if not visible:
            self.env["loyalty.club.rfm.run.step"].create(values)
            return
        with self.env.registry.cursor() as cr:
            self.with_env(self.env(cr=cr)).env["loyalty.club.rfm.run.step"].create(
                values
            )

    def _write_cells(self, same=None):
        """Add up the snapshot by code, or take the sums of one that is the same."""
        self.ensure_one()
        if same:
            rows = SQL(
                "SELECT r, f, m, code, segment_id, customers, revenue "
                "FROM loyalty_club_rfm_run_cell WHERE run_id = %s",
                same.id,
            )
        else:
            rows = SQL(
                """
                SELECT coalesce(r, 0), coalesce(f, 0), coalesce(m, 0),
                       concat(r, f, m), segment_id, count(*), sum(net)
                  FROM loyalty_club_rfm_score_now
                 WHERE definition_id = %s AND segment_id IS NOT NULL
                 GROUP BY r, f, m, segment_id
                """,
                self.definition_id.id,
            )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_rfm_run_cell
                       (run_id, definition_id, company_id, day,
                        r, f, m, code, segment_id, customers, revenue)
                SELECT %s, %s, %s, %s, cell.* FROM (%s) cell
                """,
                self.id,
                self.definition_id.id,
                self.company_id.id,
                self.day,
                rows,
            )
        )
        self.invalidate_recordset(["cell_ids"])

    # -------------------------------------------------------------------- what it shows

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
        return Limits(self, Words(self.definition_id)).rows()

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
        words = Words(self.definition_id)
        sums = self.env["loyalty.club.rfm.run.cell"]._read_group(
            [("run_id", "=", self.id)], ["segment_id"], ["customers:sum", "revenue:sum"]
        )
        return [
            {
                "segment": segment,
                "customers": words.number(customers),
                "share": words.percent(customers, self.customers),
                "revenue": words.money(revenue),
                "revenue_share": words.percent(revenue, self.revenue),
                "width": round(percent(customers, self.customers)),
            }
            for segment, customers, revenue in sorted(
                sums, key=lambda row: (row[0].is_none, row[0].sequence, row[0].id)
            )
        ]

    def _overview(self, before):
        """
        :param before: the snapshot before this one, or an empty recordset
        :return: dict of sums, ``cells`` (lists of r, f, m, segment id, customers and
            revenue) and ``segments`` in the order of their map
        """
        self.ensure_one()
        words = Words(self.definition_id)
        return {
            "id": self.id,
            "day": words.day(self.day),
            "from": words.day(self.window_from),
            "until": words.day(self.day - timedelta(days=1)),
            "customers": self.customers,
            "buyers": self.buyers,
            "revenue": self.revenue,
            "mode": self.mode,
            "min_customers": self.version_id.parameters["min_customers"],
            "cut_mode": self.version_id.parameters["cut_mode"],
            "before": words.day(before.day) if before else False,
            "cells": [
                [
                    cell.r,
                    cell.f,
                    cell.m,
                    cell.segment_id.id,
                    cell.customers,
                    cell.revenue,
                ]
                for cell in self.cell_ids
            ],
            "segments": self._segments_overview(before),
        }

    def _segments_overview(self, before):
        now, then = self._by_segment(), before._by_segment()
        version = self.version_id
        segments = self.env["loyalty.club.rfm.segment"].browse(
            {*version.cells, version.none_segment_id.id, *(s.id for s in now)}
        )
        return [
            {
                "id": segment.id,
                "name": segment.name,
                "hex": segment.hex,
                "action": segment.action or "",
                "is_none": segment.is_none,
                "customers": now.get(segment, (0, 0))[0],
                "revenue": now.get(segment, (0, 0))[1],
                "change": now.get(segment, (0, 0))[0] - then.get(segment, (0, 0))[0]
                if before
                else 0,
            }
            for segment in segments.sorted(lambda s: (s.is_none, s.sequence, s.id))
        ]

    def _by_segment(self):
        """Dict of segment to its customers and revenue."""
        rows = self.env["loyalty.club.rfm.run.cell"]._read_group(
            [("run_id", "in", self.ids)],
            ["segment_id"],
            ["customers:sum", "revenue:sum"],
        )
        return {segment: sums for segment, *sums in rows}

    # -------------------------------------------------------------------------- actions

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
