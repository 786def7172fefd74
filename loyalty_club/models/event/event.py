from odoo import api, fields, models
from odoo.tools import SQL

from ...clock import now
from ...events import Kind
from ...rights import raised

# Where a transaction keeps its facts until they are told.
FACTS = "loyalty.club.event"


class LoyaltyClubEvent(models.Model):
    """The outbox: a fact that waits for one consumer.

    A fact is noted while it is written (:meth:`_note`). Before the commit its model's
    hook is called once, with all such facts of the transaction; and for each consumer
    that waits for this kind one row is written, by one statement for all of them. So
    a transaction that is rolled back has told nothing, and one that is committed has
    told everything. Nobody waits: nothing is written.

    Rows, not a cursor: ids are taken before commits, so that "the last id that I saw"
    loses facts of transactions that overlap.
    """

    _name = "loyalty.club.event"
    _description = "Event"
    _order = "id"
    _log_access = False

    consumer = fields.Char(required=True, readonly=True)
    kind = fields.Char(required=True, readonly=True)
    club_id = fields.Many2one("loyalty.club", readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    member_id = fields.Many2one("loyalty.club.member", readonly=True)
    res_id = fields.Integer("Fact", readonly=True, help="Its id in its kind's model.")
    date = fields.Datetime(readonly=True)
    attempts = fields.Integer(
        readonly=True, aggregator=None, help="How often it was handed over."
    )
    due = fields.Datetime(
        "Next attempt", readonly=True, help="Empty: as soon as possible."
    )
    failed = fields.Boolean(
        readonly=True, help="It is not tried again before somebody says so."
    )
    error = fields.Char(
        readonly=True,
        help="The kind of fault; what it said may be personal, and stands in the "
        "server's log.",
    )

    _waiting_idx = models.Index("(consumer, id) WHERE NOT failed")
    _member_idx = models.Index("(member_id)")

    # ------------------------------------------------------------------ open lists

    @api.model
    def _kinds(self):
        """The kinds of facts there are: an open list.

        An addon adds its own, and notes them with :meth:`_note`.

        :return: dict of name to :class:`~odoo.addons.loyalty_club.events.Kind`
        """
        return {
            "posted": Kind("loyalty.club.entry", "_on_posted", lasting=True),
            "purchased": Kind("loyalty.club.purchase", "_on_purchased", lasting=True),
            "returned": Kind("loyalty.club.purchase", "_on_returned", lasting=True),
            "joined": Kind("loyalty.club.member", "_on_joined", member="id"),
            "merged": Kind("loyalty.club.member", "_on_merged", member="id"),
            "erased": Kind("loyalty.club.member", "_on_erased", member="id"),
            "tier_moved": Kind("loyalty.club.tier.move", "_on_tier_moved"),
            "consent_changed": Kind("loyalty.club.consent", "_on_consent_changed"),
            "decided": Kind("loyalty.club.request", "_on_decided"),
        }

    @api.model
    def _consumers(self):
        """Who waits for events: an open list, empty in the core.

        :return: dict of name to :class:`~odoo.addons.loyalty_club.events.Consumer`
        """
        return {}

    # ------------------------------------------------------------------ writing

    @api.model
    def _note(self, kind, ids):
        """Remember facts of a kind until the transaction tells of them.

        :param ids: of records of the kind's model, in the order of the facts
        """
        waiting = self.env.cr.precommit
        if FACTS not in waiting.data:
            waiting.data[FACTS] = {}
            waiting.add(raised(self)._tell)
        # A savepoint that is rolled back takes its facts with it: Odoo runs what waits
        # for the commit before a savepoint, and forgets it when that is undone.
        waiting.data[FACTS].setdefault(kind, {}).update(dict.fromkeys(ids))

    def _tell(self):
        """Call the hooks of what was noted, and write it down for its consumers.

        What a hook does may be a fact itself: it is told in the next round.
        """
        noted = self.env.cr.precommit.data.pop(FACTS, {})
        kinds = self._kinds()
        for name, ids in noted.items():
            kind = kinds[name]
            records = self.env[kind.model].browse(ids)
            if not kind.lasting:
                records = records.exists()
            if records:
                getattr(records, kind.hook)()
        consumers = self._consumers()
        waited_for = {
            name: [who for who, consumer in consumers.items() if name in consumer.kinds]
            for name in noted
        }
        facts = [
            self._facts(name, kinds[name], noted[name], who)
            for name, who in waited_for.items()
            if who
        ]
        if facts:
            self._write_events(facts)

    def _facts(self, name, kind, ids, consumers):
        """Facts of one kind as rows of events, for each of these consumers."""
        Model = self.env[kind.model]
        columns = {"club_id", "company_id", kind.member} - {"id"}
        Model.flush_model([*columns])
        return SQL(
            """
            SELECT consumer, %s AS kind, fact.club_id, fact.company_id,
                   fact.%s AS member_id, fact.id AS res_id
              FROM %s AS fact, unnest(%s) AS consumer
             WHERE fact.id = ANY(%s)
            """,
            name,
            SQL.identifier(kind.member),
            SQL.identifier(Model._table),
            consumers,
            list(ids),
        )

    def _write_events(self, facts):
        """Write rows of events by one statement, and wake who waits for them.

        :param facts: list of SELECTs with the columns that :meth:`_facts` gives
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH written AS (
                    INSERT INTO loyalty_club_event
                           (consumer, kind, club_id, company_id, member_id, res_id,
                            date, attempts, failed)
                    SELECT consumer, kind, club_id, company_id, member_id, res_id,
                           %s, 0, FALSE
                      FROM (%s) AS fact
                    RETURNING consumer
                )
                SELECT DISTINCT consumer FROM written
                """,
                now(self.env),
                SQL(" UNION ALL ").join(facts),
            )
        )
        self._wake([consumer for (consumer,) in rows])

    @api.model
    def _wake(self, names, at=None):
        """Let the jobs of these consumers run: now, after the commit, or then."""
        consumers = self._consumers()
        crons = {consumers[name].cron for name in names if name in consumers}
        if not crons:
            return
        # As ``_trigger`` does for one job, for all of them by one statement: a till
        # waits for this.
        jobs = self.env["ir.cron"].browse(self.env.ref(cron).id for cron in crons)
        moment = at or fields.Datetime.now()
        self.env["ir.cron.trigger"].create(
            [{"cron_id": job.id, "call_at": moment} for job in jobs]
        )
        if not at:
            self.env.cr.postcommit.add(jobs[:1]._notifydb)
