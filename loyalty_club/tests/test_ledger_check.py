from datetime import date

from odoo.tests import freeze_time

from .common import ClubCase

NO_GUARDS = """
    DROP TRIGGER loyalty_club_entry_refuse ON loyalty_club_entry;
    DROP TRIGGER loyalty_club_entry_apply ON loyalty_club_entry;
    DROP TRIGGER loyalty_club_allocation_refuse ON loyalty_club_allocation;
    DROP TRIGGER loyalty_club_allocation_apply ON loyalty_club_allocation;
    DROP TRIGGER loyalty_club_lot_guard ON loyalty_club_lot;
    DROP TRIGGER loyalty_club_card_guard ON loyalty_card;
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
