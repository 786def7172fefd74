from datetime import date
from decimal import Decimal

from odoo.tests import freeze_time

from .baskets import BasketCase
from .common import ClubCase

NO_GUARDS = """
    DROP TRIGGER loyalty_club_entry_refuse ON loyalty_club_entry;
    DROP TRIGGER loyalty_club_entry_apply ON loyalty_club_entry;
    DROP TRIGGER loyalty_club_allocation_refuse ON loyalty_club_allocation;
    DROP TRIGGER loyalty_club_allocation_apply ON loyalty_club_allocation;
    DROP TRIGGER loyalty_club_lot_guard ON loyalty_club_lot;
    DROP TRIGGER loyalty_club_card_guard ON loyalty_card;
    DROP TRIGGER loyalty_club_card_owner ON loyalty_card;
    DROP TRIGGER loyalty_club_call_refuse ON loyalty_club_call;
    ALTER TABLE loyalty_club_lot DROP CONSTRAINT loyalty_club_lot_within;
"""

# What went wrong → (statement, the proofs that must see it)
DAMAGES = {
    "a balance": (
        "UPDATE loyalty_card SET points = points + 5 WHERE id = %(card)s",
        {"points_entries", "points_lots"},
    ),
    "what waits": (
        "UPDATE loyalty_card SET club_pending = 1 WHERE id = %(card)s",
        {"pending_entries", "pending_lots"},
    ),
    "a debt": (
        "UPDATE loyalty_card SET club_debt = 1 WHERE id = %(card)s",
        {"debt_entries"},
    ),
    "an entry": (
        "UPDATE loyalty_club_entry SET amount = amount + 1 WHERE id = %(entry)s",
        {"points_entries", "balance_chain", "history"},
    ),
    "the balance that an entry states": (
        "UPDATE loyalty_club_entry SET balance = 7 WHERE id = %(entry)s",
        {"balance_chain"},
    ),
    "a lost entry": (
        """
        DELETE FROM loyalty_club_allocation WHERE entry_id = %(spent)s;
        DELETE FROM loyalty_club_entry WHERE id = %(spent)s
        """,
        {"points_entries", "lot_allocations", "history", "holds"},
    ),
    "a lot": (
        "UPDATE loyalty_club_lot SET remaining = remaining + 1 WHERE id = %(lot)s",
        {"points_lots", "lot_allocations"},
    ),
    "a lot that waits no longer": (
        "UPDATE loyalty_club_lot SET pending = true WHERE id = %(lot)s",
        {"points_lots", "pending_lots"},
    ),
    "an allocation": (
        "UPDATE loyalty_club_allocation SET amount = amount + 1"
        " WHERE entry_id = %(spent)s",
        {"lot_allocations"},
    ),
    "a hold": (
        "UPDATE loyalty_club_hold SET captured = 1 WHERE id = %(hold)s",
        {"holds"},
    ),
    "native history": (
        "UPDATE loyalty_history SET issued = issued + 1 WHERE card_id = %(card)s"
        " AND issued > 0",
        {"history"},
    ),
}

# Planted by somebody who wants to gain: (statement, the proof that must see it)
FRAUDS = {
    "an account gets another owner": (
        "UPDATE loyalty_card SET member_id = %(zari)s WHERE id = %(card)s",
        "owner",
    ),
    "an account gets another contact": (
        "UPDATE loyalty_card SET partner_id = %(stranger)s WHERE id = %(card)s",
        "owner",
    ),
    "an account goes to another club": (
        "UPDATE loyalty_card SET club_id = %(other_club)s WHERE id = %(card)s",
        "club",
    ),
    "an account goes to another club with its program": (
        "UPDATE loyalty_card SET club_id = %(other_club)s, program_id ="
        " %(other_program)s WHERE id = %(card)s",
        "club",
    ),
    "an account is archived": (
        "UPDATE loyalty_card SET active = false WHERE id = %(card)s",
        "archived",
    ),
    "a waiting lot is made usable, its card and entries with it": (
        """
        UPDATE loyalty_club_lot SET pending = false WHERE card_id = %(zari_card)s;
        UPDATE loyalty_club_entry SET amount = pending, balance = pending, pending = 0
         WHERE card_id = %(zari_card)s;
        UPDATE loyalty_card SET points = club_pending, club_pending = 0
         WHERE id = %(zari_card)s
        """,
        "lot_waiting",
    ),
    "the day of a waiting lot of a purchase": (
        "UPDATE loyalty_club_lot SET available_on = '2026-03-01'"
        " WHERE purchase_id = %(waiting)s",
        "lot_waiting",
    ),
    "a line forgets what was taken back": (
        "UPDATE loyalty_club_purchase_line SET points_taken = 0, status_taken = 0,"
        " returned_quantity = 0 WHERE purchase_id = %(sale)s",
        "lines_returned",
    ),
    "a line forgets what money came back": (
        "UPDATE loyalty_club_purchase_line SET returned_total = 0"
        " WHERE purchase_id = %(sale)s",
        "lines_returned",
    ),
    "the key of joining is gone": (
        "DELETE FROM loyalty_club_call WHERE method = 'enroll'",
        "call_keys",
    ),
    "one key of changing somebody is gone": (
        "DELETE FROM loyalty_club_call WHERE method = 'member_update' AND key = 'k3'",
        "call_keys",
    ),
    "the key of a purchase is gone": (
        "DELETE FROM loyalty_club_call WHERE method = 'purchase_record'",
        "call_keys",
    ),
    "the key of a return is gone": (
        "DELETE FROM loyalty_club_call WHERE method = 'purchase_return'",
        "call_keys",
    ),
    "a purchase has other points": (
        "UPDATE loyalty_club_purchase SET points = points + 9 WHERE id = %(sale)s",
        "purchase_entries",
    ),
    "keys of calls are gone": (
        "DELETE FROM loyalty_club_call",
        "call_keys",
    ),
    "a tier's measure": (
        "UPDATE loyalty_club_member SET qualified = qualified + 5 WHERE id = %(ali)s",
        "tier_measure",
    ),
    "a lot of another club": (
        "UPDATE loyalty_club_lot SET club_id = %(other_club)s WHERE id = %(lot)s",
        "lot_owner",
    ),
    "a lot of another branch": (
        "UPDATE loyalty_club_lot SET company_id = %(branch)s WHERE id = %(lot)s",
        "lot_owner",
    ),
    "a lot of another account": (
        "UPDATE loyalty_club_lot SET card_id = %(zari_card)s WHERE id = %(lot)s",
        "lot_owner",
    ),
}


@freeze_time("2026-03-10 09:00:00")
class TestLedgerCheck(ClubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali, cls.zari = cls.member("Ali"), cls.member("Zari")
        entry = cls.grant(cls.ali, 100)[0]
        hold = cls.ledger._hold(cls.account(cls.ali), 20, 900)
        spent = cls.ledger._capture(hold)[0]
        cls.grant(cls.zari, 40, available_on=date(2026, 3, 20))
        cls.grant(cls.zari, 1550, "wallet")
        cls.names = {
            "card": cls.account(cls.ali),
            "entry": entry,
            "spent": spent,
            "hold": hold.id,
            "lot": cls.card(cls.ali).club_lot_ids.id,
        }
        cls.env.flush_all()

    def test_true_books_are_proved_and_noted(self):
        outcome = self.ledger._check_club(self.club)
        self.assertEqual(outcome, {"accounts": 3, "differences": 0, "details": {}})
        check = self.env["loyalty.club.check"].search([("club_id", "=", self.club.id)])
        self.assertEqual((check.accounts, check.differences), (3, 0))

    def test_each_damage_is_reported(self):
        for damage, (statement, proofs) in DAMAGES.items():
            with self.subTest(damage), self.env.cr.savepoint() as savepoint:
                self.env.cr.execute(NO_GUARDS)
                self.env.cr.execute(statement, self.names)
                outcome = self.ledger._check_club(self.club)
                self.assertEqual(set(outcome["details"]), proofs)
                accounts = [
                    row["account"]
                    for rows in outcome["details"].values()
                    for row in rows
                ]
                self.assertEqual(set(accounts), {self.names["card"]})
                self.assertEqual(outcome["differences"], len(accounts))
                savepoint.rollback()

    def test_the_report_says_by_how_much(self):
        self.env.cr.execute(NO_GUARDS)
        self.env.cr.execute(
            "UPDATE loyalty_card SET points = 85 WHERE id = %(card)s", self.names
        )
        details = self.ledger._check_club(self.club)["details"]
        (row,) = details["points_entries"]
        self.assertEqual(float(row["found"]), 85)
        self.assertEqual(float(row["expected"]), 80)
        check = self.env["loyalty.club.check"].search([], limit=1)
        self.assertEqual(check.details, details)

    def test_another_club_s_damage_is_its_own(self):
        other = self.new_club("other", self.company)
        self.env.cr.execute(NO_GUARDS)
        self.env.cr.execute(
            "UPDATE loyalty_card SET points = 85 WHERE id = %(card)s", self.names
        )
        self.assertEqual(self.ledger._check_club(other)["differences"], 0)


@freeze_time("2026-03-10 09:00:00")
class TestFrauds(BasketCase):
    """What somebody with a database console may try: refused, or named at night."""

    def setUp(self):
        super().setUp()
        self.env["loyalty.club.tier"].create(
            {"club_id": self.club.id, "name": "Bronze", "code": "b", "threshold": 0}
        )
        self.rules({})
        self.zari = self.member("Zari")
        lot = self.grant(self.ali, 100)
        self.grant(self.zari, 40, available_on=date(2026, 3, 20))
        sale = self.record((self.tea, 2, 50))
        sale._return({"0": Decimal(1)}, source="door", key="back", moment=sale.date)
        self.club.pending_days = 10
        waiting = self.record((self.tea, 1, 30))
        self.assertTrue(waiting.pending_until)
        api = self.env["loyalty.club"].with_user(self.users["integration"])
        api.top_up(club="test", key="k1", member=self.ali.number, amount=10)
        number = api.enroll(club="test", key="k2", name="New")["number"]
        for key, name in (("k3", "Newer"), ("k4", "Newest")):
            api.member_update(club="test", key=key, member=number, name=name)
        line = {"line": "1", "name": "Tea", "quantity": 2, "unit_price": 5}
        bought = {"uuid": "u1", "member": self.zari.number, "lines": [line]}
        api.purchase_record(club="test", purchase=bought)
        api.purchase_return(club="test", key="k5", uuid="u1")
        other = self.new_club("other", self.new_company("Other"))
        self.names = {
            "card": self.account(self.ali),
            "zari": self.zari.id,
            "zari_card": self.account(self.zari),
            "ali": self.ali.id,
            "stranger": self.env["res.partner"].create({"name": "Stranger"}).id,
            "other_club": other.id,
            "other_program": other.points_program_id.id,
            "branch": self.new_company("Branch", parent=self.company).id,
            "lot": self.env["loyalty.club.entry"].browse(lot).lot_ids.id,
            "sale": sale.id,
            "waiting": waiting.id,
        }
        self.env.flush_all()

    def test_true_books_are_proved(self):
        outcome = self.ledger._check_club(self.club)
        self.assertEqual(outcome["details"], {})

    def test_each_fraud_is_named(self):
        for fraud, (statement, proof) in FRAUDS.items():
            with self.subTest(fraud), self.env.cr.savepoint() as savepoint:
                self.env.cr.execute(NO_GUARDS)
                self.env.cr.execute(statement, self.names)
                details = self.ledger._check_club(self.club)["details"]
                self.assertIn(proof, details)
                check = self.env["loyalty.club.check"].search([], limit=1)
                self.assertIn(check._sentences()[proof], check.words)
                savepoint.rollback()

    def test_a_day_is_the_club_s(self):
        """In New York it is the 10th still when it is the 11th in UTC."""
        self.club.tz = "America/New_York"
        self.env.flush_all()
        with freeze_time("2026-03-11 02:00:00"):
            self.grant(self.zari, 7)
            self.grant(self.zari, 30, available_on=date(2026, 3, 11))
            self.env.flush_all()
            self.assertEqual(self.ledger._check_club(self.club)["details"], {})
            self.env.cr.execute(NO_GUARDS)
            self.env.cr.execute(
                "UPDATE loyalty_club_lot SET pending = false"
                " WHERE available_on = '2026-03-11'"
            )
            details = self.ledger._check_club(self.club)["details"]
        self.assertIn("lot_waiting", details)

    def test_calls_from_before_they_were_counted(self):
        """The first call after it counts those that are there."""
        self.env.cr.execute("UPDATE loyalty_club_member SET call_count = NULL")
        self.env["loyalty.club.member"].invalidate_model(["call_count"])
        api = self.env["loyalty.club"].with_user(self.users["integration"])
        self.assertEqual(self.ledger._check_club(self.club)["details"], {})
        number = api.enroll(club="test", key="k2", name="New")["number"]
        api.member_update(club="test", key="k6", member=number, name="Other")
        api.member_erase(club="test", key="k7", member=number, reason="asked")
        self.assertEqual(self.ledger._check_club(self.club)["details"], {})

    def test_the_database_refuses_what_it_can(self):
        refused = {
            "an account gets another owner": "keeps its owner",
            "an account gets another contact": "keeps its owner",
            "an account goes to another club": "keeps its program and club",
            "an account goes to another club with its program": "keeps its program",
            "an account is archived": "with a balance is not archived",
            "a lot of another club": "through allocations only",
            "a lot of another branch": "through allocations only",
            "a lot of another account": "through allocations only",
            "the day of a waiting lot of a purchase": "through allocations only",
            "keys of calls are gone": "the key of a call is kept",
        }
        for fraud, message in refused.items():
            with self.subTest(fraud), self.assertDatabaseRefuses(message):
                self.env.cr.execute(FRAUDS[fraud][0], self.names)
                self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_erasing_and_merging_are_no_fraud(self):
        self.ali._erase("asked for it")
        self.zari._merge_into(self.member("Sara"))
        self.env.flush_all()
        self.env.cr.execute("SET CONSTRAINTS loyalty_club_card_owner IMMEDIATE")
        self.assertEqual(self.ledger._check_club(self.club)["details"], {})

    def test_the_number_of_statements_does_not_depend_on_the_accounts(self):
        def count():
            before = self.env.cr.sql_log_count
            self.ledger._check_club(self.club)
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        self.members(100)
        self.env.flush_all()
        self.assertEqual(count(), few)
