"""Tiers: what counts, when members move, and what a tier brings."""

import random
from datetime import date, timedelta
from decimal import Decimal

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time

from ..facts import LineFacts, PurchaseFacts
from .common import ClubCase

NOON = "{} 12:00:00"


def on(day):
    """Freeze the clock at noon of a day (date, or text)."""
    return freeze_time(NOON.format(day))


class TierCase(ClubCase):
    """A club with blue (from 0), silver (100) and gold (500)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.blue, cls.silver, cls.gold = cls.env["loyalty.club.tier"].create(
            [
                {
                    "club_id": cls.club.id,
                    "name": code.capitalize(),
                    "code": code,
                    "threshold": threshold,
                }
                for code, threshold in (("blue", 0), ("silver", 100), ("gold", 500))
            ]
        )

    @classmethod
    def rules(cls, **policies):
        """Policies before anybody has a tier (afterwards they are published)."""
        cls.club.write(policies)

    @classmethod
    def bought(cls, member, status, day=None, **values):
        """A bare purchase that counts for the tier, made now or on ``day``."""
        values = {"total": status, "visits": 1, **values}
        purchase = cls.purchase(
            member, status_points=status, day=day or member.club_id._today(), **values
        )
        member._note_purchase(purchase)
        return purchase

    @classmethod
    def brought_back(cls, purchase):
        """All of a bare purchase comes back; it counts on the day of its sale."""
        back = cls.purchase(
            purchase.member_id,
            kind="return",
            origin_id=purchase.id,
            status_points=-purchase.status_points,
            total=-purchase.total,
            visits=-purchase.visits,
            day=purchase.day,
        )
        purchase.member_id._note_purchase(back)
        return back

    def moves(self, member):
        return [
            (move.from_tier_id.code or None, move.to_tier_id.code or None, move.reason)
            for move in member.tier_move_ids.sorted("id")
        ]


class TestWhatCounts(TierCase):
    def test_who_joins_is_in_the_tier_that_asks_for_nothing(self):
        member = self.member()
        self.assertEqual(member.tier_id, self.blue)
        self.assertEqual(self.moves(member), [(None, "blue", "upgrade")])
        self.assertEqual(member.tier_since, self.club._today())

    def test_status_points_spend_or_visits(self):
        for measure, expected in (("status", 120), ("spend", 800), ("visits", 2)):
            club = self.new_club(measure, self.company, qualify_measure=measure)
            tier = self.silver.copy({"club_id": club.id, "code": "one", "threshold": 1})
            member = self.member(club=club)
            self.assertFalse(member.tier_id)
            self.bought(member, 50, total=500)
            self.bought(member, 70, total=300)
            self.assertEqual(member.qualified, expected, measure)
            self.assertEqual(member.tier_id, tier)

    def test_status_isnt_what_can_be_spent(self):
        member = self.member()
        self.grant(member, 1000)
        self.spend(member, 1000)
        self.assertEqual(member.qualified, 0)
        self.bought(member, 120)
        self.grant(member, 120)
        self.spend(member, 120)
        self.assertEqual(member.qualified, 120)
        self.assertEqual(member.tier_id, self.silver)

    def assertCounted(self, period, day, first, last, **policies):
        """On ``day`` only purchases from ``first`` to ``last`` count."""
        day, first, last = map(date.fromisoformat, (day, first, last))
        code = f"{period}-{day}"
        club = self.new_club(code, self.company, qualify_period=period, **policies)
        self.silver.copy({"club_id": club.id, "code": "x", "threshold": 10**6})
        with on(first - timedelta(days=400)):
            member = self.member(club=club)
        one_day = timedelta(days=1)
        with on(day):
            for when, status in (
                (first - one_day, 1),
                (first, 10),
                (min(last, day), 100),
            ):
                self.bought(member, status, day=when)
            self.bought(member, 1000, day=last + one_day)
            self.assertEqual(member.qualified, 110, code)
            self.env["loyalty.club.member"]._requalify_batch(club)
            self.assertEqual(member.qualified, 110, code)
        self.assertEqual((member.qualified_from, member.qualified_until), (first, last))

    def test_periods_of_the_gregorian_calendar(self):
        self.assertCounted("month", "2026-02-10", "2026-02-01", "2026-02-28")
        self.assertCounted("quarter", "2026-05-10", "2026-04-01", "2026-06-30")
        self.assertCounted("year", "2026-05-10", "2026-01-01", "2026-12-31")
        self.assertCounted(
            "rolling", "2026-05-10", "2026-02-11", "2026-05-10", qualify_months=3
        )

    def test_periods_of_the_jalali_calendar(self):
        jalali = {"calendar": "jalali"}
        # 11 Ordibehesht 1404; 1403 is a leap year and ends on 30 Esfand.
        self.assertCounted("month", "2025-05-01", "2025-04-21", "2025-05-21", **jalali)
        self.assertCounted(
            "quarter", "2025-05-01", "2025-03-21", "2025-06-21", **jalali
        )
        self.assertCounted("year", "2025-03-20", "2024-03-20", "2025-03-20", **jalali)
        self.assertCounted("year", "2025-03-21", "2025-03-21", "2026-03-20", **jalali)

    def test_the_membership_year(self):
        self.rules(qualify_period="anniversary")
        with on("2025-04-10"):
            member = self.member()
            self.bought(member, 120)
        with on("2026-04-09"):
            self.bought(member, 1)
            self.assertEqual(member.qualified, 121)
        with on("2026-04-10"):
            self.bought(member, 30)
            self.assertEqual(member.qualified, 30)

    def test_since_joining(self):
        self.rules(qualify_period="lifetime")
        with on("2015-04-10"):
            member = self.member()
            self.bought(member, 120)
        with on("2026-04-10"):
            self.bought(member, 30)
            self.assertEqual(member.qualified, 150)

    def test_the_clubs_day_decides_not_utcs(self):
        self.club.write({"tz": "Asia/Tehran", "qualify_period": "year"})
        with freeze_time("2025-12-31 21:00:00"):  # half past midnight in Tehran
            member = self.member()
            self.bought(member, 120)
            self.assertEqual(member.qualified_from, date(2026, 1, 1))


class TestMovingUp(TierCase):
    def test_equal_to_the_threshold_is_enough(self):
        member = self.member()
        self.bought(member, 99)
        self.assertEqual(member.tier_id, self.blue)
        self.bought(member, 1)
        self.assertEqual(member.tier_id, self.silver)

    def test_several_steps_at_once(self):
        member = self.member()
        self.bought(member, 500)
        self.assertEqual(member.tier_id, self.gold)
        self.assertEqual(
            self.moves(member), [(None, "blue", "upgrade"), ("blue", "gold", "upgrade")]
        )
        self.assertEqual(member.tier_move_ids.sorted("id").mapped("value"), [0, 500])

    def test_the_multiplier_counts_from_the_next_purchase(self):
        self.club.points_program_id.rule_ids.write(
            {"reward_point_mode": "money", "reward_point_amount": 1}
        )
        self.silver.multiplier = 1.5
        member = self.member()
        first, second = self.record(member, "a"), self.record(member, "b")
        self.assertEqual(member.tier_id, self.silver)
        self.assertEqual((first.points, second.points), (100, 150))
        self.assertEqual((first.status_points, second.status_points), (100, 100))

    def record(self, member, key):
        line = LineFacts(
            key="1",
            quantity=Decimal(1),
            total=10000,
            untaxed=10000,
            total_before_discount=10000,
            untaxed_before_discount=10000,
        )
        facts = PurchaseFacts("door", key, fields.Datetime.now(), [line])
        return self.env["loyalty.club.purchase"]._record(self.club, member, facts)

    def test_a_tiers_bonus_comes_once(self):
        self.rules(tier_downgrade="deserved", tier_grace_days=0)
        self.silver.welcome_points = 40
        member = self.member()
        purchase = self.bought(member, 100)
        self.assertEqual(self.available(member), 40)
        self.brought_back(purchase)
        self.assertEqual(member.tier_id, self.blue)
        self.bought(member, 100)
        self.assertEqual(member.tier_id, self.silver)
        self.assertEqual(self.available(member), 40)
        bonus = self.entries(member).filtered(lambda entry: entry.kind == "bonus")
        self.assertEqual(bonus.mapped("key"), [f"tier:{member.id}:{self.silver.id}"])

    def test_a_price_list_comes_and_goes_with_the_tier(self):
        self.rules(tier_downgrade="deserved", tier_grace_days=0)
        pricelist = self.env["product.pricelist"].create(
            {"name": "Silver", "company_id": self.company.id}
        )
        self.silver.pricelist_id = pricelist
        branch = self.new_company("Branch", parent=self.company)
        member = self.member()
        purchase = self.bought(member, 100)
        for company in self.company + branch:
            partner = member.partner_id.with_company(company)
            self.assertEqual(partner.specific_property_product_pricelist, pricelist)
        self.brought_back(purchase)
        for company in self.company + branch:
            partner = member.partner_id.with_company(company)
            self.assertFalse(partner.specific_property_product_pricelist)

    def test_an_agreed_price_list_stays(self):
        agreed, ours = self.env["product.pricelist"].create(
            [{"name": name, "company_id": False} for name in ("Agreed", "Silver")]
        )
        self.silver.pricelist_id = ours
        member = self.member()
        partner = member.partner_id.with_company(self.company)
        partner.specific_property_product_pricelist = agreed
        self.bought(member, 100)
        self.assertEqual(member.tier_id, self.silver)
        self.assertEqual(partner.specific_property_product_pricelist, agreed)

    def test_what_is_missing_to_the_next_tier(self):
        member = self.member()
        self.bought(member, 40)
        self.assertEqual(member.next_tier_id, self.silver)
        self.assertEqual((member.next_tier_missing, member.tier_progress), (60, 40))
        self.bought(member, 60)
        self.assertEqual(member.next_tier_id, self.gold)
        self.assertEqual((member.next_tier_missing, member.tier_progress), (400, 20))
        self.bought(member, 400)
        self.assertFalse(member.next_tier_id)
        self.assertEqual((member.next_tier_missing, member.tier_progress), (0, 100))


class TestMovingDown(TierCase):
    def gold_member(self, **policies):
        """A member who reached gold on 10 January, of a club that counts each year."""
        self.rules(qualify_period="year", **policies)
        with on("2025-01-10"):
            member = self.member()
            self.bought(member, 600)
        self.assertEqual(member.tier_id, self.gold)
        return member

    def evaluated(self, member, day):
        with on(day):
            self.env["loyalty.club.member"]._requalify_batch(self.club)
        return member.tier_id.code

    def test_never(self):
        member = self.gold_member(tier_downgrade="none", tier_grace_days=0)
        self.assertEqual(self.evaluated(member, "2029-01-01"), "gold")

    def test_one_step_at_a_time(self):
        member = self.gold_member(tier_downgrade="one_step", tier_grace_days=0)
        self.assertEqual(self.evaluated(member, "2025-12-31"), "gold")
        self.assertEqual(self.evaluated(member, "2026-01-01"), "silver")
        self.assertEqual(self.evaluated(member, "2026-01-02"), "blue")
        self.assertEqual(
            self.moves(member)[-2:],
            [("gold", "silver", "downgrade"), ("silver", "blue", "downgrade")],
        )

    def test_to_what_is_deserved(self):
        member = self.gold_member(tier_downgrade="deserved", tier_grace_days=0)
        self.assertEqual(self.evaluated(member, "2026-01-01"), "blue")

    def test_days_of_grace_to_catch_up(self):
        member = self.gold_member(tier_downgrade="deserved", tier_grace_days=30)
        self.assertEqual(self.evaluated(member, "2026-01-01"), "gold")
        self.assertEqual(member.below_since, date(2026, 1, 1))
        self.assertEqual(self.evaluated(member, "2026-01-31"), "gold")
        self.assertEqual(self.evaluated(member, "2026-02-01"), "blue")
        self.assertFalse(member.below_since)

    def test_who_catches_up_in_grace_stays_and_gets_grace_again(self):
        member = self.gold_member(tier_downgrade="deserved", tier_grace_days=30)
        self.evaluated(member, "2026-01-01")
        with on("2026-01-20"):
            self.bought(member, 500)
        self.assertFalse(member.below_since)
        self.assertEqual(self.evaluated(member, "2026-03-01"), "gold")
        self.assertEqual(self.evaluated(member, "2027-01-01"), "gold")
        self.assertEqual(member.below_since, date(2027, 1, 1))

    def test_a_tier_is_kept_for_its_months(self):
        member = self.gold_member(
            tier_downgrade="deserved", tier_grace_days=0, tier_validity_months=18
        )
        self.assertEqual(member.tier_valid_until, date(2026, 7, 10))
        self.assertEqual(self.evaluated(member, "2026-07-10"), "gold")
        self.assertEqual(self.evaluated(member, "2026-07-11"), "blue")

    def test_months_of_a_tier_are_the_clubs_months(self):
        self.rules(calendar="jalali", tier_validity_months=6)
        with on("2025-05-21"):  # 31 Ordibehesht; Aban has 30 days
            member = self.member()
            self.bought(member, 600)
        self.assertEqual(member.tier_valid_until, date(2025, 11, 21))

    def test_a_return_takes_what_it_gave(self):
        self.rules(tier_downgrade="deserved", tier_grace_days=0)
        member = self.member()
        self.bought(member, 90)
        purchase = self.bought(member, 20)
        self.assertEqual(member.tier_id, self.silver)
        self.brought_back(purchase)
        self.assertEqual(member.qualified, 90)
        self.assertEqual(member.tier_id, self.blue)
        self.assertEqual(self.moves(member)[-1], ("silver", "blue", "downgrade"))

    def test_a_return_of_last_years_sale_is_last_years(self):
        member = self.gold_member(tier_downgrade="deserved", tier_grace_days=0)
        sale = member.purchase_ids
        with on("2026-01-02"):
            self.bought(member, 50)
            self.brought_back(sale)
            self.assertEqual(member.qualified, 50)

    def test_rules_that_rank_members_dont_change_behind_the_preview(self):
        self.silver.threshold = 90  # nobody is in a tier yet
        self.member()
        for change in ({"threshold": 80}, {"active": False}):
            with self.assertRaisesRegex(UserError, "Change tier rules"):
                self.silver.write(change)
        with self.assertRaisesRegex(UserError, "Change tier rules"):
            self.silver.unlink()
        with self.assertRaisesRegex(UserError, "Change tier rules"):
            self.silver.copy({"code": "new", "threshold": 300})
        self.silver.name = "Argent"  # a name ranks nobody


class TestCountingByAddition(TierCase):
    """``qualified`` is kept by addition; summing everything again must agree."""

    def assertAgrees(self, member, day):
        kept = (member.qualified, member.qualified_from, member.qualified_until)
        window = member._window(day)
        total = sum(
            round(purchase.status_points)
            for purchase in member.purchase_ids
            if window[0] <= purchase.day <= window[1]
        )
        self.assertEqual(kept, (total, *window))

    def test_random_histories(self):
        periods = ("rolling", "month", "quarter", "year", "anniversary", "lifetime")
        for seed, period in enumerate(periods * 2):
            rng = random.Random(seed)
            calendar = ("gregorian", "jalali")[seed % 2]
            club = self.new_club(
                f"random-{seed}",
                self.company,
                qualify_period=period,
                qualify_months=rng.choice([1, 3, 12]),
                calendar=calendar,
                tier_grace_days=0,
            )
            for code, threshold in (("a", 0), ("b", 50), ("c", 300)):
                self.blue.copy(
                    {"club_id": club.id, "code": code, "threshold": threshold}
                )
            self.live(rng, club)

    def live(self, rng, club):
        day = date(2024, 2, 27)
        with on(day):
            member = self.member(club=club)
        sold = []
        for _step in range(30):
            day += timedelta(days=rng.choice([0, 0, 1, 3, 20, 45, 200]))
            with on(day):
                if sold and rng.random() < 0.3:
                    self.brought_back(sold.pop(rng.randrange(len(sold))))
                else:
                    late = timedelta(days=rng.choice([0, 0, 0, 2, 40]))
                    sold.append(self.bought(member, rng.randint(1, 90), day=day - late))
                with self.subTest(club=club.code, day=day):
                    self.assertAgrees(member, day)

    def test_tiers_that_come_later_count_what_was_before(self):
        club = self.new_club("later", self.company, qualify_period="year")
        tier = self.silver.copy({"club_id": club.id, "code": "a", "threshold": 100})
        member = self.member(club=club)
        self.bought(member, 40)
        tier.active = False
        self.bought(member, 40)  # nobody counts now
        tier.active = True
        self.bought(member, 40)
        self.assertEqual(member.qualified, 120)
        self.assertEqual(member.tier_id, tier)


class TestTiersInSets(TierCase):
    def statements(self, count):
        members = self.members(count)
        for member in members:
            self.purchase(member, status_points=600)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        done, _last = self.env["loyalty.club.member"]._requalify_batch(
            self.club, members[0].id - 1
        )
        self.env.flush_all()
        self.assertEqual(done, count)
        self.assertEqual(members.tier_id, self.gold)
        return self.cr.sql_log_count - before

    def test_a_batch_is_a_bounded_number_of_statements(self):
        self.gold.welcome_points = 10
        self.gold.pricelist_id = self.env["product.pricelist"].create(
            {"name": "Gold", "company_id": self.company.id}
        )
        self.statements(1)
        self.assertEqual(self.statements(1), self.statements(100))

    def test_all_members_are_evaluated_in_batches(self):
        members = self.members(7)
        for member in members:
            self.purchase(member, status_points=600)
        Member = self.env["loyalty.club.member"]
        last_id, batches = 0, []
        while last_id is not None:
            done, last_id = Member._requalify_batch(self.club, last_id, limit=3)
            batches.append(done)
        self.assertEqual(batches, [3, 3, 1, 0])
        self.assertEqual(members.tier_id, self.gold)
        self.assertEqual(len(members.tier_move_ids), 14)

    def test_evaluating_again_writes_nothing(self):
        members = self.members(3)
        for member in members:
            self.bought(member, 120)
        self.env.flush_all()
        self.env.cr.execute("SELECT xmin, id FROM loyalty_club_member ORDER BY id")
        before = self.env.cr.fetchall()
        self.env["loyalty.club.member"]._requalify_batch(self.club)
        self.env.flush_all()
        self.env.cr.execute("SELECT xmin, id FROM loyalty_club_member ORDER BY id")
        self.assertEqual(self.env.cr.fetchall(), before)
        self.assertEqual(len(members.tier_move_ids), 6)

    def test_who_isnt_active_gets_no_bonus(self):
        self.gold.welcome_points = 10
        member = self.members(1)
        self.purchase(member, status_points=600)
        member.state = "paused"
        self.env["loyalty.club.member"]._requalify_batch(self.club)
        self.assertEqual(member.tier_id, self.gold)
        self.assertEqual(self.available(member), 0)
