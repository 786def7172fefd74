from collections import defaultdict
from dataclasses import dataclass

from odoo import api, fields, models
from odoo.tools import SQL, format_amount, formatLang

from ...bonuses import TIER, Due
from ...clock import now
from ...engine import tiering
from ...engine.amounts import SCALE, scaled, unscaled
from ...engine.periods import add_months, qualification_window
from ...ledger import Origin

MEASURES = {"status": "status_points", "spend": "total", "visits": "visits"}
WELCOMED_FOR = ("upgrade", "rules")


@dataclass(slots=True)
class Ladder:
    """Tiers as the engine ranks them, lowest first.

    ``places`` maps the id of a tier to its index; that of a tier which is no more to
    the highest one at or below where it stood (-1: below the first).
    """

    rules: list
    policy: tiering.TierPolicy
    places: dict

    def decide(self, current, value, today, valid_until, below_since):
        """The engine's decision for a member of tier ``current`` (an id or None)."""
        index = self.places.get(current, -1)
        return tiering.decide(
            self.rules, self.policy, index, value, today, valid_until, below_since
        )


@dataclass(slots=True)
class Move:
    """A member's change of tier; ``value`` is in ten-thousandths."""

    member_id: int
    from_id: int | None
    tier: models.BaseModel
    value: int
    reason: str
    up: bool


class LoyaltyClubMember(models.Model):
    """What members have reached, and the tiers that they get for it.

    ``qualified`` is kept by addition: a purchase adds to it as long as the period
    (``qualified_from`` to ``qualified_until``) is the one it was counted for; when
    the period has moved on, the purchases of the new one are summed again.
    """

    # A part of the model: tiers.
    _inherit = "loyalty.club.member"  # pylint: disable=consider-merging-classes-inherited

    tier_icon = fields.Selection(related="tier_id.icon", string="Tier icon")
    tier_words = fields.Char("Next tier in words", compute="_compute_tier_words")

    @api.depends("tier_id", "next_tier_id", "next_tier_missing")
    def _compute_tier_words(self):
        for member in self:
            club = member.club_id
            if member.next_tier_id:
                member.tier_words = self.env._(
                    "%(missing)s to %(tier)s",
                    missing=member._measured(member.next_tier_missing),
                    tier=member.next_tier_id.name,
                )
            elif club.tier_ids:
                member.tier_words = self.env._("The highest tier is reached")
            else:
                member.tier_words = False

    def _measured(self, value):
        """An amount of the club's measure as people say it: “250 status points”."""
        self.ensure_one()
        club = self.club_id
        if club.qualify_measure == "spend":
            return format_amount(self.env, value, club.currency_id)
        number = formatLang(self.env, value, digits=0)
        if club.qualify_measure == "visits":
            return self.env._("%(number)s visits", number=number)
        return self.env._("%(number)s status points", number=number)

    def _start_tiers(self):
        """Who joins is in the tier that asks for nothing, where the club has one."""
        for club, members in self.grouped("club_id").items():
            if club._tiers()[:1].threshold or not club.tier_ids:
                continue
            today = club._today()
            reached = {member.id: (0, *member._window(today)) for member in members}
            self._evaluate_tiers(club, reached, today)

    def _note_purchase(self, purchase):
        """After a purchase or return was recorded: last visit, measure and tier."""
        self.ensure_one()
        if purchase.kind == "sale" and (
            not self.last_purchase_at or self.last_purchase_at < purchase.date
        ):
            self.last_purchase_at = purchase.date
        self._count_purchase(purchase)

    def _count_purchase(self, purchase):
        """After a purchase or return: what the member has reached now, and the tier."""
        self.ensure_one()
        club = self.club_id
        if not club.tier_ids:
            if self.qualified_from:
                self.qualified_from = False  # not counted: sum again with tiers
            return
        today = club._today()
        start, end = self._window(today)
        if (self.qualified_from, self.qualified_until) == (start, end):
            value = scaled(self.qualified)
            if start <= purchase.day <= end:
                value += scaled(purchase[MEASURES[club.qualify_measure]])
        else:
            value = self._sum_purchases({self.id: (start, end)})[self.id]
        self._evaluate_tiers(club, {self.id: (value, start, end)}, today)

    def _recount(self):
        """After purchases changed that were counted before: count them all again."""
        self.ensure_one()
        self.qualified_from = False
        self._requalify()

    def _window(self, today):
        """The period that counts today: (first day, last day)."""
        self.ensure_one()
        policy = self.club_id._qualification_policy()
        return qualification_window(today, policy, self.joined_on)

    def _sum_purchases(self, windows, measure=None):
        """What members reached in their periods, in ten-thousandths.

        :param windows: dict of member id to (first day, last day)
        :return: dict of member id to int, 0 where there is nothing
        """
        if not windows:
            return {}
        club = self.browse(next(iter(windows))).club_id
        column = SQL.identifier("purchase", MEASURES[measure or club.qualify_measure])
        self.env["loyalty.club.purchase"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT period.member_id, round(COALESCE(sum(%s), 0) * %s)::bigint
                  FROM unnest(%s::int[], %s::date[], %s::date[])
                       AS period (member_id, start, stop)
                  LEFT JOIN loyalty_club_purchase AS purchase
                    ON purchase.member_id = period.member_id
                   AND purchase.day BETWEEN period.start AND period.stop
                 GROUP BY period.member_id
                """,
                column,
                10**SCALE,
                list(windows),
                [start for start, _end in windows.values()],
                [end for _start, end in windows.values()],
            )
        )
        return dict(rows)

    @api.model
    def _evaluate_tiers(self, club, reached, today, reason=None):
        """Put members into the tiers that the engine decides; one batch.

        :param reached: dict of member id to (value in ten-thousandths, first day, last
            day of the period)
        :param reason: said in the history instead of the engine's, e.g. 'rules'
        :return: number of members who moved
        """
        tiers, ladder = club._tiers(), self._ladder(club)
        rows, moves = [], []
        for member_id, current, *state in self._tier_states(reached, lock=True):
            value, start, end = reached[member_id]
            decision = ladder.decide(current, value, today, *state)
            tier = tiers[decision.index] if decision.index >= 0 else tiers.browse()
            moved = (tier.id or None) != current
            below = decision.below_since
            rows.append((member_id, value, start, end, below, moved, tier.id or None))
            if moved:
                # A tier that is no more is left without the engine's wanting it.
                own = decision.reason
                said = reason or (own if own in ("upgrade", "downgrade") else "rules")
                moves.append(
                    Move(member_id, current, tier, value, said, own == "upgrade")
                )
        self._write_tiers(club, rows, today)
        self._after_moves(club, moves)
        return len(moves)

    @api.model
    def _ladder(self, club):
        tiers = club._tiers()
        rules = tiers._rules()
        places = {tier.id: index for index, tier in enumerate(tiers)}
        for gone in club.with_context(active_test=False).tier_ids - tiers:
            places[gone.id] = tiering.deserved(rules, gone._rules()[0].threshold)
        policy = tiering.TierPolicy(club.tier_downgrade, club.tier_grace_days)
        return Ladder(rules, policy, places)

    def _tier_states(self, member_ids, lock=False):
        """Rows (member id, tier id, tier's last day, first day below it)."""
        self.env["loyalty.club.member"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT id, tier_id, tier_valid_until, below_since
                  FROM loyalty_club_member WHERE id = ANY(%s) ORDER BY id %s
                """,
                list(member_ids),
                SQL("FOR NO KEY UPDATE") if lock else SQL(),
            )
        )

    def _write_tiers(self, club, rows, today):
        """Write what the batch reached; only rows that really change are touched."""
        if not rows:
            return
        valid_until = None
        if club.tier_validity_months:
            valid_until = add_months(today, club.tier_validity_months, club.calendar)
        self.env.cr.execute(
            SQL(
                """
                UPDATE loyalty_club_member AS member
                   SET qualified = new.value / %(scale)s,
                       qualified_from = new.start,
                       qualified_until = new.stop,
                       below_since = new.below_since,
                       tier_id = new.tier_id,
                       tier_since = CASE WHEN new.moved THEN %(today)s::date
                                         ELSE member.tier_since END,
                       tier_valid_until = CASE WHEN new.moved THEN %(valid)s::date
                                               ELSE member.tier_valid_until END
                  FROM unnest(%(ids)s::int[], %(values)s::numeric[], %(starts)s::date[],
                              %(stops)s::date[], %(below)s::date[], %(moved)s::bool[],
                              %(tiers)s::int[])
                       AS new (id, value, start, stop, below_since, moved, tier_id)
                 WHERE member.id = new.id
                   AND (member.qualified, member.qualified_from, member.qualified_until,
                        member.below_since, member.tier_id)
                       IS DISTINCT FROM
                       (new.value / %(scale)s, new.start, new.stop,
                        new.below_since, new.tier_id)
                """,
                scale=10**SCALE,
                today=today,
                valid=valid_until,
                **dict(
                    zip(
                        ("ids", "values", "starts", "stops", "below", "moved", "tiers"),
                        map(list, zip(*rows, strict=True)),
                        strict=True,
                    )
                ),
            )
        )
        self.browse(row[0] for row in rows).invalidate_recordset(
            [
                "qualified",
                "qualified_from",
                "qualified_until",
                "below_since",
                "tier_id",
                "tier_since",
                "tier_valid_until",
                "tier_color",
                "next_tier_id",
                "next_tier_missing",
                "tier_progress",
            ],
            flush=False,
        )

    def _after_moves(self, club, moves):
        """What a move brings: its line in the history, price list and bonus."""
        if not moves:
            return
        self.env["loyalty.club.tier.move"].create(
            [
                {
                    "member_id": move.member_id,
                    "from_tier_id": move.from_id,
                    "to_tier_id": move.tier.id,
                    "date": now(self.env),
                    "value": unscaled(move.value),
                    "reason": move.reason,
                }
                for move in moves
            ]
        )
        self._apply_pricelists(club, moves)
        self._welcome_to_tiers(club, moves)

    def _apply_pricelists(self, club, moves):
        """Members of a tier with a price list buy at it; leaving it takes it away.

        A price list that somebody agreed with a customer is no tier's, and stays.
        """
        tiers = club.with_context(active_test=False).tier_ids
        ours = tiers.pricelist_id
        if not ours:
            return
        partner_of = {
            member.id: member.partner_id.id
            for member in self.browse(move.member_id for move in moves)
        }
        partners_to_get = defaultdict(list)
        for move in moves:
            partners_to_get[move.tier.pricelist_id].append(partner_of[move.member_id])
        # Price lists are kept for each company; a club serves its branches as well.
        companies = self.env["res.company"].search(
            [("id", "child_of", club.company_id.id)]
        )
        for company in companies:
            for pricelist, partner_ids in partners_to_get.items():
                partners = self.env["res.partner"].with_company(company)
                partners.browse(partner_ids).filtered(
                    lambda partner, wanted=pricelist: (
                        not partner.specific_property_product_pricelist - ours
                        and partner.specific_property_product_pricelist != wanted
                    )
                ).write({"specific_property_product_pricelist": pricelist.id})

    def _welcome_to_tiers(self, club, moves):
        """The bonus of a tier, once in a membership: reached again, it gives none."""
        moves = [
            move
            for move in moves
            if move.up and move.tier.welcome_points and move.reason in WELCOMED_FOR
        ]
        members = self.browse(move.member_id for move in moves)
        dues = [
            Due(
                member,
                move.tier.id,
                move.tier.welcome_points,
                origin=Origin(
                    model=move.tier._name,
                    res_id=move.tier.id,
                    reference=move.tier.name,
                ),
            )
            for member, move in zip(members, moves, strict=True)
        ]
        self._give_bonuses(club, TIER, dues)

    @api.model
    def _requalify_batch(self, club, after_id=0, limit=5000, reason=None):
        """Evaluate the tiers of one batch of members again, in order of their ids.

        :return: (number of members, id of the last one or None at the end)
        """
        today = club._today()
        members = self._batch(club, after_id, limit)
        windows = {member.id: member._window(today) for member in members}
        sums = self._sum_purchases(windows)
        reached = {m_id: (sums[m_id], *windows[m_id]) for m_id in windows}
        self._evaluate_tiers(club, reached, today, reason=reason)
        return len(members), members[-1:].id or None

    def _batch(self, club, after_id, limit):
        """The next members of a club, in order of their ids."""
        return self.search_fetch(
            [
                ("club_id", "=", club.id),
                ("id", ">", after_id),
                ("merged_into_id", "=", False),
            ],
            ["joined_on", "club_id"],
            order="id",
            limit=limit,
        )
