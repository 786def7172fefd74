"""Nothing on the list of attacks gets in, tried by RPC on a served database."""

import pytest

from tests.attacks import of_people, of_rights, of_tills  # noqa: F401 the list itself
from tests.attacks.catalogue import ATTACKS, replay
from tests.attacks.world import World
from tests.support.server import database_from_template, running_server

ITEMS = tuple(f"1.{number}" for number in range(1, 11))


@pytest.fixture(scope="module")
def world():
    with (
        database_from_template("attacks") as database,
        running_server(database) as server,
        World(server.url, database) as world,
    ):
        yield world


def test_the_ways_work_where_they_should(world):
    """Or else a broken call would pass for a refused one.

    First: the attacks use up what a cashier may look up in some minutes.
    """
    member, till = world.opened["members"][100], world.till
    before = world.points(100)
    till.sync(till.basket(member, [till.goods("Tea", 1)]))
    assert world.points(100) == before + 50
    joined = {"name": "Somebody", "mobile": "+12125556666"}
    assert till.ask("join", values=joined)["created"]
    desk = world.as_("desk")
    desk.call("loyalty.club.member", "write", [member["id"]], {"name": "Renamed"})
    name = world.one("SELECT name FROM res_partner WHERE id = %s", member["partner"])
    assert name == "Renamed"


def test_no_attack_gets_in(world, capsys):
    results = list(replay(world, ITEMS))
    with capsys.disabled():
        print("", *results, sep="\n")
    assert {result.attack.item for result in results} == set(ITEMS)
    assert len(ATTACKS) > 25
    assert all(result.tries for result in results)
    assert [str(result) for result in results if result.successes] == []
