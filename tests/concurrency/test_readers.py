"""Who reads on from where they got to misses nothing that was written meanwhile.

Ids are taken before commits: of two transactions that overlap the one with the lower
ids may end later. A reader who keeps "the last id that I saw" never sees these.
"""

from tests.support.door import in_shell
from tests.support.server import database_from_template

# Two companies, as nights of one company never overlap.
NIGHTS = """
from datetime import date, timedelta
import time
from odoo.addons.loyalty_club_rfm.snapshot import Snapshot

DAY = date(2026, 6, 1)
FACT = '''
    INSERT INTO loyalty_club_rfm_fact
           (company_id, partner_id, day, net, returned, goods, counts, source, res_id)
    VALUES (%s, %s, %s, %s, 0, %s, TRUE, 'door', %s)
'''
Move = env["loyalty.club.rfm.move"]
serial = iter(range(-1, -1000, -1))
definitions, customers = [], []
for name in ("North", "South"):
    company = env["res.company"].create({"name": name})
    env.user.company_ids |= company
    definition = env["loyalty.club.rfm.definition"].create({
        "name": name, "company_id": company.id, "cut_mode": "fixed", "forecast": "off",
    })
    customer = env["res.partner"].create({"name": name})
    env.cr.execute(FACT, [
        company.id, customer.id, DAY - timedelta(days=300), 10, 10, next(serial)])
    definition._run(DAY, full=True)
    env.cr.execute(FACT, [company.id, customer.id, DAY, 900, 900, next(serial)])
    definitions.append(definition)
    customers.append(customer.id)
# The first night in a month, or in a restored database, makes others wait.
Move._epoch()
Snapshot(env).ensure_month(DAY + timedelta(days=1))
env.cr.commit()

def night(cr, definition):
    own = definition.with_env(env(cr=cr))
    own._run(DAY + timedelta(days=1))
    own.env.flush_all()
    cr.execute("SELECT pg_current_xact_id()::text::bigint")
    return cr.fetchone()[0]

cursor, last_id, by_cursor, by_id = None, 0, [], []

def read():
    # In a transaction of its own, as a consumer does.
    global cursor, last_id
    with env.registry.cursor() as cr:
        own = Move.with_env(env(cr=cr))
        moves, cursor = own._moves_since(cursor, 1)
        while moves:
            by_cursor.extend(moves.partner_id.ids)
            moves, cursor = own._moves_since(cursor, 1)
        newer = own.search([("id", ">", last_id)], order="id")
        by_id.extend(newer.partner_id.ids)
        last_id = max(newer.ids, default=last_id)

def settled(xact):
    # Other databases of the cluster may be busy too: they hold everybody's reading up.
    until = time.monotonic() + 500
    while time.monotonic() < until:
        with env.registry.cursor() as cr:
            cr.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            if cr.fetchone()[0] > xact:
                return
        time.sleep(0.2)
    raise AssertionError("something else never ended")

with env.registry.cursor() as early, env.registry.cursor() as late:
    late.execute("SET lock_timeout = '60s'")
    xacts = [night(early, definitions[0]), night(late, definitions[1])]
    late.commit()
    read()
    between = list(by_cursor)
    early.commit()
settled(max(xacts))
read()
read()
say({"customers": customers, "between": between, "cursor": by_cursor, "id": by_id})
"""

ENTRIES = """
from concurrent.futures import ThreadPoolExecutor
from psycopg2.errors import SerializationFailure
import time

club = env["loyalty.club"].create({"name": "Shop", "code": "shop"})
member = env["loyalty.club.member"]._enrol(
    club, {"name": "Sara", "mobile": "+989127000001"}, how="door")[0]
ledger = env["loyalty.club.ledger"]
cards = [ledger._account(member, kind) for kind in ("points", "wallet")]
env.cr.commit()

def give(cr, card, kind):
    own = env(cr=cr)["loyalty.club.ledger"]
    return own._grant(card, 5, kind, key=f"given-{card}")[0]

def statement(after):
    # Odoo runs a call again that met another one.
    for _turn in range(5):
        with env.registry.cursor() as cr:
            try:
                return env(cr=cr)["loyalty.club"].statement(
                    member=member.number, after=after, club="shop")["entries"]
            except SerializationFailure:
                cr.rollback()
    raise AssertionError("met others five times")

known = max((one["id"] for one in statement(0)), default=0)
seen = []
with env.registry.cursor() as early, env.registry.cursor() as late:
    ids = [give(early, cards[0], "bonus"), give(late, cards[1], "top_up")]
    late.commit()
    with ThreadPoolExecutor(1) as reader:
        first = reader.submit(statement, known)
        time.sleep(values["seconds"])
        early.commit()
        seen += [one["id"] for one in first.result()]
seen += [one["id"] for one in statement(max(seen, default=known))]
say({"ids": ids, "seen": seen})
"""


def test_two_nights_at_once_lose_no_move():
    with database_from_template("moves") as database:
        read = in_shell(database, NIGHTS)
    early, late = read["customers"]
    # The negative control: by ids, the night that ended later is never seen.
    assert read["id"] == [late]
    assert read["between"] == [], "who began earlier may still write"
    assert sorted(read["cursor"]) == sorted([early, late])


def test_a_statement_of_all_accounts_loses_no_entry():
    with database_from_template("entries") as database:
        read = in_shell(database, ENTRIES, seconds=1)
    early, late = read["ids"]
    assert early < late
    assert read["seen"] == [early, late]
