"""Two calls about one account or one order at the same moment, on two connections.

Which of them comes first is fixed here: the later one has read the database before the
earlier one is committed. It must be refused by PostgreSQL, so that Odoo runs it again,
or else it must not matter.
"""

import pytest

from tests.support.door import in_shell
from tests.support.server import database_from_template
from tests.support.tills import Till, open_tills

RACE = """
from psycopg2.errors import SerializationFailure

till = values["till"]

def does(cr, call):
    own = env(cr=cr, user=till["user"], context={})
    if call["method"] == "sync":
        order = dict(call["basket"])
        own["pos.order"].with_context(config_id=till["config"]).sync_from_ui([order])
        return "saved"
    arguments = {**call, "config_id": till["config"]}
    method = arguments.pop("method")
    return getattr(own["loyalty.club.till"], method)(**arguments)

for call in values["before"]:
    with env.registry.cursor() as cr:
        does(cr, call)
again = 0
with env.registry.cursor() as early, env.registry.cursor() as late:
    late.execute("SELECT count(*) FROM loyalty_club_hold")  # what it reads is as of now
    does(early, values["early"])
    early.commit()
    try:
        answer = does(late, values["late"])
        late.commit()
    except SerializationFailure:
        late.rollback()
        again = 1
        answer = does(late, values["late"])
        late.commit()
env.cr.rollback()
holds = env["loyalty.club.hold"].search([("state", "=", "open")])
say({"answer": answer, "again": again, "held": holds.mapped("amount")})
env["loyalty.club.hold"].search([("state", "=", "open")]).write({"state": "released"})
env.cr.commit()
"""


class Shop:
    def __init__(self, database):
        self.database = database
        self.opened = open_tills(database, 1, 1, {"points": 1000, "wallet": 10000})
        self.till = Till(self.opened, 0, [])
        self.member = self.opened["members"][0]

    def basket(self):
        return self.till.basket(self.member, [self.till.goods("Tea", 1)])

    def sync(self, basket):
        return {"method": "sync", "basket": basket}

    def hold(self, uuid, account="wallet", amount=60, seen=0):
        return {
            "method": "hold",
            "order_uuid": uuid,
            "partner_id": self.member["partner"],
            "claims": [{"card_id": self.member["cards"][account], "amount": amount}],
            "seen": seen,
        }

    def release(self, uuid, seen=0):
        return {"method": "release", "order_uuid": uuid, "seen": seen}

    def race(self, early, late, before=()):
        return in_shell(
            self.database,
            RACE,
            till=self.till.own,
            before=list(before),
            early=early,
            late=late,
        )


@pytest.fixture(scope="module")
def shop():
    with database_from_template("holds") as database:
        yield Shop(database)


def test_two_orders_do_not_hold_the_same_money(shop):
    outcome = shop.race(shop.hold("one"), shop.hold("other"))
    assert outcome["again"]
    assert outcome["answer"]["code"] == "insufficient_balance"
    assert outcome["held"] == [60]


def test_one_call_twice_holds_once(shop):
    outcome = shop.race(shop.hold("twice"), shop.hold("twice"))
    assert outcome["again"]
    assert outcome["answer"]["status"] == "held"
    assert outcome["held"] == [60]


def test_a_hold_that_was_overtaken_by_its_order_is_refused(shop):
    """The order uses nothing of the account: no balance tells the one of the other."""
    basket = shop.basket()
    outcome = shop.race(shop.sync(basket), shop.hold(basket["uuid"]))
    assert outcome["again"]
    assert outcome["answer"]["code"] == "hold_closed"
    assert outcome["held"] == []


def test_an_order_that_was_overtaken_by_a_hold_releases_it(shop):
    basket = shop.basket()
    outcome = shop.race(shop.hold(basket["uuid"]), shop.sync(basket))
    assert outcome["again"]
    assert outcome["answer"] == "saved"
    assert outcome["held"] == []


def test_a_hold_that_was_overtaken_by_a_release_is_late(shop):
    outcome = shop.race(shop.release("left"), shop.hold("left"))
    assert outcome["again"]
    assert outcome["answer"] == {"status": "late", "seen": 2}
    assert outcome["held"] == []


def test_a_hold_that_comes_long_after_its_release_is_late(shop):
    """It was cut off, asked again, and given up; then it arrives."""
    done = [shop.hold("given up"), shop.hold("given up"), shop.release("given up", 2)]
    outcome = shop.race(shop.hold("another"), shop.hold("given up"), done)
    assert outcome["answer"]["status"] == "late"
    assert outcome["held"] == [60]


def test_a_release_that_was_overtaken_by_a_hold_says_so(shop):
    before = [shop.hold("again"), shop.release("again", 1)]
    outcome = shop.race(shop.hold("again", seen=2), shop.release("again", 1), before)
    assert outcome["answer"] == {"status": "late", "seen": 4}
    assert outcome["held"] == [60]
