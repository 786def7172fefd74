"""Questions that several documents ask: each has one answer."""

from decimal import Decimal
from fractions import Fraction

from odoo.tests import tagged

from ..engine.amounts import decimal, fraction, in_steps, scaled, unscaled
from ..engine.spending import cost_said
from .common import ClubCase


@tagged("post_install", "-at_install")
class TestSaidOnce(ClubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Partner = cls.env["res.partner"]
        cls.company_contact = Partner.create({"name": "Mill", "is_company": True})
        cls.worker = Partner.create(
            {"name": "Sara", "parent_id": cls.company_contact.id}
        )
        cls.Member = cls.env["loyalty.club.member"]

    def buyer(self, contact):
        pair = (contact, contact.commercial_partner_id)
        return self.Member._buyers(self.club, [pair])[pair].get(self.club, self.Member)

    def join(self, contact):
        return self.Member._enrol(self.club, {"partner": contact, "name": "x"})[0]

    # ------------------------------------------------------------------ customers

    def test_a_contact_earns_for_themself_before_their_company(self):
        self.assertFalse(self.buyer(self.worker))
        firm = self.join(self.company_contact)
        self.assertEqual(self.buyer(self.worker), firm)
        own = self.join(self.worker)
        self.assertEqual(self.buyer(self.worker), own)
        self.assertEqual(self.buyer(self.company_contact), firm)

    def test_who_has_left_lets_their_company_earn(self):
        firm, own = self.join(self.company_contact), self.join(self.worker)
        own.sudo().state = "left"
        self.assertEqual(self.buyer(self.worker), firm)
        found = self.Member._of_contacts(self.club, self.worker)
        self.assertEqual(found[self.worker][self.club], own, "left, and still known")
        firm.sudo().state = "left"
        self.assertFalse(self.buyer(self.worker))

    def test_a_merged_membership_is_the_one_it_went_into(self):
        firm, own = self.join(self.company_contact), self.join(self.worker)
        own._merge_into(firm)
        found = self.Member._of_contacts(self.club, self.worker)
        self.assertEqual(found[self.worker][self.club], firm)
        self.assertFalse(self.Member._members_of(self.club, self.worker.ids))
        again = self.join(self.worker)
        found = self.Member._of_contacts(self.club, self.worker)
        self.assertEqual(found[self.worker][self.club], again)

    # ------------------------------------------------------------------ rewards, costs

    def test_a_reward_is_for_the_members_of_its_tiers(self):
        tier = self.env["loyalty.club.tier"].create(
            {"club_id": self.club.id, "name": "Gold", "code": "gold", "threshold": 9}
        )
        rewards = self.club.points_program_id.reward_ids
        first = rewards[:1]
        first.club_tier_ids = tier
        self.assertNotIn(first, rewards._club_for_tier(tier.browse()))
        self.assertEqual(rewards._club_for_tier(tier), rewards)

    def test_what_goods_cost_is_money_of_the_club_at_the_rate_of_the_day(self):
        company, currency = self.club.company_id, self.env.ref("base.CHF")
        currency.active = True
        tea = self.env["product.product"].create({"name": "Tea"})
        tea.with_company(company).standard_price = 2.5
        digits = self.club._digits("wallet")
        self.assertEqual(
            tea._club_cost(self.club, Decimal("3"), company, "2026-01-01"),
            round(7.5 * 10**digits),
        )
        free = self.env["product.product"].create({"name": "F"})
        self.assertIsNone(free._club_cost(self.club, 1, company, "2026-01-01"))
        self.assertIsNone(tea.browse()._club_cost(self.club, 1, company, "2026-01-01"))
        other = self.env["res.company"].create(
            {"name": "Alps", "currency_id": currency.id}
        )
        self.env["res.currency.rate"].create(
            {
                "name": "2025-12-31",
                "rate": 4,
                "currency_id": currency.id,
                "company_id": other.id,
            }
        )
        self.env["res.currency.rate"].create(
            {
                "name": "2025-12-31",
                "rate": 8,
                "currency_id": self.club.currency_id.id,
                "company_id": other.id,
            }
        )
        tea.with_company(other).standard_price = 2.5
        self.assertEqual(
            tea._club_cost(self.club, Decimal("3"), other, "2026-01-01"),
            round(15 * 10**digits),
        )

    # ------------------------------------------------------------------ numbers

    def test_numbers_are_what_fields_show(self):
        self.assertEqual((decimal(0.1), decimal(3)), (Decimal("0.1"), Decimal(3)))
        self.assertEqual(fraction(0.1), Fraction(1, 10))
        self.assertEqual(in_steps(0.30000000000000004), Decimal("0.3000"))
        self.assertEqual(scaled(1.0005), 10005)
        self.assertEqual(unscaled(10005), Decimal("1.0005"))

    def test_part_of_a_unit_costs_a_whole_one(self):
        self.assertEqual(cost_said([10.0001], 0), 11)
        self.assertEqual(cost_said([4, 6], 0), 10)
        self.assertEqual(cost_said([0.0001], 2), 1)
        self.assertEqual(cost_said([], 2), 0)
