"""Install, take a program over, sell, uninstall: Odoo's own loyalty is whole again.

Everything happens outside the test's process, as a shop would do it: each step is a
script in ``odoo shell`` on a database that had native cards before the club came.
"""

import json
import subprocess
import sys

import psycopg2
import pytest
from club_setup import databases

NATIVE = """
company = env.company
Program = env["loyalty.program"].with_context(loyalty_no_mail=True)
program = Program.with_context(default_program_type="loyalty").create(
    {"name": "Old points", "program_type": "loyalty"}
)
partners = env["res.partner"].create([{"name": f"Customer {n}"} for n in range(4)])
points = [120, 10.25, -5, 40]
cards = env["loyalty.card"].with_context(loyalty_no_mail=True).create(
    [
        {"program_id": program.id, "partner_id": partner.id, "points": had}
        for partner, had in zip(partners, points)
    ]
)
cards[3].partner_id = partners[0]
env["loyalty.history"].create(
    [
        {"card_id": card.id, "description": "Old", "issued": card.points}
        for card in cards
    ]
)
print("RESULT", program.id, *cards.ids)
"""

TAKE_OVER = """
club = env["loyalty.club"].create({{"name": "Club", "code": "uninstalled"}})
take_over = env["loyalty.club.take.over"].create(
    {{"club_id": club.id, "program_id": {program}}}
)
take_over.action_take_over()
assert take_over.state == "done", take_over.state
card = env["loyalty.card"].browse({card})
ledger = env["loyalty.club.ledger"]
ledger._spend(card.id, 30)
ledger._grant(ledger._account(card.member_id, "wallet"), 1500, "top_up")
"""

UNINSTALL = """
modules = env["ir.module.module"].search(
    [("name", "=like", "loyalty_club%"), ("state", "=", "installed")]
)
modules.button_immediate_uninstall()
"""

NATIVE_WRITE = """
card = env["loyalty.card"].browse({card})
card.with_context(loyalty_no_mail=True).points += 5
env["loyalty.card"].browse({other}).unlink()
fresh = env["loyalty.card"].with_context(loyalty_no_mail=True).create(
    {{"program_id": card.program_id.id, "points": 3}}
)
card.program_id.write({{"name": "Renamed"}})
print("RESULT", card.points, fresh.points)
"""


def shell(database, script):
    """Run a script in ``odoo shell`` and commit; what it printed after RESULT."""
    script = (
        f"def json_points(card):\n    return card.points\n\n{script}\nenv.cr.commit()\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "odoo", "shell", "-d", database, "--no-http",
         "--log-level=warn"],
        input=script, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    assert "Traceback" not in done.stderr, done.stderr[-4000:]
    lines = [line for line in done.stdout.splitlines() if "RESULT" in line]
    return [json.loads(word) for word in lines[-1].split()[1:]] if lines else []


@pytest.fixture(scope="module")
def shop():
    """A database in which the club came and went: (database, program, card ids)."""
    with databases.scratch(databases.native_template(), "uninstall") as database:
        program, *cards = shell(database, NATIVE)
        databases.odoo(database, "-i", "loyalty_club", "--no-http", log="uninstall")
        shell(database, TAKE_OVER.format(program=program, card=cards[0]))
        shell(database, UNINSTALL)
        yield database, program, cards


def query(database, statement, *values):
    connection = psycopg2.connect(dbname=database)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()
    finally:
        connection.close()


def test_nothing_of_ours_is_left_in_the_database(shop):
    database, _program, _cards = shop
    leftovers = query(
        database,
        """
        SELECT 'function', proname::text FROM pg_proc
         WHERE proname LIKE 'loyalty\\_club%%'
         UNION ALL
        SELECT 'trigger', tgname::text FROM pg_trigger
         WHERE tgname LIKE 'loyalty\\_club%%'
         UNION ALL
        SELECT 'table', relname::text FROM pg_class
         WHERE relname LIKE 'loyalty\\_club%%' AND relkind IN ('r', 'i', 'v')
         UNION ALL
        SELECT 'column', table_name || '.' || column_name
          FROM information_schema.columns
         WHERE table_name LIKE 'loyalty%%'
           AND (column_name LIKE 'club\\_%%' OR column_name = 'member_id')
         UNION ALL
        SELECT 'cron', cron_name FROM ir_cron WHERE cron_name LIKE 'Loyalty Club%%'
         UNION ALL
        SELECT 'data', name FROM ir_model_data WHERE module LIKE 'loyalty\\_club%%'
        """,
    )
    assert leftovers == []


def test_native_balances_are_right(shop):
    database, program, cards = shop
    rows = query(
        database,
        "SELECT id, points, active FROM loyalty_card WHERE program_id = %s ORDER BY id",
        program,
    )
    # 120 + 40 of the same customer - 30 spent; 10.25 rounded up; -5 as it was.
    assert rows == [
        (cards[0], 130, True),
        (cards[1], 11, True),
        (cards[2], -5, True),
        (cards[3], 0, False),
    ]
    wallets = query(
        database,
        "SELECT points FROM loyalty_card WHERE program_id <> %s AND points <> 0",
        program,
    )
    assert wallets == [(15,)]


def test_native_history_tells_the_whole_story(shop):
    database, _program, cards = shop
    rows = query(
        database,
        """
        SELECT card_id, sum(COALESCE(issued, 0) - COALESCE(used, 0)), min(issued) > 0
          FROM loyalty_history WHERE card_id = ANY(%s) GROUP BY card_id ORDER BY card_id
        """,
        cards,
    )
    assert [row[:2] for row in rows] == [
        (cards[0], 130), (cards[1], 11), (cards[2], -5), (cards[3], 0),
    ]  # fmt: skip


def test_native_loyalty_works_again(shop):
    database, _program, cards = shop
    points, fresh = shell(database, NATIVE_WRITE.format(card=cards[0], other=cards[2]))
    assert (points, fresh) == (135, 3)
