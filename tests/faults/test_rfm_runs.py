"""Runs as their job makes them: in transactions of their own, also when Odoo is killed.

Its process is held at the last statement of a run, so that all of it is written and
none committed when it dies: the snapshot before stays, and nobody is lost.
"""

import subprocess
import sys

from tests.support.door import in_shell
from tests.support.postgres import ask, wait_for
from tests.support.server import database_from_template

CUSTOMERS, ORDERS = 300, 3000

BUILD = """
from datetime import timedelta
from tests.bench import rfm_sets
first = rfm_sets.build(env, values["customers"], values["orders"])
bench = rfm_sets.definition(env)
bench.env["loyalty.club.rfm.gather"].search([]).state = "done"
bench._run(rfm_sets.DAY, full=True)
env.cr.commit()
rfm_sets.one_day(env, rfm_sets.DAY, 200, first, values["customers"])
say(bench.id)
"""

HELD_RUN = """
from datetime import datetime
from odoo.addons.loyalty_club.clock import Clock
from odoo.addons.loyalty_club_rfm.snapshot import Snapshot

write_moves = Snapshot._write_moves

def hold(self, *args):
    write_moves(self, *args)
    self.env.cr.execute("SELECT pg_sleep(600)")

Snapshot._write_moves = hold
clock = Clock(datetime(2026, 6, 2, 12))
env["loyalty.club.rfm.definition"].browse({bench}).with_context(
    loyalty_club_clock=clock
)._run_scheduled()
"""

GO_ON = """
from datetime import date
from odoo.exceptions import UserError
bench = env["loyalty.club.rfm.definition"].browse(values["bench"])
try:
    run = bench._run(date(2026, 6, 2))
except UserError as error:
    say({"refused": str(error)})
else:
    check = bench._run(date(2026, 6, 2), full=True)
    env.cr.commit()
    say({
        "kind": run.kind,
        "changed": run.changed,
        "differences": check.differences,
        "changed again": check.changed,
        "states": bench.run_ids.sorted("id").mapped("state"),
    })
"""

ROWS = """
SELECT md5(string_agg(score::text, ',' ORDER BY score.id, score.since))
  FROM loyalty_club_rfm_score AS score
"""
WAITING = "SELECT count(*) FROM loyalty_club_rfm_touched"
HOLDING = """
SELECT pid FROM pg_stat_activity
 WHERE query = 'SELECT pg_sleep(600)' AND datname = current_database()
"""
# What a till writes with an order of one of the customers whom the run is counting.
SELL = """
SET lock_timeout = '2s';
INSERT INTO loyalty_club_rfm_fact
       (company_id, partner_id, day, net, returned, goods, counts, source, res_id)
SELECT company_id, partner_id, day, 12, 0, 12, TRUE, source, 1
  FROM loyalty_club_rfm_fact ORDER BY day DESC, id LIMIT 1
RETURNING 1
"""
STEPS = """
SELECT max(step.progress)
  FROM loyalty_club_rfm_run_step AS step
  JOIN loyalty_club_rfm_run AS run ON run.id = step.run_id
 WHERE run.state = 'running'
"""


def test_a_run_that_is_killed_leaves_the_snapshot_before():
    with database_from_template("rfm_killed") as database:
        bench = in_shell(database, BUILD, customers=CUSTOMERS, orders=ORDERS)
        before, waiting = ask(database, ROWS), ask(database, WAITING)
        assert waiting > 0, "the night has nothing to do"
        process = subprocess.Popen(
            [sys.executable, "-m", "odoo", "shell", "-d", database, "--no-http"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            process.stdin.write(HELD_RUN.format(bench=bench))
            process.stdin.close()
            backend = wait_for(database, HOLDING)
            # Others see how far it is, and the old snapshot.
            assert ask(database, STEPS) >= 70
            assert ask(database, ROWS) == before
            # A till doesn't wait for it, and what it sells is counted afterwards.
            assert ask(database, SELL) == 1
            # One at a time, and a dead process's transaction still counts as one.
            process.kill()
            refused = in_shell(database, GO_ON, bench=bench)
            assert "already" in refused["refused"]
        finally:
            process.kill()
            process.wait()
        # As PostgreSQL would, once it notices that nobody listens.
        ask(database, f"SELECT pg_terminate_backend({backend})")
        assert ask(database, ROWS) == before
        assert ask(database, WAITING) == waiting + 1
        done = in_shell(database, GO_ON, bench=bench)
        assert done["kind"] == "nightly"
        assert done["changed"] > 0
        assert (done["differences"], done["changed again"]) == (0, 0)
        assert done["states"] == ["done", "failed", "done", "done"]


WEEKLY = """
from datetime import datetime
from odoo.addons.loyalty_club.clock import Clock
from tests.bench import rfm_sets

rfm_sets.build(env, 50, 500)
bench = rfm_sets.definition(env)
env["loyalty.club.rfm.gather"].search([]).state = "done"
clock = lambda day: {"loyalty_club_clock": Clock(datetime(2026, 6, day, 12))}
definitions = env["loyalty.club.rfm.definition"]
(definitions.search([]) - bench).active = False
env.cr.commit()

definitions.with_context(**clock(1))._cron_run()
# A purchase that is in no document: whoever wrote it, the next week finds it.
env.cr.execute(
    "INSERT INTO loyalty_club_rfm_fact (company_id, partner_id, day, net, returned, "
    "goods, counts, source, res_id) SELECT company_id, partner_id, day, 1000000, 0, "
    "1000000, TRUE, source, 1000000 FROM loyalty_club_rfm_fact LIMIT 1"
)
definitions.with_context(**clock(3))._cron_run()
definitions.with_context(**clock(3))._cron_run()
definitions.with_context(**clock(9))._cron_run()
env.invalidate_all()
say([
    [run.state, run.kind, run.facts_mended, run.differences, run.step_ids[-1:].progress]
    for run in bench.run_ids.sorted("id")
])
"""


def test_every_week_all_documents_are_read_again():
    with database_from_template("rfm_weekly") as database:
        runs = in_shell(database, WEEKLY)
    assert runs == [
        ["done", "full", 0, 0, 90],
        ["done", "nightly", 0, 0, 90],
        # Eight days after the first: read again, counted again, and mended.
        ["done", "full", 1, 0, 90],
    ]
