"""Sixteen tills and two servers on the same ten members, for a whole day.

Orders are as many as the variable LOYALTY_CLUB_TILL_ORDERS says. What the day did, and
how long it took, is printed.
"""

import os

import pytest

from tests.support.door import in_shell
from tests.support.server import database_from_template, running_server
from tests.support.till_day import SELF_CHECK, Day
from tests.support.tills import open_tills

ORDERS = int(os.environ.get("LOYALTY_CLUB_TILL_ORDERS", "400"))
TILLS, MEMBERS, WORKERS = 16, 10, 2
START = {"points": 1000, "wallet": 10000}
POLICIES = {"offline_share": 50, "offline_minutes": 600}


@pytest.fixture
def shop():
    with database_from_template("tills") as database:
        opened = open_tills(database, TILLS, MEMBERS, START, POLICIES)
        with (
            running_server(database, WORKERS) as one,
            running_server(database, WORKERS) as other,
        ):
            yield opened, [one, other]


def test_sixteen_tills_and_two_servers_keep_exact_books(shop, capsys):
    opened, servers = shop
    day = Day(opened, [server.url for server in servers], ORDERS, START)
    day.work()
    listed = day.exceptions()
    with capsys.disabled():
        print(f"\n{day}; listed: {listed}")
    assert day.saved >= ORDERS
    assert day.differences() == []
    # Only what was spent offline is a manager's business.
    assert listed.keys() <= {"unheld", "overspent"}
    accounts, details = in_shell(opened["database"], SELF_CHECK, club=opened["club"])
    assert accounts == 2 * MEMBERS and not details
    # The day was as busy as it should be, or it proves nothing.
    for what in (
        "held",
        "refused",
        "offline",
        "taken back",
        "taken back twice at once",
        "exchanged",
        "loaded",
        "given up",
        "cut off",
        "saved orders sent again",
        "orders sent to both at once",
    ):
        assert day.seen[what], what
