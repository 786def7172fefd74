"""Real baskets through a real server: every member's books agree with the file."""

from datetime import date, timedelta

import jdatetime
import pytest

from tests.real.baskets import some_households
from tests.real.replay import (
    JALALI,
    Replay,
    differences,
    open_grocer,
    self_check,
)
from tests.support.door import Door, in_shell
from tests.support.server import database_from_template, running_server


def test_3000_baskets_leave_exact_books(capsys):
    replay = Replay.of(some_households(3000))
    books = [household.book for household in replay.households]
    # The slice is worth its time only if all of this occurs in it.
    assert sum(book.returns for book in books) >= 50
    assert sum(book.falls for book in books) >= 2
    assert sum(book.debts for book in books) >= 1
    assert sum(book.owed for book in books) >= 0
    assert {book.tier_name for book in books} == {"bronze", "silver", "gold"}
    with database_from_template("real") as database:
        opened = open_grocer(database)
        with running_server(database, workers=2) as server:
            replay.run(server.url, opened["integration"])
            with capsys.disabled():
                print(f"\n{replay.baskets / replay.seconds:.1f} baskets per second")
            assert replay.baskets >= 3000
            admin = Door(server.url, opened["admin"])
            assert differences(replay, admin) == []
            _assert_summaries_agree(replay, Door(server.url, opened["integration"]))
            _assert_replayed_calls_change_nothing(server, opened, admin)
        checked = self_check(database, opened["club"])
        assert checked["accounts"] == len(replay.households)
        assert not checked["differences"], checked["details"]


def _assert_summaries_agree(replay, door):
    for household in replay.households:
        summary = door.call("member_get", member=household.number)
        assert summary["balances"]["points"]["available"] == household.book.points
        assert summary["tier"]["code"] == household.book.tier_name


def _assert_replayed_calls_change_nothing(server, opened, admin):
    replay = Replay.of(dict(list(some_households(3000).items())[:2]))
    everybody = Replay.of(some_households(3000))
    replay.run(server.url, opened["integration"])
    assert replay.replayed == sum(replay.answered.values()) > 100
    everybody.skip({(c.method, c.key) for h in everybody.households for c in h.calls})
    everybody.run(server.url, opened["integration"])  # joins again: tells the numbers
    assert differences(everybody, admin) == []


EXPIRE = """
from odoo.tests import freeze_time
with freeze_time(values["now"]):
    env["loyalty.club"]._cron_expire()
env.cr.commit()
env.cr.execute(
    "SELECT count(*), min(expires_on), max(expires_on) FROM loyalty_club_lot")
say(env.cr.fetchone())
"""


def test_points_end_with_the_jalali_year_after_next():
    replay = Replay.of(some_households(700), below_zero=True)
    with database_from_template("real_jalali") as database:
        opened = open_grocer(database, JALALI)
        with running_server(database, workers=2) as server:
            before = jdatetime.date.today().year
            replay.run(server.url, opened["integration"])
            admin = Door(server.url, opened["admin"])
            assert differences(replay, admin) == []
        if before != jdatetime.date.today().year:
            pytest.skip("the year ended during the test")
        last_day = jdatetime.date(before + 2, 1, 1).togregorian() - timedelta(days=1)
        _expire_on(database, last_day)
        with running_server(database, workers=2) as server:
            assert differences(replay, Door(server.url, opened["admin"])) == []
        lots, first, last = _expire_on(database, last_day + timedelta(days=1))
        assert lots > 700
        assert first == last == str(last_day)
        for household in replay.households:
            household.book.points = min(household.book.points, 0)
        with running_server(database, workers=2) as server:
            assert differences(replay, Door(server.url, opened["admin"])) == []
        assert not self_check(database, opened["club"])["differences"]


def _expire_on(database, day: date):
    # Noon in Tehran, on any day of its year.
    return in_shell(database, EXPIRE, now=f"{day} 08:30:00")
