"""What the club costs at the till: ratios to native Odoo and to bare SQL, in one run.

    . setup/lib/env.sh
    python -m tests.bench.till             all of it
    python -m tests.bench.till paid        parts of it

Parts:

paid       a paid order of 5 and of 60 lines with a member, to native pos_loyalty on a
           database without our addons: the two calls of a till (save the order, confirm
           its points), of a member who earns and of one who spends points as well; and
           the calls before payment, by which points are held (native: looked at)
opening    what a till loads when it opens, with 1,000,000 members to 1,000
recognise  finding a member by mobile among 1,000,000, to the bare indexed SELECT and to
           native's search for customers, in one process and over HTTP

What is compared runs in turns, so that other work of the machine burdens both alike.
Times are wall-clock medians; only the ratios mean something on another machine. A paid
order is measured in CPU of Odoo and of its PostgreSQL too, in milliseconds, and in
statements. The databases are dropped in the end.
"""

import argparse
import sys
import time
from contextlib import ExitStack

from club_setup import databases

from tests.bench.cost import Cost
from tests.bench.ledger import in_turns, inside
from tests.support.door import in_shell
from tests.support.server import database_from_template, running_server
from tests.support.tills import Till, open_native_tills, open_tills

FEW, MANY = 1000, 1_000_000
LINES = (5, 60)
PRICE = 10
SPENT = 100  # points, worth 10.00
WARM = 5  # rounds that don't count
#: what a customer's mobile is looked for in, by Odoo's own till
NATIVE_FIELDS = (
    "name",
    "parent_name",
    "phone_mobile_search",
    "email",
    "barcode",
    "street",
    "zip",
    "city",
    "state_id",
    "country_id",
    "vat",
)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def show(what: str, ours: float, theirs: float, whose: str) -> None:
    print(
        f"{what}: {ours / theirs:.2f} × {whose} "
        f"({milliseconds(ours)} to {milliseconds(theirs)})",
        flush=True,
    )


# --- a paid order ---------------------------------------------------------------


class Counter:
    """A till where one customer after the other pays the same basket.

    :param program: of the points
    :param native: whether Odoo's own loyalty gives the points: in its second call, and
        as many as the browser says
    """

    def __init__(self, opened, url, program, native):
        self._till = Till(opened, 0, [url])
        self._browser = self._till.browsers[0]
        self._opened, self._program, self._native = opened, program, native
        self._turn = 0

    def _next_member(self):
        self._turn += 1
        return self._opened["members"][self._turn % len(self._opened["members"])]

    def pay(self, lines, spends, cost):
        """A paid order, with all the calls that a till makes for it.

        :param lines: number of lines that sell something
        :param spends: whether points pay for a part of it
        :param cost: what the calls are counted in
        """
        member, name = self._next_member(), f"{lines} lines"
        name += ", some paid with points" if spends else ""
        card = member["cards"]["points"]
        sold = [self._till.goods(f"Item {number}", 1, PRICE) for number in range(lines)]
        points = PRICE * lines
        if spends:
            sold.append(self._till.reward(member, "points", SPENT / 10, SPENT))
            points -= SPENT // 10
        basket = self._till.basket(member, sold)
        if spends:
            self._claim(member, basket, card, points - SPENT, cost, name)
        with cost.of(name):
            order = self._till.sync(basket)["pos.order"][0]
            self._confirm(order, card, points - (SPENT if spends else 0))
        if not self._native:
            assert order["club_receipt"]["earned"] == points
            assert order["club_receipt"]["spent"] == (
                {"points": SPENT} if spends else {}
            )

    def _claim(self, member, basket, card, points, cost, name):
        """What comes before: our hold, and Odoo's question whether there is enough."""
        with cost.of(f"{name}: before"):
            if not self._native:
                claims = [{"card_id": card, "amount": SPENT}]
                held = self._till.ask(
                    "hold",
                    order_uuid=basket["uuid"],
                    partner_id=member["partner"],
                    claims=claims,
                )
                assert held["status"] == "held"
            changes = {str(card): points}
            self._browser.call("pos.order", "validate_coupon_programs", [], changes, [])

    def _confirm(self, order, card, points):
        change = {
            "points": points,
            "program_id": self._program,
            "coupon_id": card,
            "barcode": False,
        }
        answer = self._browser.call(
            "pos.order", "confirm_coupon_programs", order["id"], {str(card): change}
        )
        assert [update["id"] for update in answer["coupon_updates"]] == [card]


TIDY = """
env.cr.commit()
env.cr._cnx.autocommit = True
env.cr.execute("VACUUM ANALYZE")
env.cr._cnx.autocommit = False
say(True)
"""

POINTS = """
say(sum(env["loyalty.card"].browse(values["cards"]).mapped("points")))
"""


def points_of(opened):
    cards = [member["cards"]["points"] for member in opened["members"]]
    return in_shell(opened["database"], POINTS, cards=cards)


def paid(options, _shops):
    goods = {f"Item {number}": PRICE for number in range(max(LINES))}
    with ExitStack() as stack:
        enter = stack.enter_context
        club = enter(database_from_template("bench_till"))
        plain = enter(databases.scratch(databases.native_template(), "bench_plain"))
        start = {"points": 10 * SPENT * options.rounds}
        ours = open_tills(club, 1, 10, start, goods=goods)
        native = open_native_tills(plain, 1, 10, start, goods)
        program = in_shell(
            club,
            'say(env["loyalty.club"].browse(values["club"]).points_program_id.id)',
            club=ours["club"],
        )
        for database in (club, plain):
            in_shell(database, TIDY)  # tests may have left one fuller than the other
        club_server = enter(running_server(club))
        plain_server = enter(running_server(plain))
        costs = {"ours": Cost(club_server), "native": Cost(plain_server)}
        counters = {
            "ours": Counter(ours, club_server.url, program, False),
            "native": Counter(native, plain_server.url, native["program"], True),
        }
        for turn in range(options.rounds + WARM):
            if turn == WARM:
                for cost in costs.values():
                    cost.taken.clear()
            for lines in LINES:
                for spends in (False, True):
                    # Who comes second finds the machine's caches full of the other's.
                    for whose in sorted(counters, reverse=turn % 2):
                        counters[whose].pay(lines, spends, costs[whose])
        # Both gave the same, or the times compare nothing.
        assert points_of(native) == points_of(ours)
    show_paid(costs["ours"], costs["native"])


def show_paid(ours, native):
    print(
        "| a paid order of | measure | ours | native | ratio |\n|---|---|---|---|---|"
    )
    for name in ours.taken:
        of_ours, of_native = ours.medians(name), native.medians(name)
        for measure, value in of_ours.items():
            other = of_native[measure]
            print(
                f"| {name} | {measure} | {value:.1f} | {other:.1f} |"
                f" {value / other:.2f} |",
                flush=True,
            )


# --- many members ---------------------------------------------------------------

# A mobile for each member: as an identifier, and on his contact as native looks for it.
GIVE_MOBILES = """
env.cr.execute('''
    UPDATE res_partner AS partner
       SET phone = '+98912' || lpad(member.id::text, 7, '0')
      FROM loyalty_club_member AS member
     WHERE member.partner_id = partner.id AND member.number LIKE 'B%'
''')
env.cr.execute('''
    INSERT INTO loyalty_club_identifier
           (club_id, company_id, member_id, scheme, value, display, state)
    SELECT club_id, company_id, id, 'mobile', '+98912' || lpad(id::text, 7, '0'),
           '+98912' || lpad(id::text, 7, '0'), 'active'
      FROM loyalty_club_member WHERE number LIKE 'B%'
    UNION ALL
    SELECT club_id, company_id, id, 'number', number, number, 'active'
      FROM loyalty_club_member WHERE number LIKE 'B%'
''')
env.cr.commit()
env.cr._cnx.autocommit = True
env.cr.execute("VACUUM ANALYZE")
env.cr._cnx.autocommit = False
env.cr.execute("SELECT min(id), max(id) FROM loyalty_club_member"
               " WHERE number LIKE 'B%'")
say(env.cr.fetchone())
"""


class Shops:
    """Tills of clubs of so many members, made once for all parts that want them."""

    def __init__(self, stack):
        self._enter = stack.enter_context
        self._made = {}

    def of(self, members) -> dict:
        """What ``open_tills`` said, and ``grown``: the least and greatest id of the
        members who were added."""
        if members not in self._made:
            database = self._enter(database_from_template(f"bench_till_{members}"))
            opened = open_tills(database, 1, 1, {"points": 1000})
            started = time.monotonic()
            inside(database, "grow", opened["club"], members)
            opened["grown"] = in_shell(database, GIVE_MOBILES)
            seconds = time.monotonic() - started
            print(f"{members:,} members, made in {seconds:.0f} s", flush=True)
            self._made[members] = opened
        return self._made[members]


def open_till(till):
    """What the client calls when a till is opened in a new browser."""
    browser, session = till.browsers[0], till.own["session"]
    browser.call("pos.session", "load_data_params", [session])
    context = {"pos_last_server_date": False, "pos_limited_loading": True}
    data = browser.call("pos.session", "load_data", [session], [], context=context)
    browser.call("pos.session", "filter_local_data", [session], {})
    assert data["pos.config"][0]["_club"]["id"] == till.opened["club"]


def opening(options, shops):
    with ExitStack() as stack:
        actions = {}
        for name, members in (("few", FEW), ("many", options.members)):
            opened = shops.of(members)
            server = stack.enter_context(running_server(opened["database"]))
            till = Till(opened, 0, [server.url])
            actions[name] = lambda till=till: open_till(till)
        taken = in_turns(options.openings, **actions)
    show(
        f"opening a till, {options.members:,} members",
        taken["many"],
        taken["few"],
        f"with {FEW:,}",
    )


# --- recognising ----------------------------------------------------------------

IN_ONE_PROCESS = """
import time
from random import Random
from statistics import median

cashier = env["res.users"].browse(values["user"])
till = env(user=cashier)["loyalty.club.till"]
partners = env(user=cashier)["res.partner"]
members = env["loyalty.club.member"]
club = env["loyalty.club"].browse(values["club"])

def bare(mobile):
    env.cr._obj.execute(
        "SELECT member_id FROM loyalty_club_identifier WHERE club_id = %s"
        " AND value = %s AND scheme = 'mobile' AND state <> 'replaced'",
        [club.id, mobile])
    assert len(env.cr._obj.fetchall()) == 1

def find(mobile):
    assert len(members._find(club, mobile)) == 1

def recognise(mobile):
    assert till.recognise(values["config"], mobile)["status"] == "found"

def native(mobile):
    domain = ["|"] * (len(values["fields"]) - 1)
    domain += [(field, "ilike", mobile + "%") for field in values["fields"]]
    assert len(partners.get_new_partner(values["config"], domain, 0)["res.partner"])

chance, times = Random(1), {}
for turn in range(values["rounds"] + 5):
    for action in (bare, find, recognise, *([native] if turn < 25 else [])):
        mobile = f"+98912{chance.randint(*values['grown']):07d}"
        env.invalidate_all()
        started = time.perf_counter()
        action(mobile)
        taken = time.perf_counter() - started
        if turn >= 5:
            times.setdefault(action.__name__, []).append(taken)
say({name: median(taken) for name, taken in times.items()})
"""


def recognise(options, shops):
    opened = shops.of(options.members)
    till = opened["tills"][0]
    taken = in_shell(
        opened["database"],
        IN_ONE_PROCESS,
        user=till["user"],
        config=till["config"],
        club=opened["club"],
        grown=opened["grown"],
        fields=NATIVE_FIELDS,
        rounds=options.rounds,
    )
    with running_server(opened["database"]) as server:
        over_http = in_turns(
            options.openings * 2, **recognising(Till(opened, 0, [server.url]))
        )
    among = f"among {options.members:,}"
    floor = "the bare SELECT"
    show(f"finding a member by mobile {among}", taken["find"], taken["bare"], floor)
    show(f"recognising him {among}", taken["recognise"], taken["bare"], floor)
    show(
        f"recognising him {among}", taken["recognise"], taken["native"], "native search"
    )
    show(
        f"recognising him {among} over HTTP",
        over_http["ours"],
        over_http["native"],
        "native search",
    )


def recognising(till):
    first, last = till.opened["grown"]
    turn = 0

    def mobile():
        nonlocal turn
        turn += 7919
        return f"+98912{first + turn % (last - first):07d}"

    def ours():
        assert till.ask("recognise", text=mobile())["status"] == "found"

    def native():
        domain = ["|"] * (len(NATIVE_FIELDS) - 1)
        shown = mobile()
        domain += [[field, "ilike", f"{shown}%"] for field in NATIVE_FIELDS]
        arguments = [till.own["config"], domain, 0]
        found = till.browsers[0].call("res.partner", "get_new_partner", *arguments)
        assert found["res.partner"]

    return {"ours": ours, "native": native}


PARTS = {"paid": paid, "opening": opening, "recognise": recognise}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=PARTS, help=", ".join(PARTS))
    parser.add_argument("--members", type=int, default=MANY)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--openings", type=int, default=20)
    options = parser.parse_args()
    with ExitStack() as stack:
        shops = Shops(stack)
        for part in options.parts:
            PARTS[part](options, shops)
    return 0


if __name__ == "__main__":
    sys.exit(main())
