"""A busy day at many tills, and the books that it should leave.

day = Day(opened, [server.url for server in servers], orders=400)
day.work()
assert day.differences() == []

Each till is a thread that sells, lets members spend with holds, sells offline, takes
goods back, exchanges, loads wallets and gives baskets up; the network cuts it off, and
what it isn't sure of it sends again, sometimes to both servers at once.

The books (``Sold``, ``Book``) use nothing of the addon. Their rules, in words:

- 1 point for each 1.00 of the goods, less what points paid of them. What a wallet paid
  is paid. Amounts are chosen so that each piece earns whole points.
- What was held, or granted for a time without a network, is spent; where that wasn't
  there it is owed. What a till gave beyond that nobody pays: the shop has lost it. Both
  are listed for the manager. (How much it is depends on which order comes first; the
  list says it.) A wallet that owes or lost something paid nothing: points are earned
  for the rest.
- Goods that come back take what they earned. The lines that points and wallet had paid
  come back with them, in hundredths, and give back that part of what they cost, whole
  units of all that came back so far. What comes back twice counts once.
- Money loaded is in the wallet.
"""

import random
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction

import psycopg2

from tests.support.tills import CUT, PRICES, Browser, Failed, Till

PATIENCE = 300  # seconds until a call that fails again and again is given up
POINTS_FOR_MONEY = 10  # 1 point is worth 0.10
#: how often a till does what, out of 100
HABITS = {
    "sell": 40,
    "spend": 24,
    "go_offline": 6,
    "take_back": 14,
    "exchange": 7,
    "load": 5,
    "give_up": 4,
}


# --- the books ------------------------------------------------------------------


@dataclass
class Sold:
    """An order on the books, in points and cents."""

    member: int
    pieces: Counter = field(default_factory=Counter)
    #: part of the goods' price that points, and the wallet, paid
    by_points: Fraction = Fraction(0)
    by_wallet: Fraction = Fraction(0)
    #: whether the wallet hadn't the money, or wasn't asked
    on_credit: bool = False
    #: units of each account that the till gave and nobody paid
    lost: Counter = field(default_factory=Counter)
    loaded: int = 0
    #: pieces of other orders that this one takes back, by the other's uuid, and
    #: hundredths of what an account paid, by the other's uuid and the account
    returns: dict = field(default_factory=dict)
    gives_back: dict = field(default_factory=dict)
    #: (line's id, values) by name of the goods and account, when it was saved
    lines: dict = field(default_factory=dict)

    @staticmethod
    def worth(pieces) -> int:
        """Money that pieces cost."""
        return sum(PRICES[name] * count for name, count in pieces.items())

    def earns(self, pieces) -> int:
        paid = 1 - self.by_points - (self.by_wallet if self.on_credit else 0)
        return whole(self.worth(pieces) * paid)

    def points_for(self, pieces) -> int:
        return whole(self.worth(pieces) * self.by_points * POINTS_FOR_MONEY)

    def cents_for(self, pieces) -> int:
        return whole(self.worth(pieces) * self.by_wallet * 100)

    def cost(self, account) -> int:
        """Units that the order took from an account."""
        of = {"points": self.points_for, "wallet": self.cents_for}[account]
        return of(self.pieces) - self.lost[account]

    def hundredths(self, pieces) -> int:
        """The part of a reward's line that comes back with pieces of the goods."""
        return round(100 * self.worth(pieces) / self.worth(self.pieces))


def whole(amount) -> int:
    assert Fraction(amount).denominator == 1, "the books must not round"
    return int(amount)


class Book:
    """All orders of the day, and what they leave: worked out from them alone."""

    def __init__(self, members: int, start: dict):
        self._members, self._start = members, start
        self.orders: dict[str, Sold] = {}
        #: what was set aside and not given up: (member, points, cents)
        self.left_held: list[tuple[int, int, int]] = []
        self._lock = threading.Lock()

    def add(self, uuid: str, sold: Sold) -> None:
        with self._lock:
            self.orders[uuid] = sold

    def leave_held(self, member: int, points: int, cents: int) -> None:
        with self._lock:
            self.left_held.append((member, points, cents))

    def _all(self) -> list[Sold]:
        """The orders so far, while other tills add theirs."""
        with self._lock:
            return list(self.orders.values())

    def returned(self) -> dict:
        """Pieces that came back of each order: never more than were sold."""
        returned = defaultdict(Counter)
        for sold in self._all():
            for uuid, pieces in sold.returns.items():
                returned[uuid] += pieces
        return {
            uuid: pieces & self.orders[uuid].pieces for uuid, pieces in returned.items()
        }

    def given_back(self, uuid: str, account: str) -> int:
        """Hundredths of what an account paid for an order that came back."""
        key = uuid, account
        return sum(sold.gives_back.get(key, 0) for sold in self._all())

    def balances(self) -> list[dict]:
        """What each member has, less what he owes: points and cents, and what is held
        of it."""
        found = [
            {
                "points": self._start["points"],
                "wallet": self._start["wallet"],
                "held points": 0,
                "held wallet": 0,
            }
            for _member in range(self._members)
        ]
        for sold in self._all():
            own = found[sold.member]
            own["points"] += sold.earns(sold.pieces) - sold.cost("points")
            own["wallet"] += sold.loaded - sold.cost("wallet")
        for uuid, pieces in self.returned().items():
            sold = self.orders[uuid]
            own = found[sold.member]
            own["points"] -= sold.earns(pieces)
            for account in ("points", "wallet"):
                part = min(self.given_back(uuid, account), 100)
                own[account] += sold.cost(account) * part // 100
        for member, points, cents in self.left_held:
            found[member]["held points"] += points
            found[member]["held wallet"] += cents
        return found


# --- what is in the database ----------------------------------------------------

BALANCES = """
    WITH account AS (
        SELECT card.*, program.club_account,
               CASE program.club_account WHEN 'points' THEN 1 ELSE 100 END AS scale
          FROM loyalty_card AS card
          JOIN loyalty_program AS program ON program.id = card.program_id
         WHERE program.club_account IN ('points', 'wallet')
    )
    SELECT member_id, club_account,
           round((points::numeric + club_pending - club_debt) * scale, 4),
           COALESCE((SELECT sum(amount) FROM loyalty_club_hold AS hold
                      WHERE hold.card_id = account.id AND state = 'open'), 0) * scale
      FROM account
"""
RECEIPTS = """
    SELECT uuid, (club_receipt ->> 'earned')::numeric,
           COALESCE((club_receipt -> 'spent' ->> 'points')::numeric, 0),
           COALESCE((club_receipt -> 'spent' ->> 'wallet')::numeric, 0) * 100,
           (club_receipt ->> 'topped_up')::numeric * 100
      FROM pos_order WHERE state IN ('paid', 'done')
"""
UNPAID = """
    SELECT pos_order.uuid, listed.kind, listed.account,
           listed.amount * CASE listed.account WHEN 'points' THEN 1 ELSE 100 END
      FROM loyalty_club_till_exception AS listed
      JOIN pos_order ON pos_order.id = listed.order_id
     WHERE listed.kind IN ('overspent', 'unheld')
"""
EXCEPTIONS = "SELECT kind, count(*) FROM loyalty_club_till_exception GROUP BY 1"

#: for Odoo's shell: (number of accounts, what differs)
SELF_CHECK = """
club = env["loyalty.club"].browse(values["club"])
outcome = env["loyalty.club.ledger"]._check_club(club)
say([outcome["accounts"], outcome["details"]])
"""


def rows(database: str, query: str) -> list[tuple]:
    connection = psycopg2.connect(dbname=database)
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()
    finally:
        connection.close()


# --- the day --------------------------------------------------------------------


class Day:
    """``orders`` at all the tills that are open, sent to all the servers in ``urls``.

    :param opened: what ``open_tills`` said
    :param start: what its members started with: dict of account to units
    :param trouble: how often, out of 100 calls, the network is cut off
    """

    def __init__(self, opened, urls, orders, start, seed=1, trouble=10):
        self.opened, self.urls = opened, list(urls)
        self.orders, self.seed, self.trouble = orders, seed, trouble
        self.book = Book(len(opened["members"]), start)
        #: saved orders that goods may come back from; taken out while they do
        self.sales: list[str] = []
        self.seen: Counter = Counter()
        self.seconds = 0.0
        self.stop = threading.Event()
        self.lock = threading.Lock()

    def note(self, what: str, count: int = 1) -> None:
        with self.lock:
            self.seen[what] += count

    @property
    def saved(self) -> int:
        return self.seen["orders"]

    def work(self) -> None:
        """Let all tills work until the orders are saved.

        :raises Exception: what stopped a till; all stop then
        """
        count = len(self.opened["tills"])
        shares = [
            self.orders // count + (number < self.orders % count)
            for number in range(count)
        ]
        started = time.monotonic()
        with ThreadPoolExecutor(count) as tills:
            list(tills.map(self._work_at, range(count), shares))
        self.seconds = time.monotonic() - started

    def _work_at(self, number: int, orders: int) -> None:
        try:
            BusyTill(self, number).work(orders)
        except BaseException:
            self.stop.set()
            raise

    def take_sale(self, chance: random.Random) -> str | None:
        """A saved order, which no other till takes goods back from meanwhile."""
        with self.lock:
            if not self.sales:
                return None
            return self.sales.pop(chance.randrange(len(self.sales)))

    def put_sale(self, uuid: str) -> None:
        with self.lock:
            self.sales.append(uuid)

    # ------------------------------------------------------------------ proof

    def differences(self) -> list[str]:
        """Where the database has something else than the books."""
        database = self.opened["database"]
        for uuid, kind, account, units in rows(database, UNPAID):
            sold = self.book.orders[uuid]
            sold.on_credit |= account == "wallet"
            if kind == "unheld":
                sold.lost[account] = int(units)
        return [*self._order_differences(database), *self._sum_differences(database)]

    def _order_differences(self, database):
        found = {uuid: parts for uuid, *parts in rows(database, RECEIPTS)}
        for uuid, sold in self.book.orders.items():
            expected = [
                sold.earns(sold.pieces),
                sold.cost("points"),
                sold.cost("wallet"),
                sold.loaded,
            ]
            if found.get(uuid) != expected:
                yield f"order {uuid}: {found.get(uuid)} instead of {expected}"
        for uuid in found.keys() - self.book.orders.keys():
            yield f"order {uuid}: nobody sent it"

    def _sum_differences(self, database):
        found = {
            (member, account): (net, held)
            for member, account, net, held in rows(database, BALANCES)
        }
        balances = self.book.balances()
        for member, expected in zip(self.opened["members"], balances, strict=True):
            for account in ("points", "wallet"):
                has = found[member["id"], account]
                should = (expected[account], expected[f"held {account}"])
                if has != should:
                    yield f"{account} of {member['mobile']}: {has} instead of {should}"

    def exceptions(self) -> dict:
        """What was listed for the manager: dict of kind to number."""
        return dict(rows(self.opened["database"], EXCEPTIONS))

    def __str__(self) -> str:
        pace = self.saved / self.seconds if self.seconds else 0
        return (
            f"{self.saved} orders of {len(self.opened['tills'])} tills in "
            f"{self.seconds:.0f} s ({pace:.1f} per second): {dict(self.seen)}"
        )


class BusyTill:
    """One till through the day; what it does is drawn from its own dice."""

    def __init__(self, day: Day, number: int):
        self.day = day
        #: what the last answer about an order's holds said, by its uuid
        self.seen: dict[str, int] = {}
        self.chance = random.Random(f"{day.seed}-{number}")
        self.till = self._patiently(lambda: Till(day.opened, number, day.urls))

    def work(self, orders: int) -> None:
        self.left = orders
        while self.left > 0 and not self.day.stop.is_set():
            [habit] = self.chance.choices(list(HABITS), HABITS.values())
            getattr(self, habit)()

    # ------------------------------------------------------------------ habits

    def sell(self):
        member = self._member()
        if self._happens(30):
            self._recognise(member)
        sold = Sold(member, self._pieces())
        self._save(sold, self._sale(sold))

    def spend(self):
        """Hold first; without a hold the customer pays it all in money."""
        sold = self._spending(self._member())
        basket = self._sale(sold)
        if not self._hold(basket, sold):
            sold.by_points = sold.by_wallet = Fraction(0)
            basket = self._sale(sold)
        self._save(sold, basket)

    def give_up(self):
        """A basket that nobody pays: what it held is released, or forgotten."""
        sold = self._spending(self._member())
        basket = self._sale(sold)
        held = self._hold(basket, sold)
        if self._happens(80):
            self._call_in_turn("release", basket["uuid"])
        elif held:
            points, cents = sold.points_for(sold.pieces), sold.cents_for(sold.pieces)
            self.day.book.leave_held(sold.member, points, cents)
        self.day.note("given up")

    def go_offline(self):
        """Some orders without a network, with spending that nobody was asked for.

        They are sent later, in any order, or to both servers at once.
        """
        waiting = []
        for _order in range(self.chance.randint(2, 4)):
            member = self._member()
            if self._happens(60):
                self._recognise(member)  # grants what may be spent offline
            sold = self._spending(member) if self._happens(50) else None
            sold = sold or Sold(member, self._pieces())
            basket = self._sale(sold)
            basket["date_order"] = time.strftime(
                "%Y-%m-%d %H:%M:%S", time.gmtime(time.time() - 5)
            )
            waiting.append((sold, basket))
        self.chance.shuffle(waiting)
        self.day.note("offline", len(waiting))
        for sold, basket in waiting:
            self._save(sold, basket)

    def take_back(self):
        """Some pieces of a sale come back; or all of it, at two tills at once."""
        uuid = self.day.take_sale(self.chance)
        if not uuid:
            return
        if self._happens(15):
            self._take_back_twice(uuid)
            return
        back = Sold(self.day.book.orders[uuid].member)
        lines = self._refunding(back, uuid, self._some_left(uuid))
        if lines:
            self._save(back, self._basket(back, lines, is_refund=True))
            self.day.put_sale(uuid)
            self.day.note("taken back")

    def _take_back_twice(self, uuid):
        """Two orders that refund the same pieces, at the same time."""
        sold = self.day.book.orders[uuid]
        left = sold.pieces - self.day.book.returned().get(uuid, Counter())
        if not left:
            return
        both = []
        for _till in range(2):
            back = Sold(sold.member)
            lines = self._refunding(back, uuid, left)
            both.append((back, self._basket(back, lines, is_refund=True)))
        with ThreadPoolExecutor(2) as hands:
            done = [
                hands.submit(self._save, back, basket, self._other_browser(index))
                for index, (back, basket) in enumerate(both)
            ]
            for future in done:
                future.result()
        self.day.note("taken back twice at once")

    def exchange(self):
        """Pieces of a sale come back, and others are bought, in one order."""
        uuid = self.day.take_sale(self.chance)
        if not uuid:
            return
        new = Sold(self.day.book.orders[uuid].member, self._pieces())
        lines = self._refunding(new, uuid, self._some_left(uuid))
        lines += [self.till.goods(name, n) for name, n in new.pieces.items()]
        self._save(new, self._basket(new, lines))
        self.day.put_sale(uuid)
        self.day.note("exchanged")

    def load(self):
        sold = Sold(self._member(), loaded=100 * self.chance.randint(1, 5) * 10)
        self._save(sold, self._basket(sold, [self.till.load(sold.loaded / 100)]))
        self.day.note("loaded")

    # ------------------------------------------------------------------ baskets

    def _happens(self, percent: int) -> bool:
        return self.chance.randrange(100) < percent

    def _member(self) -> int:
        return self.chance.randrange(len(self.day.opened["members"]))

    def _pieces(self) -> Counter:
        names = self.chance.sample(sorted(PRICES), self.chance.randint(1, 3))
        return Counter({name: self.chance.randint(1, 4) for name in names})

    def _spending(self, member: int) -> Sold:
        """A sale that points, the wallet, or both pay some tenths of."""
        sold = Sold(member, self._pieces())
        ways = self.chance.choice([("points",), ("wallet",), ("points", "wallet")])
        if "points" in ways:
            sold.by_points = Fraction(self.chance.randint(1, 5), 10)
        if "wallet" in ways:
            sold.by_wallet = Fraction(self.chance.randint(1, 3), 10)
        return sold

    def _sale(self, sold: Sold) -> dict:
        member = self.day.opened["members"][sold.member]
        lines = [self.till.goods(name, n) for name, n in sold.pieces.items()]
        if points := sold.points_for(sold.pieces):
            money = points / POINTS_FOR_MONEY
            lines.append(self.till.reward(member, "points", money, points))
        if cents := sold.cents_for(sold.pieces):
            money = cents / 100
            lines.append(self.till.reward(member, "wallet", money, money))
        return self._basket(sold, lines)

    def _basket(self, sold: Sold, lines: list, **values) -> dict:
        member = self.day.opened["members"][sold.member]
        return self.till.basket(member, lines, **values)

    def _some_left(self, uuid: str) -> Counter:
        """Pieces of a sale that haven't come back yet: some of them."""
        sold = self.day.book.orders[uuid]
        left = sold.pieces - self.day.book.returned().get(uuid, Counter())
        some = {name: self.chance.randint(0, count) for name, count in left.items()}
        return +Counter(some)

    def _refunding(self, back: Sold, uuid: str, pieces: Counter) -> list:
        """The lines by which ``back`` takes pieces of a sale, with their part of what
        points and wallet had paid."""
        if not pieces:
            return []
        back.returns = {uuid: pieces}
        sold = self.day.book.orders[uuid]
        lines = []
        for name, count in pieces.items():
            line_id, line = sold.lines[name]
            lines.append(self.till.refund(line, line_id, count, -count * PRICES[name]))
        so_far = self.day.book.returned().get(uuid, Counter()) + pieces
        for account in ("points", "wallet"):
            if account not in sold.lines:
                continue
            # Counted as the total so far: many small returns are one large one.
            part = sold.hundredths(so_far) - self.day.book.given_back(uuid, account)
            if part > 0:
                back.gives_back[uuid, account] = part
                line_id, line = sold.lines[account]
                money = round(-line["price_unit"] * part / 100, 2)
                lines.append(self.till.refund(line, line_id, part / 100, money))
        return lines

    # ------------------------------------------------------------------ the network

    def _recognise(self, member: int) -> None:
        mobile = self.day.opened["members"][member]["mobile"]
        assert self._call("recognise", text=mobile)["status"] == "found"

    def _hold(self, basket: dict, sold: Sold) -> bool:
        """Set aside what the basket takes. :return: whether there was enough"""
        member = self.day.opened["members"][sold.member]
        amounts = {
            "points": sold.points_for(sold.pieces),
            "wallet": sold.cents_for(sold.pieces) / 100,
        }
        claims = [
            {"card_id": member["cards"][account], "amount": amount}
            for account, amount in amounts.items()
            if amount
        ]
        answer = self._call_in_turn(
            "hold",
            basket["uuid"],
            partner_id=member["partner"],
            claims=claims,
        )
        if answer["status"] == "refused":
            assert answer["code"] == "insufficient_balance", answer
        else:
            assert answer["status"] == "held", answer
        self.day.note(answer["status"])
        return answer["status"] == "held"

    def _save(self, sold: Sold, basket: dict, browser: Browser | None = None) -> None:
        """Send an order until it is saved; sometimes more often than that."""
        self.left -= 1
        self.day.book.add(basket["uuid"], sold)
        call, options = self.till.sync_call(basket), self.till.sync_options()
        if browser is None and self._happens(5):
            saved = self._send_to_all(call, options)
        else:
            saved = self._insist(browser, call, options)
            if self._happens(8):
                self.day.note("saved orders sent again")
                saved = self._insist(None, call, options)
        self._note_saved(sold, basket, saved)

    def _send_to_all(self, call, options):
        """The same order on its way to every server at once."""
        self.day.note("orders sent to both at once")
        with ThreadPoolExecutor(len(self.day.urls)) as hands:
            sent = [
                hands.submit(self._insist, self._other_browser(index), call, options)
                for index in range(len(self.day.urls))
            ]
            return [future.result() for future in sent][0]

    def _other_browser(self, index: int) -> Browser:
        browsers = self.till.browsers
        return self.till.again(browsers[index % len(browsers)])

    def _note_saved(self, sold: Sold, basket: dict, saved: dict) -> None:
        ids = {line["uuid"]: line["id"] for line in saved["pos.order.line"]}
        for _create, _zero, line in basket["lines"]:
            if "refunded_orderline_id" not in line:
                sold.lines[line["name"]] = ids[line["uuid"]], line
        self.day.note("orders")
        if sold.pieces:
            self.day.put_sale(basket["uuid"])

    def _call(self, method: str, **values):
        options = {"config_id": self.till.own["config"], **values}
        return self._insist(None, ("loyalty.club.till", method), options)

    def _call_in_turn(self, method: str, uuid: str, **values):
        """A call about what an order holds, again when it came late."""
        while True:
            seen = self.seen.get(uuid, 0)
            answer = self._call(method, order_uuid=uuid, seen=seen, **values)
            self.seen[uuid] = answer["seen"]
            if answer["status"] != "late":
                return answer
            self.day.note("late")

    def _insist(self, browser, call, options):
        """Call until there is an answer, as the browser's user would; on the way the
        network may be cut off."""
        browser = browser or self.chance.choice(self.till.browsers)
        if self._happens(self.day.trouble):
            self.day.note("cut off")
            try:
                after = self.chance.choice([0, 0, 0.05, 0.2])
                browser.cut(*call, after=after, **options)
            except CUT:
                self.day.note("not reached")
        return self._patiently(lambda: browser.call(*call, **options))

    def _patiently(self, action):
        """What ``action`` returns; what failed and decided nothing is tried again."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return action()
            except Failed as failure:
                if not failure.undecided or time.monotonic() > deadline:
                    raise
                self.day.note(f"again after {failure.name.rpartition('.')[2]}")
            except CUT:
                if time.monotonic() > deadline or self.day.stop.is_set():
                    raise
                self.day.note("again without an answer")
            time.sleep(0.1)
