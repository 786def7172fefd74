"""A server is killed while tills sell, spend and take back, and is started again.

Each till goes on with what had no answer, at the other server or at the same one. An
undisturbed day would leave what the books say, so that is what must be there.
"""

import threading

from tests.support.door import in_shell
from tests.support.server import database_from_template, running_server
from tests.support.till_day import SELF_CHECK, Day
from tests.support.tills import open_tills

ORDERS, KILLS = 160, 3
TILLS, MEMBERS, WORKERS = 16, 10, 2
START = {"points": 1000, "wallet": 10000}
POLICIES = {"offline_share": 50, "offline_minutes": 600}


def kill_now_and_then(day, servers, over):
    """Kill one server, then the other, whenever a part of the day is done.

    :return: how many were killed while orders were still to come
    """
    killed = 0
    for number in range(KILLS):
        due = ORDERS * (number + 1) // (KILLS + 1)
        while day.saved < due:
            if over.wait(0.01):
                return killed
        server = servers[number % len(servers)]
        server.kill()
        killed += 1
        server.start()
    return killed


def test_servers_are_killed_and_tills_go_on(capsys):
    with database_from_template("tills_killed") as database:
        opened = open_tills(database, TILLS, MEMBERS, START, POLICIES)
        with (
            running_server(database, WORKERS) as one,
            running_server(database, WORKERS) as other,
        ):
            servers = [one, other]
            day = Day(opened, [server.url for server in servers], ORDERS, START)
            killed, over = [], threading.Event()
            killer = threading.Thread(
                target=lambda: killed.append(kill_now_and_then(day, servers, over))
            )
            killer.start()
            try:
                day.work()
            finally:
                over.set()
                killer.join()
        with capsys.disabled():
            print(f"\n{killed[0]} kills, {day}; listed: {day.exceptions()}")
        assert killed == [KILLS]
        assert day.seen["again without an answer"], "no call met a dead server"
        assert day.saved >= ORDERS
        assert day.differences() == []
        assert day.exceptions().keys() <= {"unheld", "overspent"}
        accounts, details = in_shell(database, SELF_CHECK, club=opened["club"])
        assert accounts == 2 * MEMBERS and not details
