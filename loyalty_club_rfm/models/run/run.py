from odoo import api, fields, models


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

    @api.depends("state", "step_ids")
    def _compute_progress(self):
        for run in self:
            last = run.step_ids[-1:]
            run.progress = 100 if run.state == "done" else last.progress
            run.step = last.name

    @api.depends("day", "definition_id.name")
    def _compute_display_name(self):
        for run in self:
            run.display_name = f"{run.definition_id.name} · {run.day}"
