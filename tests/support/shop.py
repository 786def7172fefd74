"""The shop that tests of the door call: one club, members and a user of each kind.

with open_shop() as shop:
    door = shop.client(XmlRpc)
    door.call("member_get", member=shop.blocked)
"""

from contextlib import contextmanager

import psycopg2

from .door import in_shell
from .server import database_from_template, running_server

OPEN_SHOP = """
env.company.country_id = env.ref("base.ir")
Club = env["loyalty.club"]
club = Club.search([]) or Club.create({"name": "Shop", "code": "shop"})
club.write(
    {"transfer_max": 500, "cap_integration_points": 100_000, "cap_manager_money": 100}
)
program = club.points_program_id
program.rule_ids.unlink()
program.rule_ids = [
    (0, 0, {"reward_point_mode": "money", "reward_point_amount": 0.01,
            "club_per_amount": 1})
]
if not env["loyalty.club.reason"].search([("code", "=", "goodwill")]):
    env["loyalty.club.reason"].create({"name": "Goodwill", "code": "goodwill"})
env["product.product"].create({"name": "Tea", "default_code": "TEA"})
blocked, _created = env["loyalty.club.member"]._enrol(club, {"name": "Blocked"})
blocked.state = "blocked"
keys = {}
for role in ("integration", "manager", "desk", "auditor", "internal"):
    groups = [env.ref("base.group_user").id]
    if role != "internal":
        groups.append(env.ref(f"loyalty_club.group_{role}").id)
    user = env["res.users"].with_context(no_reset_password=True).create({
        "name": role, "login": role, "password": role, "group_ids": [(6, 0, groups)],
    })
    keys[role] = env["res.users.apikeys"].with_user(user).sudo()._generate(
        "rpc", role, False)
env.cr.commit()
say({"keys": keys, "blocked": blocked.number})
"""


class Shop:
    """``server`` (see server.py), API ``keys`` by role, ``blocked``: a member."""

    def __init__(self, server, keys, blocked):
        self.server, self.keys, self.blocked = server, keys, blocked
        self._connection = psycopg2.connect(dbname=server.database)
        self._connection.autocommit = True
        self._count = None

    def client(self, protocol, role="integration"):
        return protocol(self.server.url, self.server.database, role, self.keys[role])

    def rows(self):
        """Number of rows of every table that a call of the door may write."""
        with self._connection.cursor() as cursor:
            if self._count is None:
                cursor.execute(
                    r"""
                    SELECT string_agg(format('SELECT %L, count(*) FROM %I',
                                             relname, relname), ' UNION ALL ')
                      FROM pg_class
                     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                       AND (relname LIKE 'loyalty\_%'
                            OR relname IN ('res_partner', 'res_partner_category'))
                    """
                )
                self._count = cursor.fetchone()[0]
            cursor.execute(self._count)
            return dict(cursor.fetchall())

    def close(self):
        self._connection.close()


@contextmanager
def open_shop(name="api"):
    with database_from_template(name) as database:
        opened = in_shell(database, OPEN_SHOP)
        with running_server(database) as server:
            shop = Shop(server, **opened)
            try:
                yield shop
            finally:
                shop.close()
