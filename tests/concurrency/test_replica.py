"""Calls that only read are answered by a replica, all others by the primary.

The replica is a second PostgreSQL that streams from the first. While it stands still,
it answers with what was true before: so it is known which of the two was asked.
"""

import os

from tests.support.door import Door, open_club
from tests.support.postgres import own_cluster, replica_of
from tests.support.server import database_from_template, running_server

BASKET = {
    "lines": [{"line": "1", "name": "Tea", "quantity": 2, "unit_price": 10}],
}


def test_reading_asks_the_replica_and_writing_the_primary():
    with (
        database_from_template("replica") as database,
        own_cluster(database) as cluster,
    ):
        there = {**os.environ, **cluster.environment}
        club = {"name": "Shop", "code": "shop"}
        opened = open_club(database, club, environment=there)
        with (
            replica_of(cluster) as replica,
            running_server(
                database,
                environment=cluster.environment,
                arguments=[f"--db_replica_host={replica.host}"],
            ) as server,
        ):
            door = Door(server.url, opened["integration"])
            number = {"member": "+989121234567"}
            door.call("enroll", key="1", name="Ali", mobile=number["member"])
            replica.catch_up()
            assert door.call("member_get", **number)["name"] == "Ali"

            replica.ask("SELECT pg_wal_replay_pause()")
            door.call("member_update", key="2", **number, name="Sara")
            door.call("top_up", key="3", **number, amount=5)
            assert door.call("member_get", **number)["name"] == "Ali"
            before = door.call("statement", **number, account="wallet")
            assert before["entries"] == []
            quote = door.call("purchase_quote", purchase={**number, **BASKET})
            assert quote["points"] == 20

            replica.ask("SELECT pg_wal_replay_resume()")
            replica.catch_up()
            assert door.call("member_get", **number)["name"] == "Sara"
            after = door.call("statement", **number, account="wallet")
            assert [entry["amount"] for entry in after["entries"]] == ["5.00"]
        assert "retrying with a read/write cursor" not in server.log.read_text()
