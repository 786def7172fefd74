"""What the ledger costs: as ratios to bare SQL and to native Odoo, in one run.

    . setup/lib/env.sh
    python -m tests.bench.ledger             all of it
    python -m tests.bench.ledger rpc growth  parts of it

Parts:

single  giving and spending one account's points, to the same statements in bare SQL
sets    awarding and expiring for 100,000 members, to the same rows in bare SQL
rpc     recording a purchase over JSON-2, to native Odoo's two calls (write the points,
        create the history) on a database without our addons; and spending
growth  one more purchase for members with 0, 1,000 and 10,000 entries, in clubs of
        1,000 and 100,000 members

What is compared runs in turns, so that other work of the machine burdens both alike.
Times are wall-clock medians; only the ratios mean something on another machine. The
databases (lc_bench_…) are dropped in the end.
"""

import argparse
import sys
import time
from contextlib import ExitStack, contextmanager
from statistics import median

from club_setup import databases

from tests.support.door import Door, in_shell, open_club
from tests.support.server import database_from_template, running_server

PARTS = ("single", "sets", "rpc", "growth")
CLUB = {
    "name": "Bench",
    "code": "bench",
    "tz": "UTC",
    "qualify_period": "rolling",
    "qualify_months": 12,
    "expiry_mode": "months",
    "expiry_count": 12,
}
TIERS = (
    {"name": "Bronze", "code": "bronze", "threshold": 0},
    {"name": "Silver", "code": "silver", "threshold": 100000, "multiplier": 1.5},
)
LINES = [
    {"line": "1", "name": "Tea", "quantity": 2, "unit_price": "4.50"},
    {"line": "2", "name": "Rice", "quantity": 1, "unit_price": "20.00"},
]
SIZES = (0, 1000, 10000)


def inside(database, function, *arguments):
    """Call a function of ``sets`` in Odoo's shell."""
    script = f"""
from tests.bench import sets
say(sets.{function}(env, *values["arguments"]))
env.cr.commit()
"""
    return in_shell(database, script, arguments=arguments)


@contextmanager
def club_of(members):
    """A database with a club of so many members: its name, what ``open_club`` says."""
    with database_from_template(f"bench_{members}") as database:
        opened = open_club(database, CLUB, tiers=TIERS)
        inside(database, "grow", opened["club"], members)
        yield database, opened


def show(name, verdict):
    print(
        f"{name}: {verdict['ratio of medians']:.2f} × the floor "
        f"({verdict['ours']:.2f} s to {verdict['floor']:.2f} s in "
        f"{verdict['batches']} turns; by sums {verdict['ratio of sums']:.2f})",
        flush=True,
    )


def single(options):
    with club_of(max(1000, options.rounds)) as (database, opened):
        found = inside(database, "single", opened["club"], options.rounds)
    for name, verdict in found.items():
        show(f"{name}, one account", verdict)


def sets(options):
    with club_of(options.members) as (database, opened):
        found = inside(database, "awarding_and_expiring", opened["club"], options.batch)
    for name, verdict in found.items():
        show(f"{name}, {options.members:,} members", verdict)


# --- over RPC -------------------------------------------------------------------

NATIVE = """
program = env["loyalty.program"].create({"name": "Points", "program_type": "loyalty"})
partner = env["res.partner"].create({"name": "Ali"})
card = env["loyalty.card"].create({"program_id": program.id, "partner_id": partner.id})
key = env["res.users.apikeys"].with_user(env.ref("base.user_admin")).sudo()._generate(
    "rpc", "bench", False)
env.cr.commit()
say({"card": card.id, "key": key})
"""


class Native:
    """The two calls by which Odoo's own loyalty is moved from outside."""

    def __init__(self, url, opened):
        self._door = Door(url, opened["key"])
        self._card, self._points = opened["card"], 0

    def move(self, points):
        self._points += points
        self._door.call(
            "write",
            "loyalty.card",
            ids=[self._card],
            vals={"points": self._points},
        )
        line = {
            "card_id": self._card,
            "description": "A sale",
            "issued": max(points, 0),
            "used": max(-points, 0),
        }
        self._door.call("create", "loyalty.history", vals_list=[line])


class Member:
    """A member who buys and spends."""

    def __init__(self, door, number):
        self._door, self._number, self._count = door, number, 0

    def _key(self):
        self._count += 1
        return f"{self._number}-{self._count}"

    def buy(self):
        purchase = {"uuid": self._key(), "member": self._number, "lines": LINES}
        self._door.call("purchase_record", purchase=purchase)

    def spend(self):
        self._door.call(
            "spend", key=self._key(), member=self._number, account="points", amount=1
        )


def in_turns(rounds, **actions):
    """Medians of the seconds that each action takes; the first tenth warms up."""
    times = {name: [] for name in actions}
    for turn in range(rounds + rounds // 10):
        for name, action in actions.items():
            started = time.perf_counter()
            action()
            if turn >= rounds // 10:
                times[name].append(time.perf_counter() - started)
    return {name: median(taken) for name, taken in times.items()}


def rpc(options):
    with ExitStack() as stack:
        enter = stack.enter_context
        club, opened = enter(club_of(1000))
        plain = enter(databases.scratch(databases.native_template(), "bench_native"))
        native_opened = in_shell(plain, NATIVE)
        door = Door(enter(running_server(club)).url, opened["integration"])
        native = Native(enter(running_server(plain)).url, native_opened)
        member = Member(door, door.call("enroll", key="1", name="Ali")["number"])
        taken = in_turns(
            options.rounds,
            purchase=member.buy,
            native_earn=lambda: native.move(29),
            spend=member.spend,
            native_spend=lambda: native.move(-1),
        )
    for ours, theirs in (("purchase", "native_earn"), ("spend", "native_spend")):
        print(
            f"{ours} over RPC: {taken[ours] / taken[theirs]:.2f} × native's two calls "
            f"({taken[ours] * 1000:.1f} ms to {taken[theirs] * 1000:.1f} ms)",
            flush=True,
        )


def growth(options):
    """All combinations in turns, on two servers."""
    with ExitStack() as stack:
        actions = {}
        for members in (1000, options.members):
            database, opened = stack.enter_context(club_of(members))
            buyers = {
                open_lots: inside(
                    database, "long_history", opened["club"], SIZES, open_lots
                )
                for open_lots in (5, max(SIZES))
            }
            server = stack.enter_context(running_server(database))
            door = Door(server.url, opened["integration"])
            for open_lots, numbers in buyers.items():
                for size, number in numbers.items():
                    name = f"{members} members, {size} entries, {open_lots} open lots"
                    if int(size) or open_lots == 5:
                        actions[name] = Member(door, number).buy
        taken = in_turns(options.rounds, **actions)
    base = next(iter(taken.values()))
    for name, seconds in taken.items():
        print(f"{name}: {seconds * 1000:.1f} ms, {seconds / base:.2f}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=PARTS, help=", ".join(PARTS))
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    for part in options.parts:
        {"single": single, "sets": sets, "rpc": rpc, "growth": growth}[part](options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
