from datetime import date, timedelta

from odoo.tests import freeze_time, tagged

from ..bonuses import BIRTHDAY, TIER, WELCOME, Due, Trigger
from ..ledger import Origin
from .common import ClubCase

NAMEDAY = Trigger("nameday", reference="Name day", apart=timedelta(days=30))


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestBonuses(ClubCase):
    """All bonuses that come of themselves come by one way, each once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Member = cls.env["loyalty.club.member"]
        cls.ali, cls.sara = cls.member("Ali"), cls.member("Sara")

    def give(self, trigger, *dues, **options):
        return self.Member._give_bonuses(self.club, trigger, list(dues), **options)

    def keys(self, member):
        return self.entries(member).mapped("key")

    def test_each_trigger_gives_once_for_its_occasion(self):
        for trigger in (WELCOME, TIER, Trigger("visit")):
            for times in (1, 0):
                given = self.give(trigger, Due(self.ali, 7, 10), Due(self.sara, 7, 20))
                self.assertEqual(given, 2 * times)
            self.assertEqual(self.give(trigger, Due(self.ali, 8, 10)), 1)
        ids = [f"{self.ali.id}:{occasion}" for occasion in (7, 8)]
        self.assertEqual(
            self.keys(self.ali),
            [f"{name}:{of}" for name in ("welcome", "tier", "visit") for of in ids],
        )
        self.assertEqual(self.available(self.sara), 60)

    def test_two_of_one_call_in_two_accounts(self):
        dues = [Due(self.ali, kind, 500, kind) for kind in ("points", "credit")]
        self.assertEqual(self.give(WELCOME, *dues), 2)
        self.assertEqual(self.available(self.ali, "credit"), 500)
        self.assertEqual(self.entries(self.ali).mapped("reference"), ["Welcome"] * 2)

    def test_nothing_for_nobody_and_nothing(self):
        self.sara.action_pause()
        dues = [Due(self.sara, 1, 10), Due(self.ali, 1, 0)]
        self.assertEqual(self.give(WELCOME, *dues), 0)
        self.assertEqual(self.give(BIRTHDAY), 0)
        self.assertFalse(self.entries(self.sara) | self.entries(self.ali))

    def test_apart_counts_whatever_the_occasion(self):
        self.assertEqual(self.give(NAMEDAY, Due(self.ali, 2026, 10)), 1)
        later = {"today": date(2026, 4, 1)}
        dues = [Due(self.ali, 2027, 10), Due(self.sara, 2027, 10)]
        self.assertEqual(self.give(NAMEDAY, *dues, **later), 1)  # Sara alone
        later = {"today": date(2026, 5, 1)}
        self.assertEqual(self.give(NAMEDAY, Due(self.ali, 2027, 10), **later), 1)
        # One that has nothing to do with it keeps nobody waiting.
        self.assertEqual(self.give(BIRTHDAY, Due(self.ali, 2026, 10)), 1)

    def test_its_entry_says_where_it_is_from(self):
        tier = self.env["loyalty.club.tier"].create(
            {"club_id": self.club.id, "name": "Gold", "code": "gold", "threshold": 1}
        )
        origin = Origin(model=tier._name, res_id=tier.id, reference=tier.name)
        self.give(TIER, Due(self.ali, tier.id, 10, origin=origin))
        entry = self.entries(self.ali)
        self.assertEqual((entry.origin_model, entry.origin_id), (tier._name, tier.id))
        self.assertEqual((entry.kind, entry.reference), ("bonus", tier.name))

    def test_as_many_statements_for_a_hundred(self):
        members = self.members(101)
        for member in members:
            self.account(member)

        def queries(some):
            self.env.flush_all()
            self.env.invalidate_all()
            self.club.read(["tz", "currency_id", "company_id"])
            before = self.env.cr.sql_log_count
            dues = [Due(member, 2026, 10) for member in some]
            self.assertEqual(self.give(BIRTHDAY, *dues), len(some))
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        self.assertEqual(queries(members[:1]), queries(members[1:]))
