"""A grocer's year through the integrators' door, and proof that the books are exact.

    . setup/lib/env.sh
    python -m tests.real.replay --all              155,848 baskets
    python -m tests.real.replay --baskets 10000    whole households with so many

Run it in the checkout. Stopped in the middle, the same command goes on: the database
is kept (``--database``), and what was answered there isn't called again. ``--fresh``
begins anew.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field

from club_setup import databases

from tests.real import baskets as grocer
from tests.real.books import TIERS, Book, Call, year_of
from tests.support.door import Door, in_shell, open_club
from tests.support.server import running_server

CLIENTS = 4
COLORS = (3, 0, 2)
POLICIES = {
    "calendar": "gregorian",
    "tz": "UTC",
    "welcome_points": 25,
    "qualify_measure": "status",
    # All purchases lie in 2017, so that every shorter period would have ended.
    "qualify_period": "lifetime",
    # They are told years later, each on a day of its own.
    "late_days": 36500,
    "late_counts": "sold",
    "tier_downgrade": "deserved",
    "tier_grace_days": 0,
    "clawback": "debt",
    "expiry_mode": "none",
}
#: The second club: points end with a Jalali year, and a balance may go below zero.
JALALI = {
    **POLICIES,
    "calendar": "jalali",
    "tz": "Asia/Tehran",
    "clawback": "negative",
    "expiry_mode": "end_of_year",
    "expiry_count": 1,
}
RULES = (
    {
        "reward_point_mode": "money",
        "reward_point_amount": 1,
        "club_per_amount": 0.7,
    },
    {
        "reward_point_mode": "order",
        "reward_point_amount": 5,
        "minimum_amount": 50,
        "club_multiplied": False,
        "club_status": False,
    },
)


def open_grocer(database: str, policies=POLICIES, environment=None) -> dict:
    """A club with the rules that ``books`` works out; see ``open_club``."""
    return open_club(
        database,
        {"name": "Grocer", "code": "grocer", **policies},
        tiers=[
            {
                "name": name.title(),
                "code": name,
                "threshold": threshold,
                "multiplier": float(multiplier),
                "welcome_points": points,
                "color": color,
            }
            for (name, threshold, multiplier, points), color in zip(
                TIERS, COLORS, strict=True
            )
        ],
        rules=RULES,
        environment=environment,
    )


@dataclass
class Household:
    """Its calls that are still to do, its member number, and its book in the end."""

    id: int
    calls: deque[Call]
    book: Book
    number: str | None = None


@dataclass
class Replay:
    """Several clients who share the households; each household is one client's, so
    that its calls keep their order.

    ``run`` may be called again after it raised: it goes on with the calls that had no
    answer, whether they were carried out or not.
    """

    households: list[Household]
    clients: int = CLIENTS
    #: whether a call that gets no answer is sent again at once, or stops the clients
    patient: bool = True
    answered: Counter = field(default_factory=Counter)
    #: answers that said they were given before
    replayed: int = 0
    #: calls that got no answer, or that Odoo had tried in vain as often as it does
    sent_again: int = 0
    seconds: float = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _errors: list = field(default_factory=list)

    @classmethod
    def of(cls, baskets, below_zero=False, clients=CLIENTS):
        """
        :param baskets: dict of household to its baskets, as ``baskets`` gives them
        """
        households = []
        for household, own in baskets.items():
            calls, book = year_of(household, own, below_zero)
            households.append(Household(household, deque(calls), book))
        return cls(households, clients)

    @property
    def baskets(self) -> int:
        return self.answered["purchase_record"] + self.answered["purchase_return"]

    @property
    def left(self) -> int:
        return sum(len(household.calls) for household in self.households)

    def skip(self, done: set[tuple[str, str]]) -> None:
        """Leave out what was answered in an earlier run: pairs (method, key).

        A household that has anything left joins again, which tells its number.
        """
        for household in self.households:
            join, *rest = household.calls
            rest = [call for call in rest if (call.method, call.key) not in done]
            household.calls = deque([join, *rest])

    def run(self, url: str, api_key: str, progress=None) -> None:
        """Call until nothing is left; raises the first error of a client."""
        waiting = deque(h for h in self.households if h.calls)
        self._stop.clear()
        self._errors.clear()
        threads = [
            threading.Thread(target=self._client, args=(url, api_key, waiting))
            for _client in range(self.clients)
        ]
        started = time.monotonic()
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                for thread in threads:
                    thread.join(0.2)
                if progress:
                    progress(self, self.seconds + time.monotonic() - started)
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
            self.seconds += time.monotonic() - started
        if self._errors:
            raise self._errors[0]

    def _client(self, url, api_key, waiting) -> None:
        door = Door(url, api_key)
        try:
            while not self._stop.is_set() and waiting:
                try:
                    household = waiting.popleft()
                except IndexError:  # another client took the last one
                    return
                self._year(door, household)
        except Exception as error:
            self._errors.append(error)
            self._stop.set()
        finally:
            door.close()

    def _year(self, door, household) -> None:
        while household.calls and not self._stop.is_set():
            call = household.calls[0]
            arguments = self._arguments(household, call)
            if self.patient:
                answer, again = door.insist(call.method, **arguments)
            else:
                answer, again = door.call(call.method, **arguments), 0
            household.calls.popleft()
            if call.method == "enroll":
                household.number = answer["number"]
            with self._lock:
                self.answered[call.method] += 1
                self.replayed += answer["replayed"]
                self.sent_again += again

    @staticmethod
    def _arguments(household, call) -> dict:
        if not call.of_member:
            return call.arguments
        if call.method == "purchase_record":
            purchase = {**call.arguments["purchase"], "member": household.number}
            return {"purchase": purchase}
        return {**call.arguments, "member": household.number}


def books_of(door: Door) -> dict[str, tuple]:
    """What the club says: member number to (points, owed, status points, tier)."""
    tiers = {
        tier["id"]: tier["code"]
        for tier in door.call(
            "search_read", "loyalty.club.tier", domain=[], fields=["code"]
        )
    }
    members = door.call(
        "search_read",
        "loyalty.club.member",
        domain=[],
        fields=["number", "points_balance", "points_debt", "qualified", "tier_id"],
    )
    return {
        member["number"]: (
            member["points_balance"],
            member["points_debt"],
            member["qualified"],
            tiers[member["tier_id"][0]],
        )
        for member in members
    }


def differences(replay: Replay, door: Door) -> list[str]:
    """Members whose books aren't what ``books`` has worked out; and strangers."""
    said = books_of(door)
    found = []
    for household in replay.households:
        book = household.book
        expected = (book.points, book.owed, book.status, book.tier_name)
        there = said.pop(household.number, None)
        if there != expected:
            found.append(f"household {household.id}: {there}, expected {expected}")
    return found + [f"member {number}: {there}" for number, there in said.items()]


SELF_CHECK = """
club = env["loyalty.club"].browse(values["club"])
say(env["loyalty.club.ledger"]._check_club(club))
env.cr.commit()
"""


def self_check(database: str, club: int, environment=None) -> dict:
    """The club's own nightly proof: accounts compared, differences found, which."""
    return in_shell(database, SELF_CHECK, environment, club=club)


# --- the command -------------------------------------------------------------


def main() -> int:
    options = _options()
    wanted = (
        grocer.by_household()
        if options.all
        else grocer.some_households(options.baskets)
    )
    database = options.database
    if options.fresh or not databases.exists(database):
        databases.copy(databases.club_template(), database)
        opened = open_grocer(database)
        databases.set_note(database, f"{opened['club']} {opened['admin']}")
    club, api_key = databases.note(database).split()
    replay = Replay.of(wanted, clients=options.clients)
    replay.skip(_answered(database))
    print(f"{replay.left:,} calls to do for {len(wanted):,} households", flush=True)
    with running_server(database, workers=options.workers) as server:
        replay.run(server.url, api_key, _Progress())
        print(
            f"{replay.baskets:,} baskets in {replay.seconds:.0f} s: "
            f"{replay.baskets / replay.seconds:.1f} baskets per second; "
            f"{sum(replay.answered.values()):,} calls in all, "
            f"{replay.sent_again} sent again"
        )
        wrong = differences(replay, Door(server.url, api_key))
    checked = self_check(database, int(club))
    print(f"{len(replay.households):,} members compared, {len(wrong)} differ")
    print("\n".join(wrong[:20]))
    print(f"self-check: {checked}")
    return 1 if wrong or checked["differences"] else 0


def _options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="all 155,848 baskets")
    parser.add_argument("--baskets", type=int, default=3000, help="at least so many")
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--database", default="lc_real", help="kept afterwards")
    parser.add_argument("--fresh", action="store_true", help="begin anew")
    return parser.parse_args()


def _answered(database: str) -> set[tuple[str, str]]:
    """What the door has answered in earlier runs: pairs (method, key)."""
    query = "COPY (SELECT method, key FROM loyalty_club_call) TO STDOUT"
    command = ["psql", "-X", "-d", database, "-c", query]
    rows = subprocess.run(command, check=True, text=True, capture_output=True).stdout
    return {tuple(row.split("\t")) for row in rows.splitlines()}


class _Progress:
    """A line each half minute."""

    def __init__(self):
        self._next = 30

    def __call__(self, replay, seconds):
        if seconds >= self._next:
            self._next += 30
            rate = replay.baskets / seconds
            print(
                f"{replay.baskets:,} baskets, {rate:.1f} per second, "
                f"{replay.left:,} calls left",
                flush=True,
            )


if __name__ == "__main__":
    sys.exit(main())
