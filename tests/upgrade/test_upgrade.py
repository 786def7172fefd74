"""A shop of an earlier version gets the present one: nobody's money or place changes.

The old shop is a dump that lies here (``old_shop.py``). It gets the present addons as
shops do it, by ``odoo -u``; what it had before and has afterwards is compared.
"""

import re
from contextlib import contextmanager

import psycopg2
import pytest
from club_setup import databases
from club_setup.paths import shop_addons

from tests.support.door import in_shell
from tests.upgrade.old_shop import restore

VERSIONS = ["19.0.1.0.0"]

BALANCES = """
    SELECT id, active, points::numeric, club_pending, club_debt, member_id
      FROM loyalty_card WHERE club_id IS NOT NULL ORDER BY id
"""
ENTRIES = """
    SELECT count(*), sum(amount), sum(pending), sum(debt), max(id),
           md5(string_agg(concat_ws(',', id, card_id, kind, amount, balance, key), ';'
                          ORDER BY id))
      FROM loyalty_club_entry
"""
LOTS = """
    SELECT count(*), sum(amount), sum(remaining),
           md5(string_agg(concat_ws(',', id, card_id, remaining, expires_on), ';'
                          ORDER BY id))
      FROM loyalty_club_lot
"""
MEMBERS = """
    SELECT id, number, state, tier_id, partner_id, joined_on
      FROM loyalty_club_member ORDER BY id
"""
PURCHASES = """
    SELECT count(*), sum(total), sum(points), sum(status_points)
      FROM loyalty_club_purchase
"""
SEGMENTS = """
    SELECT definition_id, partner_id, segment_id, r, f, m, net
      FROM loyalty_club_rfm_score_now ORDER BY definition_id, partner_id
"""
# They have got an addon of their own since 19.0.1.0.0.
FORECASTS = """
    SELECT definition_id, partner_id, expected_purchases, expected_value
      FROM loyalty_club_rfm_forecast ORDER BY definition_id, partner_id
"""
DEFINITIONS = """
    SELECT id, use_pos, use_invoice, use_door, forecast, forecast_days
      FROM loyalty_club_rfm_definition ORDER BY id
"""
KEPT = {
    "balances": BALANCES,
    "entries": ENTRIES,
    "lots": LOTS,
    "members": MEMBERS,
    "purchases": PURCHASES,
    "segments": SEGMENTS,
    "forecasts": FORECASTS,
    "definitions": DEFINITIONS,
}
# The same books, proved by the present code; and a night that finds nothing new.
PROOF = """
ledger = env["loyalty.club.ledger"]
differences = 0
for club in env["loyalty.club"].search([]):
    ledger._check_club(club)
    differences += env["loyalty.club.check"].search(
        [("club_id", "=", club.id)], order="id desc", limit=1).differences
changed = {}
for definition in env["loyalty.club.rfm.definition"].search([]):
    last = definition.run_ids.filtered(lambda run: run.state == "done")[:1]
    if last:
        changed[definition.id] = definition._run(last.day, full=True).changed
say({"differences": differences, "changed": changed})
"""


@contextmanager
def upgraded_shop(version):
    """(database, what it had before, what Odoo logged while it was upgraded)"""
    with databases.scratch("template0", "upgrade") as database:
        restore(database, version)
        before = {name: ask(database, query) for name, query in KEPT.items()}
        log = databases.odoo(
            database, "-u", ",".join(shop_addons()), "--no-http", log="upgrade"
        )
        yield database, before, log


def ask(database, query):
    connection = psycopg2.connect(dbname=database)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize("version", VERSIONS)
def test_same_balances_same_members_same_segments(version):
    with upgraded_shop(version) as (database, before, log):
        assert not re.findall(r"^.* (?:WARNING|ERROR|CRITICAL) .*$", log, re.MULTILINE)
        assert before["balances"], "the old shop is empty"
        assert before["segments"], "the old shop has no segments"
        assert before["forecasts"], "the old shop has no forecasts"
        for name, query in KEPT.items():
            assert ask(database, query) == before[name], name
        proof = in_shell(database, PROOF)
    assert proof["differences"] == 0
    assert proof["changed"] and not any(proof["changed"].values())
