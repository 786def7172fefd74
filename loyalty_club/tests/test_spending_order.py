from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import freeze_time

from ..ledger import Origin
from ..models.native.card import NATIVE_FLOW
from .common import ClubCase


@freeze_time("2026-03-10 09:00:00")
class TestSpendingOrder(ClubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")

    def remaining(self):
        return [int(left) for left, _amount, _day in self.lots(self.ali)]

    def test_earliest_expiry_first_and_never_expiring_last(self):
        self.grant(self.ali, 10)
        self.grant(self.ali, 20, expires_on=date(2026, 5, 1))
        self.grant(self.ali, 30, expires_on=date(2026, 4, 1))
        self.spend(self.ali, 35)
        self.assertEqual(self.remaining(), [10, 15, 0])
        self.spend(self.ali, 20)
        self.assertEqual(self.remaining(), [5, 0, 0])

    def test_the_older_of_two_that_expire_together(self):
        self.grant(self.ali, 10, expires_on=date(2026, 5, 1))
        self.grant(self.ali, 10, expires_on=date(2026, 5, 1))
        self.spend(self.ali, 4)
        self.assertEqual(self.remaining(), [6, 10])

    def test_the_last_day_counts_and_the_next_does_not(self):
        self.grant(self.ali, 10, expires_on=date(2026, 3, 11))
        with freeze_time("2026-03-11 23:59:59"):
            self.assertEqual(self.available(self.ali), 10)
        with freeze_time("2026-03-12 00:00:00"):
            self.assertEqual(self.available(self.ali), 0)
            with self.assertClubError("insufficient_balance"):
                self.spend(self.ali, 1)  # although nothing was written off yet
            self.assertEqual(self.card(self.ali).points, 10)

    def test_not_more_than_there_is(self):
        self.grant(self.ali, 10)
        with self.assertClubError("insufficient_balance"):
            self.spend(self.ali, 11)
        self.assertEqual(self.remaining(), [10])
        self.assertEqual(len(self.entries(self.ali)), 1)

    def test_allocations_and_entries_tell_what_was_used(self):
        self.grant(self.ali, 10)
        self.grant(self.ali, 20, expires_on=date(2026, 5, 1))
        origin = Origin(reference="S1", model="res.partner", res_id=1)
        (spent,) = self.spend(self.ali, 25, origin=origin, key="sale")
        entry = self.env["loyalty.club.entry"].browse(spent)
        self.assertEqual((entry.amount, entry.balance, entry.key), (-25, 5, "sale"))
        self.assertEqual(sorted(entry.allocation_ids.mapped("amount")), [5, 20])
        line = self.card(self.ali).history_ids[0]
        self.assertEqual((line.used, line.issued), (25, 0))
        self.assertEqual((line.order_model, line.order_id), ("res.partner", 1))
        self.assertIn("S1", line.description)

    def test_accounts_are_apart(self):
        self.grant(self.ali, 10)
        self.grant(self.ali, 500, "wallet")
        self.grant(self.ali, 300, "credit")
        self.spend(self.ali, 400, "wallet")
        self.assertEqual(
            [self.available(self.ali, kind) for kind in ("points", "wallet", "credit")],
            [10, 100, 300],
        )

    def test_the_same_key_is_written_once(self):
        self.grant(self.ali, 10, key="k")
        with self.assertDatabaseRefuses("entry_key_uniq"):
            self.grant(self.ali, 10, key="k")
        self.assertEqual(self.available(self.ali), 10)

    def test_staff_may_take_from_a_blocked_member(self):
        self.grant(self.ali, 10)
        self.ali.state = "blocked"
        with self.assertClubError("member_blocked"):
            self.spend(self.ali, 1)
        self.spend(self.ali, 4, kind="adjust")
        self.assertEqual(self.available(self.ali), 6)
        with self.assertClubError("member_blocked"):
            self.card(self.ali).points = 1  # a native order would spend

    def test_one_account_for_each_member_and_program(self):
        first = self.account(self.ali)
        self.assertEqual(self.account(self.ali), first)

    def test_an_account_opened_natively_becomes_the_member_s(self):
        """A customer gets points by a native flow, and joins the club later."""
        partner = self.env["res.partner"].create(
            {"name": "Zari", "phone": "09127654321"}
        )
        program = self.club.points_program_id
        card = self.flow("loyalty.card").create(
            {"program_id": program.id, "partner_id": partner.id, "points": 40}
        )
        self.assertFalse(card.member_id)
        zari = self.env["loyalty.club.member"].create(
            {"club_id": self.club.id, "partner_id": partner.id}
        )
        self.assertEqual(self.account(zari), card.id)
        self.assertEqual(card.member_id, zari)
        self.assertEqual(self.available(zari), 40)

    def flow(self, model):
        """A model within a native flow that our own code drives."""
        return self.env[model].with_context(loyalty_club_flow=NATIVE_FLOW)

    def test_a_native_flow_that_is_not_ours_takes_and_never_gives(self):
        """The till's second call writes as superuser what a browser computed (T4)."""
        self.grant(self.ali, 10)
        card = self.card(self.ali)
        with self.assertRaises(AccessError):
            card.sudo().points = 11
        card.sudo().points = 4
        self.assertEqual(self.available(self.ali), 4)
        # What refuses is that it isn't our flow, and nothing else.
        card.with_context(loyalty_club_flow=NATIVE_FLOW).points = 11
        self.assertEqual(self.available(self.ali), 11)

    def test_a_native_account_of_a_member_is_his(self):
        card = self.flow("loyalty.card").create(
            {
                "program_id": self.club.credit_program_id.id,
                "partner_id": self.ali.partner_id.id,
                "points": 2.5,
            }
        )
        self.assertEqual(card.member_id, self.ali)
        self.assertEqual(card.points, 2.5)
        self.assertEqual(self.available(self.ali, "credit"), 250)

    def test_native_writes_in_one_batch(self):
        """Managed accounts get entries, the others are written as ever."""
        native = self.env["loyalty.program"].create(
            {"name": "Native", "program_type": "loyalty"}
        )
        free = self.env["loyalty.card"].create({"program_id": native.id, "points": 3.3})
        self.grant(self.ali, 10)
        managed = self.card(self.ali)
        (free + managed).write({"points": 7, "expiration_date": "2026-12-31"})
        self.assertEqual((free + managed).mapped("points"), [7, 7])
        self.assertTrue(all((free + managed).mapped("expiration_date")))
        self.assertEqual(managed.club_entry_ids.mapped("amount"), [-3, 10])
        self.assertEqual(len(managed.history_ids), 2)
