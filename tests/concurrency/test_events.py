"""The outbox under writers and consumers at once, each on a connection of its own.

Writers overlap: whoever took the lower numbers is often the later one to commit, and
one in four is rolled back. Consumers come in pairs, and one turn in three ends without
its commit, as if it had been killed.
"""

from collections import Counter

from tests.support.door import in_shell
from tests.support.server import database_from_template

WRITERS, TURNS = 16, 8

OPEN = """
env["ir.config_parameter"].set_param("test_loyalty_club.consumers", "3")
club = env["loyalty.club"].create({"name": "Shop", "code": "shop"})
partners = env["res.partner"].create(
    [{"name": f"P{n}"} for n in range(values["count"])])
members = env["loyalty.club.member"].create(
    [{"club_id": club.id, "partner_id": partner.id} for partner in partners])
cards = [env["loyalty.club.ledger"]._account(member, "points") for member in members]
env.cr.commit()
env["loyalty.club.event"].search([]).unlink()
env.cr.commit()
say({"cards": cards})
"""

RUN = """
import random, threading, time
from psycopg2.errors import SerializationFailure
from odoo import SUPERUSER_ID, api

posted, undone, broken, over = [], [], [], threading.Event()

def guarded(step, *args):
    try:
        step(*args)
    except Exception as error:
        broken.append(repr(error))

def write(number, card):
    chance = random.Random(number)
    for turn in range(values["turns"]):
        with env.registry.cursor() as cr:
            own = api.Environment(cr, SUPERUSER_ID, {})
            entries = own["loyalty.club.ledger"]._grant(card, 1, "bonus")
            cr.flush()
            time.sleep(chance.random() / 20)
            if chance.random() < 0.25:
                cr.rollback()
                undone.extend(entries)
            else:
                cr.commit()
                posted.extend(entries)

def consume(name, seed):
    chance = random.Random(f"{name} {seed}")
    while True:
        last = over.is_set()
        done = 0
        with env.registry.cursor() as cr:
            own = api.Environment(cr, SUPERUSER_ID, {})
            try:
                done = own["loyalty.club.event"]._consume_batch(name)
                if chance.random() < 0.33:
                    done = 1
                    cr.rollback()
                else:
                    cr.commit()
            except SerializationFailure:
                done = 1
                cr.rollback()
        if last and not done:
            return
        time.sleep(0 if done else 0.01)

writers = [threading.Thread(target=guarded, args=(write, number, card))
           for number, card in enumerate(values["cards"])]
consumers = [threading.Thread(target=guarded, args=(consume, name, seed))
             for name in ("first", "second", "third") for seed in range(2)]
for thread in writers + consumers:
    thread.start()
for thread in writers:
    thread.join()
over.set()
for thread in consumers:
    thread.join()
env.cr.rollback()
heard = env["test.loyalty.club.heard"].search([])
say({
    "posted": posted,
    "undone": undone,
    "broken": broken,
    "left": env["loyalty.club.event"].search_count([]),
    "heard": {name: heard.filtered(lambda row: row.hearer == name).mapped("fact")
              for name in ("first", "second", "third")},
    "overlapped": posted != sorted(posted),
})
"""


def test_each_consumer_hears_each_fact_exactly_once():
    with database_from_template("events") as database:
        opened = in_shell(database, OPEN, count=WRITERS)
        answer = in_shell(database, RUN, cards=opened["cards"], turns=TURNS)
    assert answer["broken"] == []
    posted = Counter(answer["posted"])
    assert len(posted) > WRITERS * TURNS / 2
    assert answer["undone"], "no writer was rolled back"
    assert answer["overlapped"], "no transactions overlapped"
    for consumer, heard in answer["heard"].items():
        assert Counter(heard) == posted, consumer
    assert answer["left"] == 0
