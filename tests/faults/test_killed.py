"""Processes die in the middle of a year of purchases; going on gives the same books.

Each client goes on with the call that had no answer, with the same key, whether the
call was carried out or not. An undisturbed run would leave what ``tests/real/books.py``
works out (``tests/real`` proves that it does), so that is what must be there.
"""

import os
import threading
from http.client import HTTPException

import pytest

from tests.real.baskets import some_households
from tests.real.replay import Replay, differences, open_grocer, self_check
from tests.support.door import Door, Refused
from tests.support.postgres import own_cluster
from tests.support.server import database_from_template, running_server

BASKETS, KILLS = 400, 3


def impatient(baskets):
    """A replay whose clients report the first call without an answer."""
    replay = Replay.of(some_households(baskets))
    replay.patient = False
    return replay


def run_until_killed(replay, server, api_key, kill, calls):
    """Let the clients work until so many calls were answered, and kill then."""
    target = sum(replay.answered.values()) + calls
    over = threading.Event()

    def watch():
        while sum(replay.answered.values()) < target and not over.wait(0.01):
            pass
        kill()

    killer = threading.Thread(target=watch)
    killer.start()
    try:
        with pytest.raises((OSError, HTTPException, Refused, ValueError)):
            replay.run(server.url, api_key)
    finally:
        over.set()
        killer.join()
    assert sum(replay.answered.values()) >= target, "it failed before it was killed"
    assert replay.left, "it was killed too late to prove anything"


def test_odoo_is_killed_and_goes_on():
    replay = impatient(BASKETS)
    with database_from_template("faults") as database:
        opened = open_grocer(database)
        with running_server(database, workers=2) as server:
            for _kill in range(KILLS):
                run_until_killed(replay, server, opened["integration"], server.kill, 60)
                server.start()
            replay.run(server.url, opened["integration"])
            assert differences(replay, Door(server.url, opened["admin"])) == []
        assert not self_check(database, opened["club"])["differences"]


def test_postgresql_is_killed_and_goes_on():
    replay = impatient(BASKETS)
    with database_from_template("faults_pg") as template, own_cluster(template) as pg:
        environment = {**os.environ, **pg.environment}
        # Other tests don't wait for the disk; what is answered here is on it.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert pg.setting(setting) == "on"
        opened = open_grocer(template, environment=environment)
        with running_server(template, 2, environment=pg.environment) as server:
            for _kill in range(KILLS):
                run_until_killed(replay, server, opened["integration"], pg.kill, 60)
                pg.start()
                # Without its database Odoo ends itself; whoever keeps it running (an
                # init system) starts it again.
                server.stop()
                server.start()
            replay.run(server.url, opened["integration"])
            assert differences(replay, Door(server.url, opened["admin"])) == []
        checked = self_check(template, opened["club"], environment)
        assert checked["accounts"] and not checked["differences"]


@pytest.mark.parametrize("heard", [0, 20], ids=["nothing", "the beginning"])
def test_an_answer_that_is_cut_off_is_paid_once(heard):
    """The client sends a call, hears some bytes of the answer, and hangs up."""
    with database_from_template("cut") as database:
        opened = open_grocer(database)
        with running_server(database) as server:
            door = Door(server.url, opened["integration"])
            member = door.call("enroll", key="1", name="Ali", mobile="+989121234567")
            line = {"name": "Rice", "quantity": 1, "total": "700.00"}
            call = {
                "purchase": {"uuid": "cut", "member": member["number"], "lines": [line]}
            }
            door.send("purchase_record", **call)
            if heard:
                assert door.hear(heard)
            door.close()
            answer, _again = door.insist("purchase_record", **call)
            points = 25 + 1000 + 5 + 100  # joining, the purchase, and silver
            assert answer["balances"]["points"]["available"] == points
            summary = door.call("member_get", member=member["number"])
            assert summary["balances"]["points"]["available"] == points
            if heard:
                assert answer["replayed"], "it was carried out before it was cut"
