"""Runs within Odoo's shell: the ledger beside a bare SQL floor, batch by batch.

The floor writes the same rows into copies of the tables, with the same indexes, checks
and foreign keys, but without our triggers and without Python: what the database alone
would take.
"""

import time
from datetime import timedelta
from statistics import median

from odoo import fields
from odoo.tools import SQL

from odoo.addons.loyalty_club.clock import Clock
from odoo.addons.loyalty_club.ledger import Grant

PREFIX = "floor_"
TABLES = (
    "loyalty_card",
    "loyalty_club_entry",
    "loyalty_club_lot",
    "loyalty_club_allocation",
    "loyalty_history",
)


# --- a club of many members ---------------------------------------------------


def grow(env, club_id, count):
    """Bring a club to ``count`` members with empty accounts, by copying the first."""
    club = env["loyalty.club"].browse(club_id)
    Member = env["loyalty.club.member"]
    first = Member.search([("club_id", "=", club_id)], order="id", limit=1)
    if not first:
        first, _new = Member._enrol(club, {"name": "Bench 0"})
    card_id = env["loyalty.club.ledger"]._account(first, "points")
    env.flush_all()
    missing = count - Member.search_count([("club_id", "=", club_id)])
    if missing <= 0:
        return
    env.cr.execute("SELECT coalesce(max(id), 0) FROM res_partner")
    (last_partner,) = env.cr.fetchone()
    _copy(
        env,
        "res_partner",
        first.partner_id.id,
        SQL("generate_series(1, %s) AS new", missing),
        {
            "name": SQL("'Bench ' || new"),
            "complete_name": SQL("'Bench ' || new"),
            "phone": SQL("NULL"),
            "commercial_partner_id": SQL("NULL"),
        },
    )
    new_partner = SQL("(SELECT id FROM res_partner WHERE id > %s)", last_partner)
    env.cr.execute(
        SQL(
            "UPDATE res_partner SET commercial_partner_id = id WHERE id IN %s",
            new_partner,
        )
    )
    _copy(
        env,
        "loyalty_club_member",
        first.id,
        SQL("%s AS new", new_partner),
        {"partner_id": SQL("new.id"), "number": SQL("'B' || new.id")},
    )
    _copy(
        env,
        "loyalty_card",
        card_id,
        SQL("loyalty_club_member AS new"),
        {
            "partner_id": SQL("new.partner_id"),
            "member_id": SQL("new.id"),
            "code": SQL("'bench-' || new.id"),
            "points": SQL("0"),
        },
        SQL("new.partner_id > %s", last_partner),
    )
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.invalidate_all()


def _copy(env, table, row_id, source, changes, condition=None):
    """Insert a row for each of ``source``, equal to one but for the changes."""
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND column_name <> 'id' AND is_generated = 'NEVER'",
        [table],
    )
    names = [name for (name,) in env.cr.fetchall()]
    values = [changes.get(name, SQL.identifier("seed", name)) for name in names]
    env.cr.execute(
        SQL(
            "INSERT INTO %(table)s (%(names)s) SELECT %(values)s"
            " FROM %(table)s AS seed, %(source)s"
            " WHERE seed.id = %(id)s AND %(condition)s",
            table=SQL.identifier(table),
            names=SQL(", ").join(map(SQL.identifier, names)),
            values=SQL(", ").join(values),
            source=source,
            id=row_id,
            condition=condition or SQL("true"),
        )
    )


# --- the floor ----------------------------------------------------------------


def build_floor(env):
    """Copies of the tables with their rows, indexes, checks and foreign keys."""
    cr = env.cr
    for table in TABLES:
        cr.execute(f"DROP TABLE IF EXISTS {PREFIX}{table} CASCADE")
        cr.execute(f"CREATE TABLE {PREFIX}{table} (LIKE {table} INCLUDING ALL)")
        cr.execute(f"CREATE SEQUENCE {PREFIX}{table}_seq OWNED BY {PREFIX}{table}.id")
        cr.execute(
            f"ALTER TABLE {PREFIX}{table} ALTER id"
            f" SET DEFAULT nextval('{PREFIX}{table}_seq')"
        )
        cr.execute(f"INSERT INTO {PREFIX}{table} SELECT * FROM {table}")
        cr.execute(
            f"SELECT setval('{PREFIX}{table}_seq',"
            f" (SELECT coalesce(max(id), 1) FROM {table}))"
        )
    cr.execute(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])",
        [list(TABLES)],
    )
    for table, definition in cr.fetchall():
        for other in TABLES:
            definition = definition.replace(f"{other}(", f"{PREFIX}{other}(")
        cr.execute(f"ALTER TABLE {PREFIX}{table} ADD {definition}")
    cr.commit()
    cr.execute("ANALYZE")
    cr.commit()


ENTRIES = """
    INSERT INTO floor_loyalty_club_entry
           (club_id, company_id, card_id, member_id, account, kind, amount, pending,
            debt, balance, date, user_id, key)
    SELECT card.club_id, club.company_id, card.id, card.member_id, 'points', %(kind)s,
           %(units)s, 0, 0, card.points::numeric + %(units)s,
           now() AT TIME ZONE 'UTC', 1, %(key)s || card.id
      FROM floor_loyalty_card AS card
      JOIN loyalty_club AS club ON club.id = card.club_id
     WHERE card.id = ANY(%(cards)s)
 RETURNING id
"""
LOTS = """
    INSERT INTO floor_loyalty_club_lot
           (card_id, entry_id, club_id, company_id, amount, remaining, pending,
            available_on, expires_on)
    SELECT card_id, id, club_id, company_id, amount, amount, false, %(today)s, %(last)s
      FROM floor_loyalty_club_entry WHERE id = ANY(%(entries)s)
"""
ALLOCATIONS = """
    INSERT INTO floor_loyalty_club_allocation (entry_id, lot_id, company_id, amount)
    SELECT entry.id, lot.id, entry.company_id, -entry.amount
      FROM floor_loyalty_club_entry AS entry
      JOIN LATERAL (
            SELECT id FROM floor_loyalty_club_lot
             WHERE card_id = entry.card_id AND remaining > 0 LIMIT 1
           ) AS lot ON true
     WHERE entry.id = ANY(%(entries)s)
"""
USED_LOTS = """
    UPDATE floor_loyalty_club_lot AS lot SET remaining = lot.remaining - used.amount
      FROM floor_loyalty_club_allocation AS used
     WHERE used.lot_id = lot.id AND used.entry_id = ANY(%(entries)s)
"""
HISTORY = """
    INSERT INTO floor_loyalty_history
           (card_id, description, issued, used, create_uid, create_date, write_uid,
            write_date)
    SELECT card_id, %(kind)s, greatest(amount, 0), greatest(-amount, 0), 1,
           date, 1, date
      FROM floor_loyalty_club_entry WHERE id = ANY(%(entries)s)
"""
CARDS = """
    UPDATE floor_loyalty_card
       SET points = (points::numeric + %(units)s)::float8,
           write_date = now() AT TIME ZONE 'UTC'
     WHERE id = ANY(%(cards)s)
"""


def _floor(cr, statements, **values):
    cr.execute(ENTRIES, values)
    values["entries"] = [entry_id for (entry_id,) in cr.fetchall()]
    for statement in statements:
        cr.execute(statement, values)
    cr.commit()


def floor_gives(cr, cards, units, today, last, key):
    values = {"cards": cards, "units": units, "today": today, "last": last}
    _floor(cr, (LOTS, HISTORY, CARDS), kind="bonus", key=key, **values)


def floor_uses(cr, cards, units, kind, key):
    _floor(
        cr,
        (ALLOCATIONS, USED_LOTS, HISTORY, CARDS),
        cards=cards,
        units=-units,
        kind=kind,
        key=key,
    )


# --- measuring ----------------------------------------------------------------


def _timed(action, *arguments):
    started = time.perf_counter()
    action(*arguments)
    return time.perf_counter() - started


def _verdict(ours, floor):
    return {
        "ours": sum(ours),
        "floor": sum(floor),
        "ratio of medians": median(ours) / median(floor),
        "ratio of sums": sum(ours) / sum(floor),
        "batches": len(ours),
    }


def awarding_and_expiring(env, club_id, batch):
    """Give every member 7 points, and write them off when they have expired.

    :return: dict of 'awarding' and 'expiring' to seconds and ratios
    """
    build_floor(env)
    club = env["loyalty.club"].browse(club_id)
    ledger = env["loyalty.club.ledger"]
    today = club._today()
    cards = env["loyalty.card"].search([("club_id", "=", club_id)], order="id").ids
    batches = [cards[i : i + batch] for i in range(0, len(cards), batch)]

    def give(ids, key):
        ledger._grant_bulk(
            [Grant(i, 7, "bonus", key=f"{key}{i}", expires_on=today) for i in ids]
        )
        env.cr.commit()

    given, given_by_floor = [], []
    key = f"bench-{time.time()}-"
    for ids in batches:
        given.append(_timed(give, ids, key))
        given_by_floor.append(_timed(floor_gives, env.cr, ids, 7, today, today, key))
    env.cr.execute("ANALYZE")
    env.cr.commit()

    later = Clock(fields.Datetime.now() + timedelta(days=2))
    late_club = club.with_context(loyalty_club_clock=later)
    late_ledger = ledger.with_context(loyalty_club_clock=later)
    last = 0

    def expire():
        nonlocal last
        done, last = late_ledger._expire_due(late_club, last, batch)
        env.cr.commit()
        return done

    expired, expired_by_floor = [], []
    for ids in batches:
        expired.append(_timed(expire))
        expired_by_floor.append(
            _timed(floor_uses, env.cr, ids, 7, "expire", f"{key}expire-")
        )
    env.cr.execute(
        "SELECT count(*) FROM loyalty_club_lot"
        " WHERE club_id = %s AND remaining > 0 AND expires_on = %s",
        [club_id, today],
    )
    if env.cr.fetchone()[0]:
        raise AssertionError("something was left to expire")
    return {
        "awarding": _verdict(given, given_by_floor),
        "expiring": _verdict(expired, expired_by_floor),
    }


def single(env, club_id, rounds):
    """Give one account 7 points, then spend them: one transaction each.

    :return: dict of 'posting' and 'spending' to seconds and ratios
    """
    build_floor(env)
    club = env["loyalty.club"].browse(club_id)
    ledger = env["loyalty.club.ledger"]
    today = club._today()
    cards = env["loyalty.card"].search(
        [("club_id", "=", club_id)], order="id", limit=rounds
    )
    key = f"bench-{time.time()}-"

    def give(card_id):
        ledger._grant(card_id, 7, "bonus", key=f"{key}{card_id}")
        env.cr.commit()

    def spend(card_id):
        ledger._spend(card_id, 7, key=f"{key}spend-{card_id}")
        env.cr.commit()

    times = {name: [] for name in ("give", "floor gives", "spend", "floor spends")}
    for card_id in cards.ids:
        times["give"].append(_timed(give, card_id))
        times["floor gives"].append(
            _timed(floor_gives, env.cr, [card_id], 7, today, None, key)
        )
        times["spend"].append(_timed(spend, card_id))
        times["floor spends"].append(
            _timed(floor_uses, env.cr, [card_id], 7, "spend", f"{key}spend-")
        )
    return {
        "posting": _verdict(times["give"], times["floor gives"]),
        "spending": _verdict(times["spend"], times["floor spends"]),
    }


# --- members with a long history ------------------------------------------------


def long_history(env, club_id, sizes, open_lots):
    """Members with so many entries; all but ``open_lots`` of their lots are used up.

    :return: dict of number of entries to member number
    """
    club = env["loyalty.club"].browse(club_id)
    ledger = env["loyalty.club.ledger"]
    numbers = {}
    for size in sizes:
        member, _new = env["loyalty.club.member"]._enrol(
            club, {"name": f"Entries {size} {open_lots} {time.time()}"}
        )
        numbers[size] = member.number
        card_id = ledger._account(member, "points")
        for start in range(0, size, 1000):
            count = min(1000, size - start)
            ledger._grant_bulk([Grant(card_id, 1, "bonus") for _entry in range(count)])
        if size > open_lots:
            ledger._spend(card_id, size - open_lots)
        env.cr.commit()
    return numbers
