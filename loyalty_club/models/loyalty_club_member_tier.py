from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import tiering
from ..engine.periods import add_months, qualification_window
from ..ledger import Grant, Origin

MEASURES = {"status": "status_points", "spend": "total", "visits": "visits"}


class LoyaltyClubMember(models.Model):
    """What members have reached, and the tiers that they get for it.

    ``qualified`` is kept by addition: a purchase adds to it as long as the period
    (``qualified_from`` to ``qualified_until``) is the one it was counted for; when
    the period has moved on, the purchases of the new one are summed again.
    """

    _inherit = "loyalty.club.member"

    def _note_purchase(self, purchase):
        """After a purchase or return was recorded: last visit, measure and tier."""
        self.ensure_one()
        if purchase.kind == "sale" and (
            not self.last_purchase_at or self.last_purchase_at < purchase.date
        ):
            self.last_purchase_at = purchase.date
        self._count_purchase(purchase)

    def _count_purchase(self, purchase):
        """After a purchase or return: what the member has reached now, and his tier."""
        self.ensure_one()
        club = self.club_id
        if not club.tier_ids:
            return
        today = club._today()
        start, end = self._window(today)
        if (self.qualified_from, self.qualified_until) == (start, end):
            measure = purchase[MEASURES[club.qualify_measure]]
            counts = start <= purchase.day <= end
            value = round((self.qualified + (measure if counts else 0)) * 10**4)
        else:
            value = self._sum_purchases({self.id: (start, end)})[self.id]
        self._evaluate_tiers(club, {self.id: (value, start, end)}, today)

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
                SELECT period.member_id, round(COALESCE(sum(%s), 0) * 10000)::bigint
                  FROM unnest(%s::int[], %s::date[], %s::date[])
                       AS period (member_id, start, stop)
                  LEFT JOIN loyalty_club_purchase AS purchase
                    ON purchase.member_id = period.member_id
                   AND purchase.day BETWEEN period.start AND period.stop
                 GROUP BY period.member_id
                """,
                column,
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
        tiers = club._tiers()
        rules = tiers._rules()
        index_of = {tier.id: index for index, tier in enumerate(tiers)}
        policy = tiering.TierPolicy(club.tier_downgrade, club.tier_grace_days)
        rows, moves = [], []
        for member_id, current, valid_until, below_since in self._tier_states(reached):
            value, start, end = reached[member_id]
            decision = tiering.decide(
                rules,
                policy,
                index_of.get(current, -1),
                value,
                today,
                valid_until,
                below_since,
            )
            tier = tiers[decision.index] if decision.index >= 0 else tiers.browse()
            moved = (tier.id or None) != current
            rows.append(
                (member_id, value, start, end, decision.below_since, moved, tier.id or None)
            )
            if moved:
                moves.append((member_id, current, tier, value, reason or decision.reason))
        self._write_tiers(club, rows, today)
        self._after_moves(club, moves)
        return len(moves)

    def _tier_states(self, member_ids):
        self.env["loyalty.club.member"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT id, tier_id, tier_valid_until, below_since
                  FROM loyalty_club_member WHERE id = ANY(%s) ORDER BY id
                   FOR NO KEY UPDATE
                """,
                list(member_ids),
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
                   SET qualified = new.value / 10000,
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
                       (new.value / 10000, new.start, new.stop,
                        new.below_since, new.tier_id)
                """,
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
                    "member_id": member_id,
                    "from_tier_id": from_id,
                    "to_tier_id": tier.id,
                    "value": value / 10**4,
                    "reason": reason,
                }
                for member_id, from_id, tier, value, reason in moves
            ]
        )
        self._apply_pricelists(club, moves)
        self._welcome_to_tiers(moves)

    def _apply_pricelists(self, club, moves):
        """Members of a tier with a price list buy at it; leaving it takes it away."""
        priced = club.with_context(active_test=False).tier_ids.filtered("pricelist_id")
        if not priced:
            return
        for member_id, from_id, tier, _value, _reason in moves:
            if tier.pricelist_id or from_id in priced.ids:
                partner = self.browse(member_id).partner_id
                partner.with_company(
                    club.company_id
                ).specific_property_product_pricelist = tier.pricelist_id

    def _welcome_to_tiers(self, moves):
        """The bonus of a tier, once in a membership: moving up again gives no second."""
        ledger = self.env["loyalty.club.ledger"]
        wanted = {
            f"tier:{member_id}:{tier.id}": (member_id, tier)
            for member_id, _from, tier, _value, reason in moves
            if tier.welcome_points and reason in ("upgrade", "rules")
        }
        if not wanted:
            return
        given = self.env["loyalty.club.entry"].search([("key", "in", list(wanted))])
        ledger._grant_many(
            [
                Grant(
                    ledger._account(self.browse(member_id), "points"),
                    tier.welcome_points,
                    "bonus",
                    key=key,
                    origin=Origin(reference=tier.name),
                )
                for key, (member_id, tier) in wanted.items()
                if key not in given.mapped("key")
            ]
        )

    @api.model
    def _requalify_batch(self, club, after_id=0, limit=5000, reason=None):
        """Evaluate the tiers of one batch of members again, in order of their ids.

        :return: (number of members, id of the last one or None at the end)
        """
        today = club._today()
        members = self.search_fetch(
            [
                ("club_id", "=", club.id),
                ("id", ">", after_id),
                ("merged_into_id", "=", False),
            ],
            ["joined_on", "club_id"],
            order="id",
            limit=limit,
        )
        policy = club._qualification_policy()
        windows = {
            member.id: qualification_window(today, policy, member.joined_on)
            for member in members
        }
        sums = self._sum_purchases(windows)
        reached = {m_id: (sums[m_id], *windows[m_id]) for m_id in windows}
        self._evaluate_tiers(club, reached, today, reason=reason)
        return len(members), members[-1:].id or None
