"""The outbox when its processes are killed: nothing is lost, nothing heard twice.

A consumer dies when it has written all that it does, and its events are off the
outbox, but nothing is committed. A writer dies when its events are written.
"""

import subprocess
import sys

from tests.support.door import in_shell
from tests.support.postgres import ask, wait_for
from tests.support.server import database_from_template

OPEN = """
env["ir.config_parameter"].set_param("test_loyalty_club.consumers", "1")
club = env["loyalty.club"].create({"name": "Shop", "code": "shop"})
partner = env["res.partner"].create({"name": "Ali"})
member = env["loyalty.club.member"].create(
    {"club_id": club.id, "partner_id": partner.id})
card = env["loyalty.club.ledger"]._account(member, "points")
env.cr.commit()
env["loyalty.club.event"].search([]).unlink()
entries = [entry for _n in range(5)
           for entry in env["loyalty.club.ledger"]._grant(card, 1, "bonus")]
env.cr.commit()
say({"card": card, "entries": entries})
"""

HELD_CONSUMER = """
env["loyalty.club.event"]._consume_batch("first")
env.cr.flush()
env.cr.execute("SELECT pg_sleep(600)")
"""

HELD_WRITER = """
env["loyalty.club.ledger"]._grant({card}, 1, "bonus")
env.cr.flush()
env.cr.execute("SELECT pg_sleep(600)")
"""

GO_ON = """
events = env["loyalty.club.event"]
waiting = events.search([]).mapped("res_id")
events._consume("first")
heard = env["test.loyalty.club.heard"].search([("hearer", "=", "first")])
say({"waiting": waiting, "heard": heard.mapped("fact"),
     "left": events.search_count([])})
"""
HOLDING = """
SELECT pid FROM pg_stat_activity
 WHERE query = 'SELECT pg_sleep(600)' AND datname = current_database()
"""


def killed(database, script):
    """Run a script in Odoo's shell until it sleeps in the database; then kill it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "odoo", "shell", "-d", database, "--no-http"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    process.stdin.write(script)
    process.stdin.close()
    try:
        backend = wait_for(database, HOLDING)
    finally:
        process.kill()
        process.wait()
    # PostgreSQL notices only when it would answer.
    ask(database, f"SELECT pg_terminate_backend({backend})")


def test_a_killed_consumer_and_a_killed_writer():
    with database_from_template("events_killed") as database:
        opened = in_shell(database, OPEN)
        killed(database, HELD_CONSUMER)
        killed(database, HELD_WRITER.format(card=opened["card"]))
        answer = in_shell(database, GO_ON)
    assert answer["waiting"] == opened["entries"]
    assert answer["heard"] == opened["entries"]
    assert answer["left"] == 0
