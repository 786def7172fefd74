import time
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..amounts import AMOUNT
from ..engine.amounts import scaled
from ..ledger import SCALE, to_column, units_from_scaled
from ..models.club.club import ACCOUNTS, PROGRAM_TYPES
from ..models.ledger.bulk import Opening
from ..rights import raised

BATCH = 1000
# How long a click may take; the cron does what is left.
REQUEST_SECONDS = 25
CHOICES = {"club_id", "account", "program_id", "enrol", "expired_until"}


class LoyaltyClubTakeOver(models.Model):
    """An existing native program becomes an account of a club, without losing a point.

    The program is attached first. Its cards follow in batches: a card that isn't taken
    over yet has no ``club_id`` of its own and goes on as a native one. That is also how
    a batch finds its work, so that one which was stopped is simply run again.

    What the cards had becomes opening entries: one for each card, with the key
    ``opening:<card>``. Fractions of the account's unit are rounded up, in the member's
    favour; a negative balance stays negative, and the next points pay it.

    A club whose own program has entries already keeps it (``into_id``). The cards move
    there instead, to the accounts that their customers have, and the program they came
    from is archived.
    """

    _name = "loyalty.club.take.over"
    _description = "Take-over of a Program"
    _club_proposed = frozenset({"club_id"})
    _order = "id desc"
    _rec_name = "program_id"

    club_id = fields.Many2one(
        "loyalty.club", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="club_id.company_id", store=True, precompute=True
    )
    account = fields.Selection(ACCOUNTS, required=True, default="points")
    program_id = fields.Many2one(
        "loyalty.program",
        required=True,
        ondelete="restrict",
        domain="[('id', 'in', candidate_ids)]",
        help="Its rules and rewards stay as they are; its balances become the club's.",
    )
    candidate_ids = fields.Many2many("loyalty.program", compute="_compute_candidates")
    enrol = fields.Boolean(
        "Make its customers members",
        default=True,
        help="Everybody with a card of the program becomes a member, also without a "
        "mobile number. Without this, only members get their cards' balances.",
    )
    expired_until = fields.Date(
        "Expired cards are good until",
        help="Balances of cards that have expired are written off in the next night, "
        "unless you give them a new last day here.",
    )
    state = fields.Selection(
        [("draft", "Preview"), ("running", "Under way"), ("done", "Done")],
        required=True,
        default="draft",
        readonly=True,
    )
    problem = fields.Char(compute="_compute_problem")

    into_id = fields.Many2one(
        "loyalty.program",
        "Goes into",
        compute="_compute_preview",
        store=True,
        help="The club's own program, which members use already: it stays, and gets "
        "the balances.",
    )
    club_before = fields.Float(
        "The club has", compute="_compute_preview", store=True, **AMOUNT
    )
    club_after = fields.Float(
        "The club will have", compute="_compute_preview", store=True, **AMOUNT
    )

    # What would happen, counted when the choices are made and again when it begins
    card_count = fields.Integer("Cards", compute="_compute_preview", store=True)
    sum_before = fields.Float(compute="_compute_preview", store=True, **AMOUNT)
    sum_after = fields.Float(compute="_compute_preview", store=True, **AMOUNT)
    difference = fields.Float(
        "Rounded up by", compute="_compute_preview", store=True, **AMOUNT
    )
    fraction_count = fields.Integer(
        "Cards with fractions", compute="_compute_preview", store=True
    )
    folded_count = fields.Integer(
        "Further cards of one customer",
        compute="_compute_preview",
        store=True,
        help="Their balances go to the customer's first card; they are archived and "
        "keep their history.",
    )
    anonymous_count = fields.Integer(
        "Cards without customer", compute="_compute_preview", store=True
    )
    archived_count = fields.Integer(
        "Archived cards", compute="_compute_preview", store=True
    )
    negative_count = fields.Integer(
        "Cards below zero", compute="_compute_preview", store=True
    )
    sum_negative = fields.Float(compute="_compute_preview", store=True, **AMOUNT)
    expired_count = fields.Integer(
        "Expired cards", compute="_compute_preview", store=True
    )
    sum_expired = fields.Float(compute="_compute_preview", store=True, **AMOUNT)
    joining_count = fields.Integer(
        "New members", compute="_compute_preview", store=True
    )

    # What has happened
    taken_count = fields.Integer("Taken over", readonly=True)
    sum_taken = fields.Float("Opened with", readonly=True, **AMOUNT)
    joined_count = fields.Integer("Joined", readonly=True)
    progress = fields.Integer(compute="_compute_progress")

    # ------------------------------------------------------------------ preview

    @api.depends("club_id", "account")
    def _compute_candidates(self):
        Program_sudo = self.env["loyalty.program"].sudo()  # only to offer them
        for take_over in self:
            take_over.candidate_ids = Program_sudo.search(
                [
                    ("club_id", "=", False),
                    ("program_type", "=", PROGRAM_TYPES.get(take_over.account)),
                    ("company_id", "in", (False, take_over.club_id.company_id.id)),
                    ("currency_id", "=", take_over.club_id.currency_id.id),
                ]
            ).sudo(False)

    @api.depends("club_id", "account", "program_id", "state")
    def _compute_problem(self):
        for take_over in self:
            take_over.problem = (
                take_over.state == "draft"
                and bool(take_over.program_id)
                and take_over.sudo()._why_not()  # counts entries of any branch
            )

    @api.depends("club_id", "account", "program_id", "enrol")
    def _compute_preview(self):
        for take_over in self:
            take_over.update(take_over._count())

    @api.depends("taken_count", "card_count", "state")
    def _compute_progress(self):
        for take_over in self:
            if take_over.state == "done":
                take_over.progress = 100
            else:
                share = take_over.taken_count * 100 // max(take_over.card_count, 1)
                take_over.progress = min(share, 99)

    def _why_not(self):
        """Why this program can't become the account, or None."""
        program, club = self.program_id, self.club_id
        if program.club_id:
            return self.env._(
                "%(program)s already belongs to a club.", program=program.name
            )
        if program.program_type != PROGRAM_TYPES[self.account]:
            return self.env._(
                "Points are taken over from loyalty cards, money from eWallets."
            )
        if program.company_id and program.company_id != club.company_id:
            return self.env._(
                "%(program)s belongs to another company.", program=program.name
            )
        if program.currency_id != club.currency_id:
            return self.env._(
                "%(program)s is in another currency than the club.",
                program=program.name,
            )
        return None

    def _living_program(self):
        """The club's own program of this account, if anything has happened in it."""
        current = self.club_id._program(self.account)
        if current == self.program_id or not self._has_entries(current):
            return current.browse()
        return current

    def _target(self):
        """The program whose accounts the cards become, or are put into."""
        return self.into_id or self.program_id

    def _has_entries(self, program):
        cards = self.env["loyalty.card"].with_context(active_test=False)
        return self.env["loyalty.club.entry"].search_count(
            [("card_id", "in", cards._search([("program_id", "=", program.id)]))],
            limit=1,
        )

    def _count(self):
        """What the cards that aren't taken over yet have, and what they will get."""
        names = (
            "card_count", "sum_before", "sum_after", "fraction_count", "folded_count",
            "anonymous_count", "archived_count", "negative_count", "sum_negative",
            "expired_count", "sum_expired", "joining_count",
        )  # fmt: skip
        nothing = {"into_id": False, "club_before": 0, "club_after": 0}
        if not self.program_id or not self.club_id:
            return {**dict.fromkeys(names, 0), "difference": 0, **nothing}
        into = self.sudo()._living_program()  # counts entries of any branch
        self.env["loyalty.card"].flush_model()
        self.env["loyalty.club.member"].flush_model(["club_id", "partner_id"])
        row = self.env.execute_query(
            SQL(
                """
                WITH native AS (
                    SELECT %(balances)s, card.partner_id,
                           COALESCE(card.active, false) AS active,
                           card.expiration_date < %(today)s AS expired,
                           row_number() OVER (
                               PARTITION BY card.partner_id, card.active
                               ORDER BY card.id
                           ) > 1 OR EXISTS (
                               SELECT FROM loyalty_card AS account
                                WHERE account.program_id = %(into)s AND account.active
                                  AND account.club_id IS NOT NULL
                                  AND account.partner_id = card.partner_id
                           ) AS further,
                           EXISTS (
                               SELECT FROM loyalty_club_member AS member
                                WHERE member.club_id = %(club)s
                                  AND member.partner_id = card.partner_id
                                  AND member.merged_into_id IS NULL
                           ) AS joined
                      FROM loyalty_card AS card
                     WHERE card.program_id = %(program)s AND card.club_id IS NULL
                )
                SELECT count(*),
                       COALESCE(sum(had), 0)::bigint,
                       COALESCE(sum(gets), 0)::bigint,
                       count(*) FILTER (WHERE had <> gets),
                       count(*) FILTER (WHERE active AND further
                                          AND partner_id IS NOT NULL),
                       count(*) FILTER (WHERE partner_id IS NULL),
                       count(*) FILTER (WHERE NOT active),
                       count(*) FILTER (WHERE gets < 0),
                       COALESCE(sum(gets) FILTER (WHERE gets < 0), 0)::bigint,
                       count(*) FILTER (WHERE expired AND gets > 0),
                       COALESCE(sum(gets) FILTER (WHERE expired AND gets > 0),
                                0)::bigint,
                       count(DISTINCT partner_id) FILTER (WHERE active AND NOT joined)
                  FROM native
                """,
                balances=self._balances(),
                club=self.club_id.id,
                program=self.program_id.id,
                into=into.id or None,
                today=self.club_id._today(),
            )
        )[0]
        counts = dict(zip(names, row, strict=True))
        counts["difference"] = counts["sum_after"] - counts["sum_before"]
        for name in ("sum_before", "sum_after", "sum_negative", "sum_expired"):
            counts[name] = to_column(counts[name], SCALE)
        counts["difference"] = to_column(counts["difference"], SCALE)
        if not self.enrol:
            counts["joining_count"] = 0
        if not into:
            return {**counts, **nothing}
        before = self._sum_of_club(into)
        after = scaled(before) + scaled(counts["sum_after"])
        return {
            **counts,
            "into_id": into.id,
            "club_before": before,
            "club_after": to_column(after, SCALE),
        }

    def _sum_of_club(self, program):
        """What all accounts of a program have by now."""
        [(total,)] = self.env.execute_query(
            SQL(
                "SELECT round(COALESCE(sum(points::numeric), 0) * %s)::bigint"
                " FROM loyalty_card WHERE program_id = %s AND club_id IS NOT NULL",
                10**SCALE,
                program.id,
            )
        )
        return to_column(total, SCALE)

    def _balances(self):
        """SQL columns ``had`` and ``gets`` of a native card, in ten-thousandths.

        Native balances are floats: what is beyond the ten-thousandth is noise of their
        arithmetic (99.9999999999986 is 100). Then the next whole unit is the member's.
        """
        return SQL(
            """
            round(COALESCE(card.points, 0)::numeric * %(one)s)::bigint AS had,
            (ceil(round(COALESCE(card.points, 0)::numeric * %(one)s) / %(unit)s)
                * %(unit)s)::bigint AS gets
            """,
            one=10**SCALE,
            unit=10 ** (SCALE - self.club_id._digits(self.account)),
        )

    # ------------------------------------------------------------------ writing

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_choices(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_choices(vals)
        if CHOICES & vals.keys() and any(one.state != "draft" for one in self):
            raise UserError(self.env._("This take-over has begun: nothing can change."))
        return super().write(vals)

    def _check_choices(self, vals):
        """People choose; the figures are the wizard's own."""
        if not self.env.su and not vals.keys() <= CHOICES:
            raise AccessError(
                self.env._("Only the choices of a take-over are written.")
            )

    def action_take_over(self):
        """Take the program over; what doesn't fit into a click is left to the cron."""
        self._check_may()
        # The checks are done; balances are the ledger's to move.
        own_sudo = raised(self)
        if own_sudo.state == "draft":
            own_sudo._attach()
        if own_sudo.state == "running":
            own_sudo._work_for(REQUEST_SECONDS)
        return self._reopen()

    def _check_may(self):
        self.ensure_one()
        if not self.env.user.has_group("loyalty_club.group_manager"):
            raise AccessError(
                self.env._("Only a manager of the club takes programs over.")
            )
        self.check_access("write")
        self.club_id.check_access("write")

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take over a program"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _attach(self):
        """Make the program the club's; its cards are still native ones."""
        self._lock_club()
        if problem := self._why_not():
            raise UserError(problem)
        self.write({**self._count(), "state": "running"})
        self.env.flush_all()
        if self.into_id:
            # It gives and takes nothing any more; what its cards have is on its way.
            self.program_id.active = False
            return
        self._detach_current()
        # By SQL: the ORM would put all cards into the club at once, with balances that
        # no entry explains.
        self.env.cr.execute(
            SQL(
                "UPDATE loyalty_program SET club_id = %s, club_account = %s"
                " WHERE id = %s",
                self.club_id.id,
                self.account,
                self.program_id.id,
            )
        )
        self.env.invalidate_all()
        if values := self.club_id._on_channels():
            self.program_id.write(values)

    def _lock_club(self):
        """Two take-overs of one club don't meet: the later one is retried by Odoo."""
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "SELECT id FROM loyalty_club WHERE id = %s FOR NO KEY UPDATE",
                self.club_id.id,
            )
        )
        self.env.invalidate_all()

    def _detach_current(self):
        """The club's own program has no entries yet: it makes room."""
        current = self.club_id._program(self.account)
        if not current:
            return
        # The program first: the database lets cards go only after it.
        self.env.cr.execute(
            SQL(
                "UPDATE loyalty_program SET club_id = NULL, club_account = NULL"
                " WHERE id = %s",
                current.id,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE loyalty_card SET club_id = NULL, member_id = NULL,"
                " active = false WHERE program_id = %s",
                current.id,
            )
        )
        self.env.invalidate_all()
        current.active = False

    def _work_for(self, seconds):
        deadline = time.monotonic() + seconds
        while self._take_batch(BATCH):
            if time.monotonic() > deadline:
                self.env.ref("loyalty_club.cron_take_over")._trigger()
                return

    @api.model
    def _cron_take_over(self):
        """Go on with what a click couldn't finish; each batch is committed."""
        cron = self.env["ir.cron"]
        for take_over in self.search([("state", "=", "running")], order="id"):
            left = take_over.card_count - take_over.taken_count
            cron._commit_progress(remaining=max(left, 1))
            while done := take_over._take_batch(BATCH):
                if not cron._commit_progress(done):
                    return

    # ------------------------------------------------------------------ one batch

    def _take_batch(self, limit):
        """Take over the next cards, in one transaction.

        :return: how many; 0 when all are done
        """
        self.ensure_one()
        cards = self._next_cards(limit)
        if not cards:
            self.state = "done"
            return 0
        account_of = self._account_of(cards)
        members, joined = self._members_for(cards)
        self._empty_cards(cards, account_of, members)
        self._close_history(cards)
        digits = self.club_id._digits(self.account)
        openings = [
            Opening(
                card_id=card["id"],
                account_id=account_of[card["id"]],
                units=units_from_scaled(card["gets"], digits),
                expires_on=self._last_day(card),
            )
            for card in cards
            if card["gets"]
        ]
        self.env["loyalty.club.ledger"]._open(openings)
        joined._start_tiers()
        opened = scaled(self.sum_taken) + sum(card["gets"] for card in cards)
        self.write(
            {
                "taken_count": self.taken_count + len(cards),
                "sum_taken": to_column(opened, SCALE),
                "joined_count": self.joined_count + len(joined),
            }
        )
        return len(cards)

    def _next_cards(self, limit):
        """The next native cards, locked: list of dicts."""
        self.env["loyalty.card"].flush_model()
        columns = (
            "id", "had", "gets", "partner_id", "active",
            "code", "expires_on", "made_at",
        )  # fmt: skip
        rows = self.env.execute_query(
            SQL(
                """
                SELECT card.id, %s, card.partner_id, COALESCE(card.active, false),
                       card.code, card.expiration_date, card.create_date
                  FROM loyalty_card AS card
                 WHERE card.program_id = %s AND card.club_id IS NULL
                 ORDER BY card.id LIMIT %s
                   FOR NO KEY UPDATE
                """,
                self._balances(),
                self.program_id.id,
                limit,
            )
        )
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def _account_of(self, cards):
        """Which account gets what a card had: dict of card id to account id.

        A customer's first card is the account, where there is none in the club yet;
        archived ones and those of nobody stay accounts of their own.
        """
        partner_ids = {card["partner_id"] for card in cards if card["partner_id"]}
        first = self.env["loyalty.club.ledger"]._find_accounts(
            self._target(), dict.fromkeys(partner_ids)
        )
        return {
            card["id"]: first.setdefault(card["partner_id"], card["id"])
            if card["active"] and card["partner_id"]
            else card["id"]
            for card in cards
        }

    def _members_for(self, cards):
        """The members who own these cards, and those of them who are new.

        :return: (dict of partner id to member id, new members)
        """
        Member = self.env["loyalty.club.member"]
        partner_ids = {card["partner_id"] for card in cards if card["partner_id"]}
        members = Member._members_of(self.club_id, list(partner_ids))
        joined = self._join(cards, members) if self.enrol else Member
        members.update({member.partner_id.id: member.id for member in joined})
        Member._claim_codes(
            [
                (Member.browse(members[card["partner_id"]]), card["code"])
                for card in cards
                if card["active"] and card["partner_id"] in members
            ]
        )
        return members, joined

    def _join(self, cards, members):
        """Make members of the customers who aren't; of old, since their first card."""
        joined_on = defaultdict(list)
        for card in cards:
            if card["active"] and card["partner_id"] not in (None, *members):
                joined_on[card["partner_id"]].append(
                    self.club_id._day(card["made_at"] or fields.Datetime.now())
                )
        joined = self.env["loyalty.club.member"]._join_partners(
            self.club_id,
            {partner_id: min(days) for partner_id, days in joined_on.items()},
            "takeover",
        )
        joined._claim_own_identifiers()
        return joined

    def _empty_cards(self, cards, account_of, members):
        """Put the cards into the club with nothing on them: their openings follow.

        An account's lots know when they expire, so its card has no last day any more.
        """
        ids = [card["id"] for card in cards]
        accounts = [card_id for card_id in ids if account_of[card_id] == card_id]
        self.env.cr.execute(
            SQL(
                """
                UPDATE loyalty_card AS card
                   SET club_id = %(club)s, points = 0, club_pending = 0, club_debt = 0,
                       program_id = program.id, company_id = program.company_id,
                       member_id = new.member_id,
                       active = card.active AND card.id = ANY(%(accounts)s),
                       expiration_date = CASE WHEN card.id = ANY(%(accounts)s)
                                              THEN NULL ELSE card.expiration_date END,
                       write_uid = %(uid)s, write_date = %(now)s
                  FROM unnest(%(ids)s::int[], %(members)s::int[])
                       AS new (id, member_id),
                       loyalty_program AS program
                 WHERE card.id = new.id AND program.id = %(program)s
                """,
                club=self.club_id.id,
                program=self._target().id,
                accounts=accounts,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                ids=ids,
                members=[members.get(card["partner_id"]) for card in cards],
            )
        )
        self.env["loyalty.card"].invalidate_model(flush=False)

    def _close_history(self, cards):
        """The native history ends at zero: openings follow, and its sum is the balance.

        That is so even where lines of old don't add up to what the card had.
        """
        self.env["loyalty.history"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_history
                       (card_id, description, club_taken_over_by_id, issued, used,
                        create_uid, create_date, write_uid, write_date)
                SELECT card_id, %(text)s, %(club)s,
                       greatest(-amount, 0), greatest(amount, 0),
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (
                        SELECT card_id,
                               sum(COALESCE(issued, 0)::numeric
                                   - COALESCE(used, 0)::numeric) AS amount
                          FROM loyalty_history WHERE card_id = ANY(%(ids)s)
                         GROUP BY card_id
                       ) AS native
                 WHERE amount <> 0
                 ORDER BY card_id
                """,
                text=self.club_id.with_context(lang=None)._taken_over_words(),
                club=self.club_id.id,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                ids=[card["id"] for card in cards],
            )
        )

    def _last_day(self, card):
        last_day = card["expires_on"]
        if last_day and last_day < self.club_id._today():
            return self.expired_until or last_day
        return last_day

    @api.autovacuum
    def _gc_drafts(self):
        """Previews that nobody confirmed."""
        yesterday = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        self.search(
            [("state", "=", "draft"), ("create_date", "<", yesterday)], limit=1000
        ).unlink()
