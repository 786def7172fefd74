"""Runs within Odoo's shell: snapshots beside the floor, turn by turn.

The floor is one hash GROUP BY of the same facts, as PostgreSQL does it when nobody
tells it of a better way: last and first day, purchases and money of each customer.
"""

import resource
import time
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from odoo.tools import SQL

DAY = date(2026, 6, 1)
DAYS = 3 * 365

FLOOR = """
SELECT count(*), sum(n) FROM (
    SELECT partner_id, max(day), min(day), count(*) AS n, sum(net)
      FROM loyalty_club_rfm_fact WHERE company_id = %s
     GROUP BY partner_id OFFSET 0) AS grouped
"""


def build(env, customers, orders):
    """Facts of three years, more of them for some customers: customers × chance ** 1.6.

    Three in a hundred are refunds without their purchase. Filled as a database restores
    a table: indexes and foreign keys come afterwards.
    """
    company = env.company.root_id
    env.cr.execute(
        """
        WITH made AS (
            INSERT INTO res_partner (name, complete_name, active, autopost_bills, type)
            SELECT 'Bench ' || n, 'Bench ' || n, TRUE, 'ask', 'contact'
              FROM generate_series(1, %s) AS n RETURNING id)
        SELECT min(id) FROM made
        """,
        [customers],
    )
    (first,) = env.cr.fetchone()
    with without_indexes(env, "loyalty_club_rfm_fact"):
        env.cr.execute(
            """
            SELECT setseed(0.5);
            INSERT INTO loyalty_club_rfm_fact
                   (company_id, partner_id, day, net, returned, goods, counts, source,
                    res_id)
            SELECT %(company)s, %(first)s + floor(%(customers)s * random() ^ 1.6)::int,
                   %(day)s::date - 1 - (%(days)s * (n / (%(orders)s + 1.0)))::int,
                   amount, 0, greatest(amount, 0), amount > 0, 'door', -n
              FROM (SELECT n, round((random() * 200 - 6)::numeric, 2) AS amount
                      FROM generate_series(1, %(orders)s) AS n OFFSET 0) AS one
            """,
            {
                "company": company.id,
                "first": first,
                "customers": customers,
                "day": DAY,
                "days": DAYS - 1,
                "orders": orders,
            },
        )
    env.cr.commit()
    # A table that was filled in years is vacuumed by itself; this one wasn't.
    autocommitted(env, "VACUUM ANALYZE loyalty_club_rfm_fact")
    return first


@contextmanager
def without_indexes(env, table):
    """Fill a table without its indexes, foreign keys and triggers; restore them."""
    env.cr.execute(
        """
        SELECT format('DROP INDEX %%s', indexrelid::regclass),
               pg_get_indexdef(indexrelid)
          FROM pg_index WHERE indrelid = %(table)s::regclass AND NOT indisprimary
         UNION ALL
        SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass,
                      conname),
               format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass,
                      conname, pg_get_constraintdef(oid))
          FROM pg_constraint
         WHERE conrelid = %(table)s::regclass AND contype = 'f'
        """,
        {"table": table},
    )
    pairs = env.cr.fetchall()
    for drop, _restore in pairs:
        env.cr.execute(drop)
    env.cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER USER", SQL.identifier(table)))
    yield
    env.cr.execute(SQL("ALTER TABLE %s ENABLE TRIGGER USER", SQL.identifier(table)))
    for _drop, restore in pairs:
        env.cr.execute(restore)


def autocommitted(env, statement):
    env.cr.commit()
    connection = env.cr._cnx
    connection.autocommit = True
    env.cr.execute(statement)
    connection.autocommit = False


def definition(env):
    found = env["loyalty.club.rfm.definition"].search(
        [("name", "=", "Bench"), ("company_id", "=", env.company.root_id.id)]
    )
    return found or found.create(
        {"name": "Bench", "company_id": env.company.root_id.id, "forecast": "off"}
    )


class Backend:
    """CPU seconds of the process in PostgreSQL that works for us."""

    def __init__(self, env):
        env.cr.execute("SELECT pg_backend_pid()")
        self._stat = Path(f"/proc/{env.cr.fetchone()[0]}/stat")

    def seconds(self):
        fields = self._stat.read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100


def floor(env):
    env.cr.execute(
        "SET LOCAL enable_sort = off; SET LOCAL enable_indexscan = off; "
        "SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off; "
        "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off; "
        "SET LOCAL work_mem = '512MB'"
    )
    env.cr.execute(FLOOR, [env.company.root_id.id])
    found = env.cr.fetchone()
    env.cr.rollback()
    return found


def forget(env):
    """As before the first run."""
    bench = definition(env)
    env.cr.execute(
        SQL(
            """
            TRUNCATE loyalty_club_rfm_score, loyalty_club_rfm_touched;
            UPDATE loyalty_club_rfm_definition SET last_run_id = NULL WHERE id = %s;
            DELETE FROM loyalty_club_rfm_run WHERE definition_id = %s
            """,
            bench.id,
            bench.id,
        )
    )
    env.cr.commit()
    env.invalidate_all()


def one_day(env, day, orders, first, customers):
    """A day's purchases, as they come in by the dozen."""
    env.cr.execute(
        """
        INSERT INTO loyalty_club_rfm_fact
               (company_id, partner_id, day, net, returned, goods, counts, source,
                res_id)
        SELECT %(company)s, %(first)s + floor(%(customers)s * random() ^ 1.6)::int,
               %(day)s, amount, 0, amount, TRUE, 'door',
               (SELECT min(res_id) FROM loyalty_club_rfm_fact) - n
          FROM (SELECT n, round((random() * 200 + 1)::numeric, 2) AS amount
                  FROM generate_series(1, %(orders)s) AS n OFFSET 0) AS one
        """,
        {
            "company": env.company.root_id.id,
            "first": first,
            "customers": customers,
            "day": day,
            "orders": orders,
        },
    )
    env.cr.commit()


def runs(env, rounds, first, customers, orders):
    """Medians of CPU seconds: floor, full, nightly and a run without any change.

    Each turn begins from nothing: floor, a full run that writes everybody, a night with
    a day's purchases (and a day that falls out of the window), the same day again.
    """
    taken = {}
    written = {}
    for turn in range(rounds + 1):
        for name, seconds, run in one_turn(env, first, customers, orders):
            if turn:  # the first one warms up
                taken.setdefault(name, []).append(seconds)
            written[name] = run and {
                "kind": run.kind,
                "customers": run.customers,
                "changed": run.changed,
                "differences": run.differences,
            }
    return {
        "medians": {name: median(seconds) for name, seconds in taken.items()},
        "all": taken,
        "written": written,
    }


def one_turn(env, first, customers, orders):
    """Yield name, CPU seconds and run of each thing that is measured."""
    backend = Backend(env)
    bench = definition(env)
    forget(env)
    env.cr.execute("DELETE FROM loyalty_club_rfm_fact WHERE day >= %s", [DAY])
    env.cr.execute("DELETE FROM loyalty_club_rfm_touched")
    autocommitted(env, "VACUUM loyalty_club_rfm_fact")
    before = backend.seconds()
    floor(env)
    yield "floor", backend.seconds() - before, None
    later = DAY + timedelta(days=1)
    for name, day, full in (
        ("full", DAY, True),
        ("nightly", later, False),
        ("weekly", later, True),
        ("unchanged", later, False),
    ):
        if name == "nightly":
            autocommitted(env, "VACUUM ANALYZE loyalty_club_rfm_score_now")
            one_day(env, DAY, orders // DAYS, first, customers)
        before = backend.seconds()
        run = bench._run(day, full=full)
        env.cr.commit()
        yield name, backend.seconds() - before, run


def peak(env):
    """Kilobytes that this process needed at most, after a full run."""
    forget(env)
    started = time.perf_counter()
    definition(env)._run(DAY, full=True)
    env.cr.commit()
    return {
        "kilobytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "seconds": time.perf_counter() - started,
    }
