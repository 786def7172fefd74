from datetime import date

from odoo.exceptions import UserError
from odoo.tests import freeze_time

from odoo.addons.loyalty_club.exceptions import ClubError

from .common import ClubCase


@freeze_time("2026-03-10 09:00:00")
class TestTransferMerge(ClubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali, cls.zari = cls.member("Ali"), cls.member("Zari")
        cls.a, cls.z = cls.account(cls.ali), cls.account(cls.zari)

    def owe(self, member, units):
        """Let a member owe units of returned goods."""
        sale = self.purchase(member, units)
        self.spend(member, units)
        self.ledger._take_back(self.account(member), units, sale.id)

    def state(self, member):
        card = self.card(member)
        return card.points, card.club_pending, card.club_debt

    def assertBooks(self):
        self.assertEqual(self.ledger._check_club(self.club)["details"], {})

    def test_each_part_keeps_its_expiry(self):
        self.grant(self.ali, 10, expires_on=date(2026, 4, 1))
        self.grant(self.ali, 10)
        out, into = self.ledger._transfer(self.a, self.z, 15, key="t")
        self.assertEqual((self.available(self.ali), self.available(self.zari)), (5, 15))
        self.assertEqual(
            [(int(left), day) for left, _amount, day in self.lots(self.zari)],
            [(10, date(2026, 4, 1)), (5, None)],
        )
        entries = self.env["loyalty.club.entry"].browse([out, into])
        self.assertEqual(entries.counterpart_id.ids, [self.z, self.a])
        self.assertEqual(entries.mapped("key"), ["t", "t:in"])
        self.assertBooks()

    def test_not_more_than_there_is_and_not_what_waits(self):
        self.grant(self.ali, 10, available_on=date(2026, 3, 20))
        with self.assertClubError("insufficient_balance"):
            self.ledger._transfer(self.a, self.z, 1)

    def test_only_between_accounts_that_are_alike(self):
        self.grant(self.ali, 10)
        wallet = self.account(self.zari, "wallet")
        for target in (self.a, wallet):
            with self.assertClubError("invalid_payload"):
                self.ledger._transfer(self.a, target, 1)

    def test_neither_from_nor_to_a_blocked_member(self):
        self.grant(self.ali, 10)
        for member in (self.ali, self.zari):
            member.state = "blocked"
            with self.assertClubError("member_blocked"):
                self.ledger._transfer(self.a, self.z, 1)
            member.state = "active"

    def test_what_is_received_pays_a_debt(self):
        self.owe(self.zari, 8)
        self.grant(self.ali, 10)
        self.ledger._transfer(self.a, self.z, 10)
        self.assertEqual(self.state(self.zari), (2, 0, 0))
        self.assertBooks()

    def test_a_whole_account_moves_with_what_waits(self):
        self.grant(self.ali, 10, expires_on=date(2026, 4, 1))
        self.grant(self.ali, 20, available_on=date(2026, 3, 20))
        self.ledger._move_account(self.a, self.z)
        self.assertEqual(self.state(self.ali), (0, 0, 0))
        self.assertEqual(self.state(self.zari), (10, 20, 0))
        with freeze_time("2026-03-20"):
            self.ledger._release_due(self.club)
        self.assertEqual(self.state(self.zari), (30, 0, 0))
        self.assertBooks()

    def test_a_debt_moves_and_is_paid_at_once(self):
        self.owe(self.ali, 30)
        self.grant(self.zari, 12)
        self.ledger._move_account(self.a, self.z)
        self.assertEqual(self.state(self.ali), (0, 0, 0))
        self.assertEqual(self.state(self.zari), (0, 0, 18))
        self.grant(self.zari, 20)
        self.assertEqual(self.state(self.zari), (2, 0, 0))
        self.assertBooks()

    def test_points_pay_the_debt_of_the_other(self):
        self.grant(self.ali, 30)
        self.owe(self.zari, 12)
        self.ledger._move_account(self.a, self.z)
        self.assertEqual(self.state(self.zari), (18, 0, 0))
        self.assertBooks()

    def test_a_negative_balance_moves_as_one(self):
        self.club.clawback = "negative"
        self.owe(self.ali, 30)
        self.grant(self.ali, 5, available_on=date(2026, 3, 20))
        self.grant(self.zari, 12)
        self.ledger._move_account(self.a, self.z)
        self.assertEqual(self.state(self.ali), (0, 0, 0))
        self.assertEqual(self.state(self.zari), (-18, 5, 0))
        self.assertBooks()

    def test_a_negative_balance_and_a_debt_together(self):
        self.owe(self.ali, 7)
        self.club.clawback = "negative"
        sale = self.purchase(self.ali)
        self.ledger._take_back(self.a, 5, sale.id)
        self.assertEqual(self.state(self.ali), (-5, 0, 7))
        self.grant(self.zari, 10)
        self.ledger._move_account(self.a, self.z)
        self.assertEqual(self.state(self.zari), (0, 0, 2))
        self.assertBooks()

    def test_an_empty_account_leaves_no_entries(self):
        self.assertEqual(self.ledger._move_account(self.a, self.z), [])

    def test_what_a_merged_member_gets_back_goes_on(self):
        self.grant(self.ali, 10)
        spent = self.spend(self.ali, 10)
        self.ali._merge_into(self.zari)
        self.ledger._give_back(spent, 6)
        self.assertEqual(self.available(self.zari), 6)
        self.assertEqual(self.env["loyalty.card"].browse(self.a).points, 0)
        self.assertBooks()

    def test_an_ended_membership_takes_nothing_over(self):
        """What went there would be out of everybody's reach."""
        self.grant(self.zari, 10)
        self.ali._merge_into(self.zari)
        erased = self.member("Sara")
        erased._erase("Asked")
        for ended in (self.ali, erased):
            with self.subTest(ended=ended), self.assertRaisesRegex(ClubError, "ended"):
                self.zari._merge_into(ended)
        self.assertEqual(self.zari.state, "active")
        self.assertFalse(self.zari.merged_into_id)
        self.assertEqual(self.available(self.zari), 10)

    def test_an_ended_membership_stays_so(self):
        self.ali._merge_into(self.zari)
        erased = self.member("Sara")
        erased._erase("Asked")
        for ended in (self.ali, erased):
            of_manager = ended.with_user(self.users["manager"])
            for action in ("activate", "pause", "block"):
                with self.subTest(ended=ended), self.assertRaises(UserError):
                    getattr(of_manager, f"action_{action}")()
            self.assertEqual(ended.state, "left")

    def test_forfeit_takes_all_and_keeps_the_debt(self):
        self.grant(self.ali, 10)
        self.grant(self.ali, 20, available_on=date(2026, 3, 20))
        self.ledger._forfeit(self.a)
        self.assertEqual(self.state(self.ali), (0, 0, 0))
        self.assertEqual(self.ledger._forfeit(self.a), [])
        self.owe(self.zari, 8)
        self.ledger._forfeit(self.z)
        self.assertEqual(self.state(self.zari), (0, 0, 8))
        self.assertBooks()
