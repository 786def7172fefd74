from odoo import api, fields, models
from odoo.tools import SQL

BATCH = 20000


class LoyaltyClubRfmGather(models.Model):
    """How far the documents of a company were read that are older than us.

    New documents come by themselves when they are posted. The old ones, and all of them
    again when the company's time zone or the left out categories change, are read in
    batches of ids, each committed with its progress: a job that was killed goes on
    where it was.
    """

    _name = "loyalty.club.rfm.gather"
    _description = "RFM gathering"
    _log_access = False
    _order = "company_id, source"
    _rec_name = "source"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    source = fields.Char(required=True, readonly=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("running", "Running"), ("done", "Done")],
        required=True,
        readonly=True,
        default="waiting",
    )
    last_id = fields.Integer(
        readonly=True, help="Documents up to this id have been read."
    )
    until_id = fields.Integer(
        readonly=True, help="The last document that there was at the beginning."
    )
    facts = fields.Integer(
        readonly=True, help="Facts that were written, changed or removed."
    )
    progress = fields.Float(compute="_compute_progress", help="0 to 100.")

    _source_uniq = models.UniqueIndex("(company_id, source)")

    @api.depends("last_id", "until_id", "state")
    def _compute_progress(self):
        for gather in self:
            if gather.state == "done" or not gather.until_id:
                gather.progress = 100 * (gather.state == "done")
            else:
                gather.progress = min(100 * gather.last_id / gather.until_id, 100)

    # ------------------------------------------------------------------ starting

    @api.model
    def _ensure(self, companies):
        """See to it that the older documents of these companies are read, once."""
        sources = self.env["loyalty.club.rfm.fact"]._sources()
        gathers_sudo = self.sudo()  # nobody has the right to write them
        roots = companies.root_id
        known = {
            (gather.company_id, gather.source)
            for gather in gathers_sudo.search([("company_id", "in", roots.ids)])
        }
        missing = gathers_sudo.create(
            [
                {"company_id": root.id, "source": source}
                for root in roots
                for source in sources
                if (root, source) not in known
            ]
        )
        missing._begin()

    @api.model
    def _restart(self, companies):
        """Read all documents of these companies again."""
        self._ensure(companies)
        gathers_sudo = self.sudo()  # nobody has the right to write them
        gathers_sudo.search([("company_id", "in", companies.root_id.ids)])._begin()

    @api.model
    def _is_done(self, company):
        """Whether all that a company has sold so far is in the facts."""
        self._ensure(company)
        return not self.sudo().search_count(  # true or false is nobody's secret
            [*self._to_read(), ("company_id", "=", company.root_id.id)], limit=1
        )

    @api.model
    def _to_read(self):
        """Domain of what is still to be read; rows of addons that are gone stay."""
        sources = self.env["loyalty.club.rfm.fact"]._sources()
        return [("state", "!=", "done"), ("source", "in", list(sources))]

    def _begin(self):
        if not self:
            return
        self.write({"state": "waiting", "last_id": 0, "until_id": 0, "facts": 0})
        # Whoever posts a document or changes a setting may not run jobs.
        self.env.ref("loyalty_club_rfm.cron_gather").sudo()._trigger()

    # ------------------------------------------------------------------ reading

    @api.model
    def _cron_gather(self, batch=BATCH):
        """Read what is still to be read, until the time of the job is over."""
        cron = self.env["ir.cron"]
        todo = self.search(self._to_read())
        cron._commit_progress(remaining=len(todo))
        for gather in todo:
            while gather._read_batch(batch):
                if not cron._commit_progress():
                    return
            if not cron._commit_progress(1):
                return

    def _read_batch(self, batch):
        """Read one batch. → whether there may be more."""
        self.ensure_one()
        fact = self.env["loyalty.club.rfm.fact"]
        if self.state == "waiting":
            self._note_end()
        until_id = fact._range_end(self.source, self.company_id, self.last_id, batch)
        if not until_id:
            self.write({"state": "done", "last_id": self.until_id})
            # Somebody may be waiting for the first snapshot.
            self.env.ref("loyalty_club_rfm.cron_run")._trigger()
            return False
        changed = fact._gather_range(
            self.source, self.company_id, self.last_id, until_id
        )
        self.write({"last_id": until_id, "facts": self.facts + changed})
        return True

    def _note_end(self):
        table = self.env["loyalty.club.rfm.fact"]._table_of(self.source)
        [(until_id,)] = self.env.execute_query(
            SQL("SELECT COALESCE(max(id), 0) FROM %s", table)
        )
        self.write({"state": "running", "until_id": until_id})
