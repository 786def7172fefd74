"""The shop that attacks are tried on: people of each role, and what they may be after.

with World(url, database) as world:
    world.as_("desk").call("loyalty.club.member", "write", [1], {...})
    world.one("SELECT …")     # what came of it, from the database itself
"""

import psycopg2

from tests.support.door import in_shell
from tests.support.tills import (
    CLOSE_SCRIPT,
    OPEN_CLUB,
    OPEN_TILLS,
    PRICES,
    WORTH_OF_POINT,
    Browser,
    Failed,
    Till,
)

MEMBERS = 160
START = {"points": 5000, "wallet": 500_000}
POLICIES = {
    "cap_manager_points": 2000,
    "cap_integration_points": 1000,
    "confirm_points": 2000,
    "offline_share": 0,
}

# Goes between the tills' own shop and its end: ``opened`` is what is told.
TARGETS = """
import os
os.environ.setdefault("LOYALTY_CLUB_CARD_PEPPER", "of-the-attacks-0123456789")
quiet = env["res.users"].with_context(no_reset_password=True)

def person(login, group=None, company=None, **values):
    company = company or env.company
    groups = [env.ref("base.group_user").id] + ([env.ref(group).id] if group else [])
    return quiet.create({
        "name": login, "login": login, "password": login, "company_id": company.id,
        "company_ids": [(6, 0, company.ids)], "group_ids": [(6, 0, groups)], **values,
    })

club.code = club.code or "shop"
south = env["res.company"].create({"name": "South"})
env.user.company_ids += south
south_club = Club.create({"name": "South", "code": "south", "company_id": south.id})
people = {role: person(role, f"loyalty_club.group_{role}")
          for role in ("desk", "manager", "auditor", "integration")}
people["second"] = person("second", "loyalty_club.group_manager")
people["employee"] = person("employee")
people["south_desk"] = person("south_desk", "loyalty_club.group_desk", south)
people["south_manager"] = person("south_manager", "loyalty_club.group_manager", south)
bosses = [person(f"boss{number}", "base.group_system") for number in range(4)]
for number, boss in enumerate(bosses):
    boss.partner_id.write(
        {"phone": f"+1212555999{number}", "email": f"boss{number}@example.com"})
secret = env.company.partner_id.message_post(body="Secret of the board")
private = env["ir.attachment"].create(
    {"name": "private.txt", "raw": b"private", "res_model": "res.users"})
reason = env.ref("loyalty_club.reason_goodwill")
Member = env["loyalty.club.member"]
south_member, _new = Member._enrol(south_club, {"name": "Stranger"})
join = env["loyalty.club.member.join"].with_user(people["south_desk"]).create({
    "club_id": south_club.id, "name": "Secret Stranger", "mobile": "09121112233",
    "birthdate": "1990-01-01"})
draft = env["loyalty.club.tier.publish"].with_user(people["south_manager"]).create({
    "club_id": south_club.id, "qualify_measure": "status",
    "qualify_period": "rolling", "qualify_months": 12, "tier_downgrade": "none"})
person_id = opened["members"][0]["partner"]
env["res.partner"].browse(person_id).write(
    {"birthdate_date": "1990-01-01", "gender": "female"})
keeper = Member.browse(opened["members"][9]["id"])
keeper._set_pin("2580")
opened.update({
    "people": {role: user.id for role, user in people.items()},
    "bosses": [
        {"user": boss.id, "partner": boss.partner_id.id,
         "mobile": boss.partner_id.phone} for boss in bosses],
    "secret": secret.id, "private": private.id, "reason": reason.id,
    "join": join.id, "draft": draft.id, "south_member": south_member.id,
    "numbers": [Member.browse(m["id"]).number for m in opened["members"]],
})
"""


class World:
    """An opened shop on a running server.

    :param url: of the server
    :param database: its database, a scratch one: people and tills are made in it
    """

    def __init__(self, url: str, database: str):
        self.url, self.database = url, database
        self.opened = in_shell(
            database,
            OPEN_TILLS + OPEN_CLUB + TARGETS + CLOSE_SCRIPT,
            tills=2,
            members=MEMBERS,
            prices=PRICES,
            worth=WORTH_OF_POINT,
            start=START,
            policies=POLICIES,
        )
        self._connection = psycopg2.connect(dbname=database)
        self._connection.autocommit = True
        self._browsers, self._count = {}, 0
        self.till = Till(self.opened, 0, [url])

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._connection.close()

    # ------------------------------------------------------------------ acting

    def as_(self, login: str) -> Browser:
        """The browser of this user, logged in."""
        if login not in self._browsers:
            browser = Browser(self.url, self.database, login)
            browser.authenticate()
            self._browsers[login] = browser
        return self._browsers[login]

    @property
    def cashier(self) -> Browser:
        return self.till.browsers[0]

    def dares(self, call, *args, **kwargs):
        """What a call answers, or None when it is refused."""
        try:
            answer = call(*args, **kwargs)
        except Failed:
            return None
        return True if answer is None else answer

    def door(self, method: str, login: str = "integration", **values):
        """A call of the integrators' interface with a key of its own."""
        self._count += 1
        if method not in ("member_get", "statement", "purchase_record"):
            values["key"] = f"attack-{self._count}"
        return self.dares(self.as_(login).call, "loyalty.club", method, **values)

    # ------------------------------------------------------------------ looking

    def one(self, query: str, *values):
        """The first column of the first row of a query; None without a row."""
        with self._connection.cursor() as cursor:
            cursor.execute(query, values)
            row = cursor.fetchone()
            return row and row[0]

    def points(self, number: int, account: str = "points") -> float:
        """What a member's card has, by the books."""
        card = self.opened["members"][number]["cards"][account]
        return float(self.one("SELECT points FROM loyalty_card WHERE id = %s", card))
