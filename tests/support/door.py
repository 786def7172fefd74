"""An integrator's side of the door: a club to call, and a client that calls it.

opened = open_club(database, {"name": "Shop", "code": "shop"}, tiers=[…], rules=[…])
with running_server(database) as server:
    door = Door(server.url, opened["integration"])
    door.call("enroll", key="1", name="Ali", mobile="+989121234567")
"""

import json
import re
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

TIMEOUT = 120  # seconds; Odoo alone may wait a minute for its five tries
TRIES = 10


class Refused(Exception):
    """An answer that is an error; ``code`` is None where it has no code in brackets."""

    def __init__(self, status: int, name: str, message: str):
        super().__init__(f"{status} {name}: {message}")
        self.status, self.name, self.message = status, name, message
        match = re.match(r"\[(\w+)\]", message)
        self.code = match and match[1]

    @property
    def undecided(self) -> bool:
        """The server failed (it met other calls too often, or lost its database): the
        same call may be sent again."""
        return self.status >= 500


class Door:
    """JSON-2 over one connection that stays open; for one thread.

    Whatever has a key may be sent again as it is: ``call`` raises ``Refused`` for an
    error, and ``OSError``, ``HTTPException`` or ``ValueError`` when no whole answer
    comes.
    """

    def __init__(self, url: str, api_key: str, model: str = "loyalty.club"):
        self._address = urlsplit(url).netloc
        self._headers = {
            "Authorization": f"bearer {api_key}",
            "Content-Type": "application/json",
        }
        self._model = model
        self._connection = None

    def call(self, method: str, _model: str | None = None, **arguments):
        try:
            self.send(method, _model, **arguments)
            response = self._connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, HTTPException, ValueError):
            self.close()
            raise
        if response.status != 200:
            raise Refused(response.status, answer["name"], answer["message"])
        return answer

    def send(self, method: str, _model: str | None = None, **arguments) -> None:
        """The first half of a call."""
        if self._connection is None:
            self._connection = HTTPConnection(self._address, timeout=TIMEOUT)
        self._connection.request(
            "POST",
            f"/json/2/{_model or self._model}/{method}",
            json.dumps(arguments),
            self._headers,
        )

    def hear(self, count: int) -> bytes:
        """At most so many bytes of the answer, as they come from the network."""
        return self._connection.sock.recv(count)

    def insist(self, method: str, **arguments):
        """Call until there is an answer, always with the same key.

        :return: (answer, number of times that it had to be sent again)
        """
        for again in range(TRIES):
            try:
                return self.call(method, **arguments), again
            except Refused as refusal:
                if not refusal.undecided or again == TRIES - 1:
                    raise
            except (OSError, HTTPException, ValueError):
                if again == TRIES - 1:
                    raise
            time.sleep(again / 10)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def in_shell(database: str, script: str, environment: dict | None = None, **values):
    """Run a script in Odoo's shell; it has ``values``, and ``say(result)`` returns."""
    program = f"""
import json
values = json.loads({json.dumps(values)!r})
def say(result):
    print("RESULT" + json.dumps(result, default=str))
{script}
"""
    done = subprocess.run(
        [sys.executable, "-m", "odoo", "shell", "-d", database, "--no-http"],
        input=program,
        text=True,
        capture_output=True,
        env=environment,
        check=False,
    )
    results = re.findall(r"^RESULT(.*)$", done.stdout, re.MULTILINE)
    if done.returncode or not results:
        raise RuntimeError(f"{done.stdout}\n{done.stderr}")
    return json.loads(results[-1])


OPEN_CLUB = """
club = env["loyalty.club"].create(values["club"])
Tier = env["loyalty.club.tier"]
Tier.create([{**tier, "club_id": club.id} for tier in values["tiers"]])
if values["rules"]:
    program = club.points_program_id
    program.rule_ids.unlink()
    program.rule_ids = [(0, 0, rule) for rule in values["rules"]]
result = {"club": club.id}
for role in ("integration", "manager", "auditor"):
    user = env["res.users"].with_context(no_reset_password=True).create({
        "name": role, "login": role, "password": role,
        "group_ids": [(4, env.ref(f"loyalty_club.group_{role}").id)],
    })
    result[role] = env["res.users.apikeys"].with_user(user).sudo()._generate(
        "rpc", role, False)
result["admin"] = env["res.users.apikeys"].with_user(
    env.ref("base.user_admin")).sudo()._generate("rpc", "tests", False)
env.cr.commit()
say(result)
"""


def open_club(database: str, club: dict, tiers=(), rules=(), environment=None) -> dict:
    """A club, and a user of each kind with a key for the API.

    :param rules: of its points program, instead of the one it starts with
    :return: ``club`` (its id) and the keys: integration, manager, auditor, admin
    """
    return in_shell(
        database,
        OPEN_CLUB,
        environment,
        club=club,
        tiers=list(tiers),
        rules=list(rules),
    )
