from odoo.tests import freeze_time

from .common import ClubCase

ENTRY = """
    INSERT INTO loyalty_club_entry
           (club_id, company_id, card_id, account, kind, amount, pending, debt, balance,
            date, user_id, key)
    VALUES
"""
ROW = """
    (%(club)s, %(company)s, %(card)s, 'points', 'bonus', {amount}, 0, 0, {balance},
     now(), 1, {key})
"""
CARD = """
    INSERT INTO loyalty_card (program_id, club_id, partner_id, code, points, active)
    VALUES (%(program)s, %(club)s, %(partner)s, 'another', {points}, {active})
"""


def drop_triggers(table, *names):
    return "; ".join(f"DROP TRIGGER {table}_{name} ON {table}" for name in names)


NO_TRUNCATE_GUARDS = "; ".join(
    drop_triggers(f"loyalty_club_{table}", "refuse_truncate")
    for table in ("entry", "lot", "allocation")
)

DROP_CARD_GUARD = "DROP TRIGGER loyalty_club_card_guard ON loyalty_card"

# What somebody tries → (statement, what the database says, what makes it pass)
REFUSED = {
    "change an entry": (
        "UPDATE loyalty_club_entry SET amount = amount + 1 WHERE id = %(entry)s",
        "append-only",
        drop_triggers("loyalty_club_entry", "refuse"),
    ),
    "delete an entry": (
        "DELETE FROM loyalty_club_entry WHERE id = %(debt_entry)s",
        "append-only",
        drop_triggers("loyalty_club_entry", "refuse"),
    ),
    "empty the entries": (
        "TRUNCATE loyalty_club_entry CASCADE",
        "append-only",
        NO_TRUNCATE_GUARDS,
    ),
    "change an allocation": (
        "UPDATE loyalty_club_allocation SET amount = 1 WHERE id = %(allocation)s",
        "append-only",
        drop_triggers("loyalty_club_allocation", "refuse"),
    ),
    "delete an allocation": (
        "DELETE FROM loyalty_club_allocation WHERE id = %(allocation)s",
        "append-only",
        drop_triggers("loyalty_club_allocation", "refuse"),
    ),
    "empty the allocations": (
        "TRUNCATE loyalty_club_allocation",
        "append-only",
        NO_TRUNCATE_GUARDS,
    ),
    "delete a lot": (
        "DELETE FROM loyalty_club_lot WHERE id = %(whole_lot)s",
        "append-only",
        drop_triggers("loyalty_club_lot", "refuse"),
    ),
    "empty the lots": (
        "TRUNCATE loyalty_club_lot CASCADE",
        "append-only",
        NO_TRUNCATE_GUARDS,
    ),
    "fill a lot up again": (
        "UPDATE loyalty_club_lot SET remaining = amount WHERE id = %(lot)s",
        "through allocations only",
        drop_triggers("loyalty_club_lot", "guard"),
    ),
    "make a lot bigger": (
        "UPDATE loyalty_club_lot SET amount = 9999 WHERE id = %(lot)s",
        "through allocations only",
        drop_triggers("loyalty_club_lot", "guard"),
    ),
    "make a lot last longer": (
        "UPDATE loyalty_club_lot SET expires_on = '2099-01-01' WHERE id = %(lot)s",
        "through allocations only",
        drop_triggers("loyalty_club_lot", "guard"),
    ),
    "give a lot to another": (
        "UPDATE loyalty_club_lot SET card_id = %(other_card)s WHERE id = %(whole_lot)s",
        "through allocations only",
        drop_triggers("loyalty_club_lot", "guard"),
    ),
    "use a lot below zero": (
        """
        INSERT INTO loyalty_club_allocation (entry_id, lot_id, company_id, amount)
        VALUES (%(entry)s, %(whole_lot)s, %(company)s, 51)
        """,
        "loyalty_club_lot_within",
        "ALTER TABLE loyalty_club_lot DROP CONSTRAINT loyalty_club_lot_within",
    ),
    "restore a lot above what it was": (
        """
        INSERT INTO loyalty_club_allocation (entry_id, lot_id, company_id, amount)
        VALUES (%(entry)s, %(whole_lot)s, %(company)s, -1)
        """,
        "loyalty_club_lot_within",
        "ALTER TABLE loyalty_club_lot DROP CONSTRAINT loyalty_club_lot_within",
    ),
    "write a balance": (
        "UPDATE loyalty_card SET points = 1000000 WHERE id = %(card)s",
        "follows its ledger",
        DROP_CARD_GUARD,
    ),
    "write what waits": (
        "UPDATE loyalty_card SET club_pending = 1000000 WHERE id = %(card)s",
        "follows its ledger",
        DROP_CARD_GUARD,
    ),
    "write a debt off": (
        "UPDATE loyalty_card SET club_debt = 0 WHERE id = %(debtor)s",
        "follows its ledger",
        DROP_CARD_GUARD,
    ),
    "take an account out of its club": (
        "UPDATE loyalty_card SET club_id = NULL WHERE id = %(card)s",
        "keeps its program and club",
        DROP_CARD_GUARD,
    ),
    "move an account to another program": (
        "UPDATE loyalty_card SET program_id = %(native)s WHERE id = %(card)s",
        "keeps its program and club",
        DROP_CARD_GUARD,
    ),
    "bring points of one's own": (
        CARD.format(points=500, active="false"),
        "enters a club empty",
        DROP_CARD_GUARD,
    ),
    "move a native card with points in": (
        """
        UPDATE loyalty_card SET program_id = %(program)s, club_id = %(club)s
         WHERE id = %(native_card)s
        """,
        "enters a club empty",
        DROP_CARD_GUARD,
    ),
    "add an entry that doesn't reach its balance": (
        ENTRY + ROW.format(amount=10, balance=999, key="NULL"),
        "not the balance reached",
        drop_triggers("loyalty_club_entry", "apply"),
    ),
    "hide a wrong balance behind a right one": (
        ENTRY
        + ROW.format(amount=10, balance=999, key="NULL")
        + ","
        + ROW.format(amount=10, balance=140, key="NULL"),
        "not the balance reached",
        drop_triggers("loyalty_club_entry", "apply"),
    ),
    "write an entry twice": (
        ENTRY + ROW.format(amount=10, balance=130, key="'once'"),
        "loyalty_club_entry_key_uniq",
        "DROP INDEX loyalty_club_entry_key_uniq",
    ),
    "open a second active account": (
        CARD.format(points=0, active="true"),
        "loyalty_card_club_partner_uniq",
        "DROP INDEX loyalty_card_club_partner_uniq",
    ),
}


@freeze_time("2026-03-10 09:00:00")
class TestLedgerAppendOnly(ClubCase):
    """The database itself refuses, whoever asks it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ali, debtor = cls.member("Ali"), cls.member("Debtor")
        cls.grant(ali, 100, key="once")
        (spent,) = cls.spend(ali, 30)
        cls.grant(ali, 50)
        sale = cls.purchase(debtor, 20)
        cls.spend(debtor, 20)
        (debt,) = cls.ledger._take_back(cls.account(debtor), 20, sale.id)
        native = cls.env["loyalty.program"].create(
            {"name": "Native", "program_type": "loyalty"}
        )
        native_card = cls.env["loyalty.card"].create(
            {"program_id": native.id, "points": 700}
        )
        lots = cls.card(ali).club_lot_ids.sorted("id")
        cls.names = {
            "club": cls.club.id,
            "company": cls.company.id,
            "program": cls.club.points_program_id.id,
            "partner": ali.partner_id.id,
            "card": cls.account(ali),
            "other_card": cls.account(debtor),
            "debtor": cls.account(debtor),
            "entry": spent,
            "debt_entry": debt,
            "lot": lots[0].id,
            "whole_lot": lots[1].id,
            "allocation": lots[0]
            .env["loyalty.club.allocation"]
            .search([("entry_id", "=", spent)])
            .id,
            "native": native.id,
            "native_card": native_card.id,
        }
        cls.env.flush_all()

    def test_refused(self):
        before = self.books()
        for attempt, (statement, message, _without) in REFUSED.items():
            with self.subTest(attempt), self.assertDatabaseRefuses(message):
                self.env.cr.execute(statement, self.names)
        self.assertEqual(self.books(), before)

    def test_each_refusal_has_its_guard(self):
        """Without the trigger, index or constraint the same statement passes."""
        before = self.books()
        for attempt, (statement, _message, without) in REFUSED.items():
            with self.subTest(attempt), self.env.cr.savepoint() as savepoint:
                self.env.cr.execute(without)
                self.env.cr.execute(statement, self.names)
                self.assertNotEqual(self.books(), before)
                savepoint.rollback()
        self.assertEqual(self.books(), before)

    def test_a_true_entry_passes_and_moves_the_balance(self):
        """What is refused above is refused for being wrong, not for being SQL."""
        self.env.cr.execute(
            ENTRY
            + ROW.format(amount=10, balance=130, key="NULL")
            + ","
            + ROW.format(amount=10, balance=140, key="NULL"),
            self.names,
        )
        self.env.invalidate_all()
        card = self.env["loyalty.card"].browse(self.names["card"])
        self.assertEqual(card.points, 140)

    def test_an_account_with_entries_is_not_deleted(self):
        with self.assertDatabaseRefuses("loyalty_club_"):
            self.env.cr.execute(
                "DELETE FROM loyalty_card WHERE id = %s", [self.names["card"]]
            )

    def test_native_cards_stay_free(self):
        """A program that no club manages behaves as if we weren't there."""
        self.env.cr.execute(
            "UPDATE loyalty_card SET points = -3.7 WHERE id = %s RETURNING points",
            [self.names["native_card"]],
        )
        self.assertEqual(self.env.cr.fetchone(), (-3.7,))
        self.env.cr.execute(
            "DELETE FROM loyalty_card WHERE id = %s", [self.names["native_card"]]
        )
        self.assertEqual(self.env.cr.rowcount, 1)

    def test_an_account_leaves_with_its_program(self):
        program = self.club.credit_program_id
        ali = self.member("Ali 2")
        self.grant(ali, 500, "credit")
        card = self.card(ali, "credit")
        program.write({"club_id": False, "club_account": False})
        self.env.flush_all()
        self.assertFalse(card.club_id)
        self.assertEqual(card.points, 5)
        card.points = 7
        self.env.flush_all()
        with self.assertDatabaseRefuses("enters a club empty"):
            program.write({"club_id": self.club.id, "club_account": "credit"})
            self.env.flush_all()
