"""A shop with tills: each is a browser with a session, as Odoo's own client is.

opened = open_tills(database, tills=16, members=10)
with running_server(database, workers=2) as server:
    till = Till(opened, 0, [server.url])
    basket = till.basket(opened["members"][0], [till.goods("Tea", 2)])
    till.sync(basket)

Prices are without taxes: tea 50.00, a cup 20.00, bread 10.00. The club gives 1 point
for each 1.00 paid, and takes 1 point for 0.10.
"""

import json
import socket
import time
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit
from uuid import uuid4

from tests.support.door import in_shell

TIMEOUT = 120  # seconds; Odoo alone may wait a minute for its five tries
PRICES = {"Tea": 50, "Cup": 20, "Bread": 10}
WORTH_OF_POINT = 0.1

OPEN_TILLS = """
env = env(context={**env.context, "tracking_disable": True, "no_reset_password": True})
company = env.company
company.country_id = env.ref("base.us")
env["account.chart.template"].try_loading(
    "generic_coa", company=company, install_demo=False)
company.account_sale_tax_id = False

def product(name, price):
    return env["product.product"].create({
        "name": name, "list_price": price, "taxes_id": False, "available_in_pos": True,
    }).id

journal = env["account.journal"].create(
    {"name": "Terminal", "code": "TERM", "type": "bank"})
method = env["pos.payment.method"].create({"name": "Card", "journal_id": journal.id})
opened = {
    "database": env.cr.dbname, "method": method.id, "company": company.id,
    "products": {
        name: product(name, price) for name, price in values["prices"].items()},
    "tills": [], "members": [],
}
for number in range(values["tills"]):
    config = env["pos.config"].create({
        "name": f"Till {number}", "payment_method_ids": [(6, 0, method.ids)],
    })
    login = f"cashier{number}"
    cashier = env["res.users"].create({
        "name": login, "login": login, "password": login,
        "group_ids": [(6, 0, [env.ref("base.group_user").id,
                              env.ref("point_of_sale.group_pos_user").id])],
    })
    config.with_user(cashier).open_ui()
    config.current_session_id.set_opening_control(0, "")
    opened["tills"].append({
        "config": config.id, "session": config.current_session_id.id,
        "user": cashier.id, "login": login, "pricelist": config.pricelist_id.id,
    })
"""

OPEN_CLUB = """
Club = env["loyalty.club"]
club = Club.search([], limit=1) or Club.create({"name": "Shop", "code": "shop"})
club.tier_ids.unlink()
club.write({
    "tz": "UTC", "calendar": "gregorian", "expiry_mode": "none", "clawback": "debt",
    "pending_days": 0, "welcome_points": 0, "welcome_credit": 0, **values["policies"],
})
points, wallet = club.points_program_id, club.wallet_program_id
points.rule_ids.unlink()
points.rule_ids = [(0, 0, {
    "reward_point_mode": "money", "reward_point_amount": 1, "club_per_amount": 1,
})]
reward = env["loyalty.reward"].create({
    "program_id": points.id, "reward_type": "discount", "discount_mode": "per_point",
    "discount": values["worth"], "discount_applicability": "order",
    "required_points": 1,
})
wallet_reward = wallet.reward_ids[:1]
loads = wallet.trigger_product_ids[:1]
loads.write({"available_in_pos": True, "taxes_id": False})
opened["club"] = club.id
opened["products"]["Load"] = loads.id
opened["rewards"] = {
    "points": {"id": reward.id, "product": reward.discount_line_product_id.id},
    "wallet": {"id": wallet_reward.id,
               "product": wallet_reward.discount_line_product_id.id},
}
ledger = env["loyalty.club.ledger"]
for number in range(values["members"]):
    mobile = f"+1212555{number:04d}"
    member, _created = env["loyalty.club.member"]._enrol(
        club, {"name": f"Member {number}", "mobile": mobile})
    cards = {account: ledger._account(member, account)
             for account in ("points", "wallet")}
    for account, units in values["start"].items():
        ledger._grant(cards[account], units, "opening")
    opened["members"].append({
        "id": member.id, "partner": member.partner_id.id, "mobile": mobile,
        "cards": cards,
    })
"""

OPEN_NATIVE = """
program = env["loyalty.program"].create({
    "name": "Points", "program_type": "loyalty", "applies_on": "both",
    "trigger": "auto", "pos_ok": True,
    "rule_ids": [(0, 0, {"reward_point_mode": "money", "reward_point_amount": 1})],
})
opened["program"] = program.id
reward = env["loyalty.reward"].create({
    "program_id": program.id, "reward_type": "discount", "discount_mode": "per_point",
    "discount": values["worth"], "discount_applicability": "order",
    "required_points": 1,
})
opened["rewards"] = {
    "points": {"id": reward.id, "product": reward.discount_line_product_id.id},
}
for number in range(values["members"]):
    partner = env["res.partner"].create({"name": f"Member {number}"})
    card = env["loyalty.card"].create({
        "program_id": program.id, "partner_id": partner.id,
        "points": values["start"].get("points", 0),
    })
    opened["members"].append({"partner": partner.id, "cards": {"points": card.id}})
"""

CLOSE_SCRIPT = """
env.cr.commit()
say(opened)
"""


def open_tills(database, tills, members, start=None, policies=None, goods=None) -> dict:
    """Open tills, and a club whose members have so many units to start with.

    :param start: dict of account to units
    :param policies: values of the club
    :param goods: dict of name to price, of what is sold beside ``PRICES``
    :return: ids of all that was made, by what it is
    """
    return in_shell(
        database,
        OPEN_TILLS + OPEN_CLUB + CLOSE_SCRIPT,
        tills=tills,
        members=members,
        prices=PRICES | (goods or {}),
        worth=WORTH_OF_POINT,
        start=start or {},
        policies=policies or {},
    )


def open_native_tills(database, tills, members, start=None, goods=None) -> dict:
    """The same tills on a database without our addons, with a native program."""
    return in_shell(
        database,
        OPEN_TILLS + OPEN_NATIVE + CLOSE_SCRIPT,
        tills=tills,
        members=members,
        prices=PRICES | (goods or {}),
        worth=WORTH_OF_POINT,
        start=start or {},
    )


class Failed(Exception):
    """The server answered with an error; ``name`` is the exception's there."""

    def __init__(self, error: dict):
        data = error.get("data", {})
        self.name = data.get("name", "")
        super().__init__(f"{self.name}: {data.get('message') or error.get('message')}")

    @property
    def undecided(self) -> bool:
        """It met other calls too often, or the same order on its way from elsewhere:
        a browser keeps what it wanted to send, and sends it again."""
        return (
            self.name.startswith("psycopg2.")
            or self.name == "odoo.http.SessionExpiredException"
            or "uuid already exists" in str(self)
        )


#: what a call meets when the network or the server goes away under it
CUT = (OSError, HTTPException, ValueError)


class Browser:
    """Calls of one user over one connection to one server; for one thread."""

    def __init__(self, url: str, database: str, login: str, cookie: str | None = None):
        self._address = urlsplit(url).netloc
        self._database, self._login = database, login
        self._connection = None
        self.cookie = cookie

    def authenticate(self) -> str:
        """Log in. :return: the session's cookie, good at every server of the shop"""
        self._send(
            "/web/session/authenticate",
            {
                "db": self._database,
                "login": self._login,
                "password": self._login,
            },
        )
        response = self._connection.getresponse()
        self._answer(response)
        cookie = response.getheader("Set-Cookie")
        self.cookie = cookie.partition(";")[0]
        return self.cookie

    def call(self, model: str, method: str, *args, **kwargs):
        try:
            self.send(model, method, *args, **kwargs)
            return self._answer(self._connection.getresponse())
        except CUT:
            self.close()
            raise

    def send(self, model: str, method: str, *args, **kwargs) -> None:
        """The first half of a call."""
        self._send(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def cut(self, model: str, method: str, *args, after: float = 0, **kwargs) -> None:
        """Send a call, and be gone before its answer can be read."""
        try:
            self.send(model, method, *args, **kwargs)
            time.sleep(after)
        finally:
            self.close()

    def _send(self, path: str, params: dict) -> None:
        if self._connection is None:
            self._connection = HTTPConnection(self._address, timeout=TIMEOUT)
            self._connection.connect()
            # The head and the body are two packets; the second doesn't wait.
            self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        headers = {"Content-Type": "application/json"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        self._connection.request("POST", path, body, headers)

    @staticmethod
    def _answer(response):
        answer = json.loads(response.read())
        if "error" in answer:
            raise Failed(answer["error"])
        return answer["result"]

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Till:
    """A till: what its browser sends, to any of the shop's servers.

    :param opened: what ``open_tills`` said
    :param urls: the servers; none: it only says what it would send
    """

    def __init__(self, opened: dict, number: int, urls: list[str]):
        self.opened, self.number = opened, number
        self.own = opened["tills"][number]
        self.browsers = [
            Browser(url, opened["database"], self.own["login"]) for url in urls
        ]
        cookie = self.browsers and self.browsers[0].authenticate()
        for browser in self.browsers[1:]:
            browser.cookie = cookie

    def again(self, browser: Browser) -> Browser:
        """Another connection of the same session, for another thread."""
        other = Browser("", self.opened["database"], self.own["login"], browser.cookie)
        other._address = browser._address
        return other

    # ------------------------------------------------------------------ calls

    def sync_call(self, basket: dict) -> tuple:
        """The call that saves an order: arguments of ``Browser.call``."""
        return "pos.order", "sync_from_ui", [basket]

    def sync_options(self) -> dict:
        return {
            "context": {
                "config_id": self.own["config"],
                "device_identifier": f"device-{self.number}",
            }
        }

    def sync(self, basket: dict, browser: Browser | None = None) -> dict:
        browser = browser or self.browsers[0]
        return browser.call(*self.sync_call(basket), **self.sync_options())

    def ask(self, method: str, browser: Browser | None = None, **values):
        browser = browser or self.browsers[0]
        return browser.call(
            "loyalty.club.till", method, config_id=self.own["config"], **values
        )

    # ------------------------------------------------------------------ what is sold

    def line(self, product: int, name: str, quantity, price, **values) -> dict:
        total = round(quantity * price, 2)
        return {
            "uuid": str(uuid4()),
            "name": name,
            "full_product_name": name,
            "product_id": product,
            "qty": quantity,
            "price_unit": price,
            "discount": 0,
            "tax_ids": [],
            "price_subtotal": total,
            "price_subtotal_incl": total,
            **values,
        }

    def goods(self, name: str, quantity, price=None) -> dict:
        product = self.opened["products"][name]
        return self.line(product, name, quantity, price or PRICES[name])

    def load(self, amount) -> dict:
        """The line that loads a wallet."""
        return self.line(self.opened["products"]["Load"], "Load", 1, amount)

    def reward(self, member: dict, account: str, money, cost) -> dict:
        """The line by which an account of the member pays ``money``."""
        reward = self.opened["rewards"][account]
        return self.line(
            reward["product"],
            account,
            1,
            -money,
            is_reward_line=True,
            reward_id=reward["id"],
            coupon_id=member["cards"][account],
            points_cost=cost,
            reward_identifier_code=str(uuid4())[:8],
        )

    def refund(self, sold: dict, line_id: int, quantity, total) -> dict:
        """The line that refunds part of a saved line.

        :param total: what of its price comes back, with its sign turned
        """
        return {
            **self.line(
                sold["product_id"], sold["name"], -quantity, sold["price_unit"]
            ),
            "price_subtotal": total,
            "price_subtotal_incl": total,
            "refunded_orderline_id": line_id,
        }

    def basket(self, member: dict | None, lines: list, **values) -> dict:
        """What a browser sends for an order that was paid by card."""
        uuid = str(uuid4())
        total = round(sum(line["price_subtotal_incl"] for line in lines), 2)
        now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        payment = {
            "uuid": str(uuid4()),
            "amount": total,
            "payment_method_id": self.opened["method"],
            "name": now,
        }
        return {
            "uuid": uuid,
            "name": f"Order {uuid[:8]}",
            "pos_reference": f"{self.number:03d}-{uuid[:13]}",
            "tracking_number": "1",
            "sequence_number": 1,
            "access_token": str(uuid4()),
            "state": "paid",
            "session_id": self.own["session"],
            "company_id": self.opened["company"],
            "user_id": self.own["user"],
            "partner_id": member["partner"] if member else False,
            "pricelist_id": self.own["pricelist"],
            "fiscal_position_id": False,
            "date_order": now,
            "amount_total": total,
            "amount_tax": 0,
            "amount_paid": total,
            "amount_return": 0,
            "lines": [[0, 0, line] for line in lines],
            "payment_ids": [[0, 0, payment]] if total else [],
            "last_order_preparation_change": "{}",
            **values,
        }
