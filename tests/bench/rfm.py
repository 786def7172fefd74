"""What segments cost: ratios to a bare GROUP BY, to a till without them, to pandas.

    . setup/lib/env.sh
    python -m tests.bench.rfm                  all: 1,000,000 orders, 100,000 customers
    python -m tests.bench.rfm runs             parts of it
    python -m tests.bench.rfm runs --large     10,000,000 orders of 1,000,000 customers

Parts:

runs      a first full run, a night, the weekly count of everything, and a run in which
          nothing changed, to the floor: one hash GROUP BY of the same facts
memory    what the Odoo process needs at most for ten times as many customers
posting   a paid order of five lines at the till, to the same without our facts
pandas    the same scores by pandas: read from the database, worked out, written back

The orders are of three years, 3 in 100 of them refunds; the window is the last year,
as a definition has it by default. ``runs`` counts CPU seconds of the process in
PostgreSQL, which other work on the machine disturbs least; the others are wall-clock.
All of them run in turns and show medians. Only the ratios mean something on another
machine. The databases are dropped in the end.
"""

import argparse
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from statistics import median

from club_setup import oracles

from tests.bench.ledger import in_turns
from tests.bench.till import Counter, milliseconds
from tests.support.door import in_shell
from tests.support.server import database_from_template, running_server
from tests.support.tills import open_tills

SMALL, LARGE = 100_000, 1_000_000
ORDERS_EACH = 10

INSIDE = """
from tests.bench import rfm_sets
say(rfm_sets.{function}(env, *values["arguments"]))
env.cr.commit()
"""

WITHOUT = """
env["ir.module.module"].search(
    [("name", "in", ["loyalty_club_rfm", "loyalty_club_rfm_pos"])]
).button_immediate_uninstall()
say(True)
"""

# One year of facts in; scores by fifths, ties sharing one, as ours are; out again.
PANDAS = """
import sys
import numpy, pandas

facts = pandas.read_csv(sys.argv[1], header=None, names=["who", "day", "net", "counts"])
facts["day"] = pandas.to_datetime(facts["day"])
day = pandas.Timestamp(sys.argv[3])
year = day - pandas.Timedelta(days=365)
facts = facts[(facts["day"] < day) & (facts["day"] >= year)]
bought = facts[facts["counts"] == "t"].groupby("who")["day"]
rows = bought.agg(["max", "min", "count"])
rows = rows.join(facts.groupby("who")["net"].sum())
for name, column in (("r", "max"), ("f", "count"), ("m", "net")):
    values = rows[column]
    cuts = numpy.quantile(values.to_numpy(), [.2, .4, .6, .8], method="inverted_cdf")
    rows[name] = numpy.searchsorted(cuts, values.to_numpy(), side="left") + 1
rows.to_csv(sys.argv[2], header=False)
"""


def inside(database, function, *arguments):
    """Call a function of ``rfm_sets`` in Odoo's shell."""
    script = INSIDE.format(function=function)
    return in_shell(database, script, arguments=arguments)


def customers_of(options) -> int:
    return LARGE if options.large else SMALL


def runs(options, enter):
    customers = customers_of(options)
    orders = customers * ORDERS_EACH
    database = enter(database_from_template("bench_rfm"))
    first = inside(database, "build", customers, orders)
    found = inside(database, "runs", options.rounds, first, customers, orders)
    floor = found["medians"].pop("floor")
    print(f"{orders:,} orders of {customers:,} customers; floor {floor:.2f} CPU s")
    for name, seconds in found["medians"].items():
        written = found["written"][name]
        print(
            f"{name}: {seconds / floor:.2f} × the floor ({seconds:.2f} s, "
            f"{written['changed']:,} rows of {written['customers']:,} customers)",
            flush=True,
        )


def memory(_options, enter):
    peaks = {}
    for customers in (SMALL // 10, SMALL):
        database = enter(database_from_template(f"bench_rfm_{customers}"))
        inside(database, "build", customers, customers * ORDERS_EACH)
        peaks[customers] = inside(database, "peak")["kilobytes"]
    few, many = peaks.values()
    print(f"memory for ten times as many customers: {many / few:.2f} × ({many} kB)")


def posting(options, enter):
    counters = {}
    for name in ("with", "without"):
        database = enter(database_from_template(f"bench_rfm_{name}"))
        if name == "without":
            in_shell(database, WITHOUT)
        opened = open_tills(database, 1, 10)
        counters[name] = Counter(opened, enter(running_server(database)).url)
    taken = in_turns(
        options.orders,
        **{name: counter.pay_at_the_club for name, counter in counters.items()},
    )
    more = taken["with"] - taken["without"]
    print(
        f"a paid order: {taken['with'] / taken['without']:.2f} × one without facts "
        f"({milliseconds(more)} more than {milliseconds(taken['without'])})",
        flush=True,
    )


def pandas(options, enter):
    customers = customers_of(options)
    database = enter(database_from_template("bench_rfm_pandas"))
    inside(database, "build", customers, customers * ORDERS_EACH)
    ours, theirs = [], []
    for _turn in range(options.rounds):
        ours.append(inside(database, "peak")["seconds"])
        started = time.perf_counter()
        by_pandas(database)
        theirs.append(time.perf_counter() - started)
    print(
        f"a first full run: {median(ours) / median(theirs):.2f} × pandas with reading "
        f"and writing ({median(ours):.1f} s to {median(theirs):.1f} s)",
        flush=True,
    )


def by_pandas(database):
    folder = os.environ.get("TMPDIR", "/tmp")
    facts, scores = (f"{folder}/{database}_{name}.csv" for name in ("facts", "scores"))
    try:
        psql(
            database,
            f"\\copy (SELECT partner_id, day, net, counts FROM loyalty_club_rfm_fact)"
            f" TO '{facts}' WITH CSV",
        )
        oracles.run(PANDAS, facts, scores, "2026-06-01")
        psql(
            database,
            "DROP TABLE IF EXISTS bench_scores",
            "CREATE TABLE bench_scores (partner_id int PRIMARY KEY, last_day date, "
            "first_day date, frequency int, net numeric, r int, f int, m int)",
            f"\\copy bench_scores FROM '{scores}' WITH CSV",
        )
    finally:
        for name in (facts, scores):
            if os.path.exists(name):
                os.unlink(name)


def psql(database, *statements):
    arguments = [item for one in statements for item in ("-c", one)]
    subprocess.run(["psql", "-q", "-d", database, *arguments], check=True)


PARTS = {"runs": runs, "memory": memory, "posting": posting, "pandas": pandas}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=PARTS, help=", ".join(PARTS))
    parser.add_argument("--large", action="store_true", help="ten times as much")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--orders", type=int, default=200, help="to post")
    options = parser.parse_args()
    for part in options.parts:
        with ExitStack() as stack:
            PARTS[part](options, stack.enter_context)
    return 0


if __name__ == "__main__":
    sys.exit(main())
