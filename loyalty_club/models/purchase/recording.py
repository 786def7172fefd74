from fractions import Fraction

from odoo import api, models
from odoo.tools import SQL

from ...engine import earning, offers
from ...engine.amounts import fraction
from ...engine.periods import period_end, period_start
from ...exceptions import ClubError
from ...facts import Basket
from ...fetching import fetch_lines
from ...ledger import Origin, to_column
from ...scopes import read_links
from .awards import awards_of_line

# A native balance is a double, exact to fifteen digits.
MAX_POINTS = 10**14


class LoyaltyClubPurchase(models.Model):
    """From the facts of a purchase to its award."""

    # A part of the model: recording and earning.
    _inherit = "loyalty.club.purchase"  # pylint: disable=consider-merging-classes-inherited

    # ------------------------------------------------------------------ recording

    @api.model
    def _record(self, club, member, facts):
        """Record a purchase and grant what it earns, in the caller's transaction.

        :param facts: :class:`~..facts.PurchaseFacts`
        :return: the purchase
        :raises ClubError: member_blocked
        """
        purchase, _entry_ids = self._record_posted(club, member, facts)
        return purchase

    @api.model
    def _record_posted(self, club, member, facts):
        """As ``_record``.

        :return: (the purchase, ids of the entries that its points made: one, or one
            more for what the account owed)
        """
        if member.state != "active":
            raise ClubError(
                "member_blocked",
                self.env._("This membership is not active: nothing can be earned."),
            )
        # Rules are the club's: whoever records a purchase may not read them.
        club_sudo = club.sudo()
        fetch_lines(club_sudo, "program_ids")
        ledger = self.env["loyalty.club.ledger"]
        card_id = ledger._account(member, "points")
        fetch_lines(club_sudo._program("points"), "rule_ids")
        fetch_lines(club_sudo, "tier_ids", "threshold, id")
        rules_sudo = club_sudo._program("points").rule_ids
        rules_sudo._club_list_problems()
        if self._with_caps(rules_sudo):
            # Locked before the award is computed: two purchases in the same second
            # mustn't both get the last points below a limit.
            ledger._lock([card_id])
        award = self._award(club, member, facts)
        if award.points > MAX_POINTS:
            raise ClubError(
                "limit_exceeded",
                self.env._("These are more points than an account can hold."),
            )
        values = self._purchase_values(club, member, facts, award)
        if facts.received is not None:
            self._limit_to_received(values, award, facts.received)
        purchase, entry_ids = self.create(values), []
        if purchase.points:
            entry_ids = ledger._grant(
                card_id,
                round(purchase.points),
                "earn",
                key=f"{facts.source}:{facts.key}:earn",
                available_on=purchase.pending_until or None,
                origin=purchase._ledger_origin(),
            )
        if award.accounts:
            purchase._give_awards()
        member._note_purchase(purchase)
        return purchase, entry_ids

    def _ledger_origin(self):
        """What the ledger notes of the entries that this purchase causes."""
        self.ensure_one()
        return Origin(
            company_id=self.company_id.id,
            purchase_id=self.id,
            model="account.move" if self.move_id else self._name,
            res_id=self.move_id.id or self.id,
            reference=self.reference or self.key,
        )

    def _purchase_values(self, club, member, facts, award):
        total = sum(line.total for line in facts.lines)
        day = club._day(facts.moment)
        today = club._today()
        pending_until = club._pending_until(day)
        costs = [line.cost for line in facts.lines]
        untaxed = sum(line.untaxed for line in facts.lines)
        has_margin = bool(costs) and None not in costs
        money = club._digits("wallet")
        return {
            "club_id": club.id,
            "company_id": facts.company_id or club.company_id.id,
            "member_id": member.id,
            "source": facts.source,
            "key": facts.key,
            "move_id": facts.move_id,
            "reference": facts.reference,
            "channel": facts.channel,
            "branch": facts.branch,
            "date": facts.moment,
            "day": day,
            "told_day": today,
            "currency_id": club.currency_id.id,
            "total": to_column(total, money),
            "untaxed": to_column(untaxed, money),
            "has_margin": has_margin,
            "margin": to_column(untaxed - sum(costs), money) if has_margin else 0,
            "visits": 1 if total > 0 else 0,
            "points": award.points,
            "status_points": award.status_points,
            "pending_until": pending_until if pending_until > today else False,
            "payments": facts.payments,
            "trace": self._trace_of(club, award),
            "line_ids": [
                (0, 0, self._line_values(line, award, money)) for line in facts.lines
            ],
        }

    def _line_values(self, line, award, money):
        return {
            "key": line.key,
            "product_id": line.product_id,
            "name": line.name,
            "category": line.category,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "discount": line.discount,
            "total": to_column(line.total, money),
            "untaxed": to_column(line.untaxed, money),
            "total_before_discount": to_column(line.total_before_discount, money),
            "untaxed_before_discount": to_column(line.untaxed_before_discount, money),
            "cost": to_column(line.cost or 0, money),
            "has_cost": line.cost is not None,
            "points": award.by_line[line.key],
            "status_points": award.status_by_line[line.key],
            "awards": awards_of_line(award.accounts, line.key),
        }

    @api.model
    def _trace_of(self, club, award):
        """Why an award is what it is, as a purchase keeps it: rules, then offers."""
        trace = earning.trace_to_json(award.trace)
        if not award.applied:
            return trace
        digits = {item.adjustment.account for item in award.applied}
        digits = {account: club._digits(account) for account in digits}
        return trace + offers.applied_to_json(award.applied, digits)

    # ------------------------------------------------------------------ the award

    @api.model
    def _on_award(self, baskets):
        """Hook: what offers change of what these baskets earn.

        Called once for all baskets that are counted together, after the rules and
        before anything is written; for a quote as well, so that nothing may be written
        here. Drafts of rules are tried without offers.

        An addon extends what ``super()`` gives, and reads what it needs for all
        baskets at once: it has the number of its statements times every sale.

        :param baskets: list of :class:`~..facts.Basket`
        :return: for each of them a list of :class:`~..engine.offers.Adjustment`
        """
        return [[] for _basket in baskets]

    @api.model
    def _award(self, club, member, facts, rules=None):
        """What the engine grants for these facts now; nothing is written.

        :param rules: in place of the rules of the club's points: drafts of them
        :return: :class:`~..engine.earning.Award`
        """
        # All tiers are read at once: the member's next one is looked for soon.
        tier = member.tier_id.with_prefetch((member.tier_id | club.tier_ids).ids)
        award = self._engine_award(
            club, tier, facts.lines, self._engine_rules(club, member, facts, rules)
        )
        if rules is not None:
            return award
        [adjustments] = self._on_award([Basket(club, member, facts, award)])
        if not adjustments:
            return award
        lines = [self._engine_line(line) for line in facts.lines]
        return offers.adjust(award, lines, adjustments)

    def _engine_award(self, club, tier, lines, rules):
        """What the engine grants for lines by its own rules, to members of a tier."""
        return earning.compute_award(
            [self._engine_line(line) for line in lines],
            rules,
            currency_digits=club._digits("wallet"),
            multiplier=fraction(tier.multiplier) if tier else Fraction(1),
            multiplier_name=tier.name or "",
        )

    @staticmethod
    def _engine_line(line):
        return earning.Line(
            key=line.key,
            quantity=line.quantity,
            total=line.total,
            untaxed=line.untaxed,
            total_before_discount=line.total_before_discount,
            untaxed_before_discount=line.untaxed_before_discount,
            group=line.group,
            group_quantity=line.group_quantity,
            discounted=(
                line.total < line.total_before_discount
                if line.discounted is None
                else line.discounted
            ),
        )

    def _engine_rules(self, club, member, facts, rules=None):
        """The rules that may earn on this day, resolved to the lines they mean."""
        day = club._day(facts.moment)
        program = club._program("points").sudo()  # rules are the club's, not the user's
        links = None
        if rules is None:
            rules = program.rule_ids
            links = read_links(rules)
        rules = self._rules_in_force(program, rules, day, member.tier_id)
        if not rules:
            return []
        used = self._used_caps(club, member, day, rules)
        unearning = facts.unearning
        if unearning is None:
            unearning = self._unearning_products(club)
        return rules._club_engine_rules(facts.lines, unearning, used, links)

    @staticmethod
    def _rules_in_force(program, rules, day, tier):
        """Those of a program's rules that earn on a day, for members of a tier."""
        if not program._club_open_on(day):
            return rules.browse()
        return rules.filtered(
            lambda rule: (
                rule.mode == "auto"
                and (not rule.club_tier_ids or tier in rule.club_tier_ids._origin)
            )
        )

    def _unearning_products(self, club):
        """Products that load a wallet or a gift card: they earn when they are spent."""
        self.env["loyalty.rule"].flush_model(["active", "company_id", "product_ids"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT product.product_product_id
                  FROM loyalty_rule AS rule
                  JOIN loyalty_program AS program ON program.id = rule.program_id
                  JOIN loyalty_rule_product_product_rel AS product
                    ON product.loyalty_rule_id = rule.id
                 WHERE program.program_type IN ('ewallet', 'gift_card') AND rule.active
                   AND (rule.company_id IS NULL OR rule.company_id = %s)
                """,
                club.company_id.id,
            )
        )
        return self.env["product.product"].browse(row[0] for row in rows)

    @staticmethod
    def _with_caps(rules):
        return rules.filtered(lambda rule: rule.club_cap_day or rule.club_cap_month)

    def _used_caps(self, club, member, day, rules):
        """What the member got by rules with a limit: rule id to (of day, of month).

        What was told today uses up today's limits, whichever day it says it was, unless
        the club's policy is that each day has its own.

        A purchase that came back whole leaves its room to the next one, so that an
        invoice that is un-reconciled and paid again isn't in its own way.
        """
        if not member or not self._with_caps(rules):
            return {}
        self.flush_model(["trace", "day", "told_day", "member_id", "kind", "returned"])
        told = club._today() if club.late_counts == "told" else None
        rows = self.env.execute_query(
            SQL(
                """
                SELECT (item ->> 'rule_id')::int,
                       COALESCE(sum((item ->> 'points')::bigint)
                                FILTER (WHERE purchase.day = %(day)s
                                           OR purchase.told_day = %(told)s),
                                0)::bigint,
                       sum((item ->> 'points')::bigint)::bigint
                  FROM loyalty_club_purchase AS purchase,
                       jsonb_array_elements(purchase.trace) AS item
                 WHERE purchase.member_id = %(member)s AND purchase.kind = 'sale'
                   AND purchase.returned <> 'all'
                   AND (purchase.day BETWEEN %(start)s AND %(end)s
                        OR purchase.told_day >= %(told_start)s)
                 GROUP BY 1
                """,
                member=member.id,
                day=day,
                start=period_start(day, "month", club.calendar),
                end=period_end(day, "month", club.calendar),
                told=told,
                told_start=told and period_start(told, "month", club.calendar),
            )
        )
        return {rule_id: used for rule_id, *used in rows}
