"""What a cashier sends is believed downward only, and holds belong to their maker."""

import time
from uuid import uuid4

from .catalogue import attack


def hold(world, number, amount, account="points", uuid=None, **options):
    """A hold of the till's for a member: what it answers, or None."""
    member = world.opened["members"][number]
    claims = [{"card_id": member["cards"][account], "amount": amount}]
    return world.dares(
        world.till.ask,
        "hold",
        order_uuid=uuid or str(uuid4()),
        partner_id=member["partner"],
        claims=claims,
        **options,
    )


def sync(world, basket, **context):
    """Save an order, with wishes in the context. :return: the saved order or None"""
    options = world.till.sync_options()
    options["context"].update(context)
    browser = world.cashier
    saved = world.dares(browser.call, *world.till.sync_call(basket), **options)
    return saved and saved["pos.order"][0]


def refund(world, basket, saved, **context):
    """Return all lines of a saved order."""
    member = {"partner": basket["partner_id"]}
    sold = [command[2] for command in basket["lines"]]
    lines = [
        world.till.refund(line, line_id, line["qty"], -line["price_subtotal_incl"])
        for line, line_id in zip(sold, saved["lines"], strict=True)
    ]
    return sync(world, world.till.basket(member, lines), **context)


@attack("1.3", "cashier", "switch the settlement of an order off by its context")
def settlement_off(world):
    member, till = world.opened["members"][20], world.till
    wish = {"default_club_receipt": {"told": True}}
    lines = [till.goods("Tea", 2), till.reward(member, "wallet", 80, 80)]
    basket = till.basket(member, lines)
    hold(world, 20, 80, "wallet", basket["uuid"])
    before = world.points(20, "wallet")
    saved = sync(world, basket, **wish)
    yield saved and world.points(20, "wallet") > before - 80
    member, before = world.opened["members"][21], world.points(21)
    basket = till.basket(member, [till.goods("Tea", 1)])
    saved = sync(world, basket)
    back = saved and refund(world, basket, saved, **wish)
    yield back and world.points(21) > before


@attack("1.5", "cashier", "get another spend back by an order that is named like it")
def reference(world):
    member, till = world.opened["members"][22], world.till
    number = world.opened["numbers"][22]
    for _time in range(2):
        uuid = str(uuid4())
        world.door("spend", member=number, account="points", amount=600, reference=uuid)
        after = world.points(22)
        lines = [till.goods("Tea", 1), till.reward(member, "points", 1, 10)]
        basket = till.basket(member, lines, uuid=uuid)
        hold(world, 22, 10, uuid=uuid)
        saved = sync(world, basket)
        if saved:
            refund(world, basket, saved)
        yield world.points(22) > after


@attack("1.5", "integration", "get a till's spend back by a return that is named so")
def reference_of_a_return(world):
    till, lines = world.till, [{"line": "1", "name": "Tea", "quantity": 1}]
    lines[0]["unit_price"] = 50
    for number in (23, 24):
        member = world.opened["members"][number]
        sold = [till.goods("Tea", 2), till.reward(member, "points", 60, 600)]
        basket = till.basket(member, sold)
        hold(world, number, 600, uuid=basket["uuid"])
        sync(world, basket)
        after = world.points(number)
        purchase = {"uuid": basket["uuid"], "lines": lines}
        purchase["member"] = world.opened["numbers"][number]
        world.door("purchase_record", purchase=purchase)
        world.door("purchase_return", uuid=basket["uuid"])
        yield world.points(number) > after


@attack("1.6", "cashier", "put a member into debt by a forged cost")
def forged_cost(world):
    member, till = world.opened["members"][25], world.till
    debt = "SELECT club_debt FROM loyalty_card WHERE id = %s"
    for cost in (10**8, 6000):
        lines = [till.goods("Tea", 4), till.reward(member, "points", 10, cost)]
        sync(world, till.basket(member, lines))
        owed = world.one(debt, member["cards"]["points"])
        yield owed or world.points(25) < 5000


@attack("1.6", "cashier", "spend without a hold, past the PIN")
def without_hold(world):
    member, till = world.opened["members"][26], world.till
    for account, money, cost in (("points", 150, 3000), ("wallet", 150, 150)):
        before = world.points(26, account)
        lines = [till.goods("Tea", 4), till.reward(member, account, money, cost)]
        sync(world, till.basket(member, lines))
        yield world.points(26, account) < before


@attack("1.6", "cashier", "rewrite an order that is paid, and return it")
def rewritten(world):
    till, number = world.till, 31
    member = world.opened["members"][number]
    for model, values in (
        ("pos.order", {"uuid": str(uuid4())}),
        ("pos.order.line", {"uuid": str(uuid4())}),
        ("pos.order.line", {"qty": 100}),
        ("pos.order.line", {"price_unit": 10**6, "price_subtotal_incl": 10**6}),
    ):
        before = world.points(number)
        basket = till.basket(member, [till.goods("Tea", 1)])
        saved = sync(world, basket)
        records = [saved["id"]] if model == "pos.order" else saved["lines"]
        changed = world.dares(world.cashier.call, model, "write", records, values)
        refund(world, basket, saved)
        yield changed or world.points(number) > before


@attack("1.6", "cashier", "choose another club, box or partner for one's till")
def other_till(world):
    config = world.till.own["config"]
    row = (
        "SELECT concat(club_id, '|', club_box_ip, '|', club_box_reader)"
        " FROM pos_config WHERE id = %s"
    )
    before = world.one(row, config)
    for values in (
        {"club_id": world.opened["club"]},
        {"club_box_ip": "192.0.2.1"},
        {"club_box_reader": "forged"},
        {"trusted_config_ids": [[4, world.opened["tills"][1]["config"]]]},
    ):
        changed = world.dares(
            world.cashier.call, "pos.config", "write", [config], values
        )
        yield changed or world.one(row, config) != before


@attack("1.6", "cashier", "spend 2,000 and 2,000 below a PIN limit of 2,000")
def split_holds(world):
    first = hold(world, 27, 2000)
    for _time in range(3):
        second = hold(world, 27, 2000)
        both = first and second and {first["status"], second["status"]} == {"held"}
        yield both


@attack("1.6", "cashier", "set a PIN for who has none, and use it")
def own_pin(world):
    partner = world.opened["members"][28]["partner"]
    for pin in ("2580", "1234"):
        world.dares(world.till.ask, "set_pin", partner_id=partner, pin=pin)
        answer = hold(world, 28, 3000, proof={"pin": pin})
        yield answer and answer["status"] == "held"
        world.dares(
            world.till.ask,
            "set_pin",
            partner_id=partner,
            pin=pin,
            manager={"login": "employee", "password": "employee"},
        )
        answer = hold(world, 28, 3000, proof={"pin": pin})
        yield answer and answer["status"] == "held"


@attack("1.6", "cashier", "set a member's PIN by letting them join again")
def pin_by_joining(world):
    values = {"name": "New", "mobile": world.opened["members"][29]["mobile"]}
    world.dares(world.till.ask, "join", values={**values, "pin": "2580"})
    answer = hold(world, 29, 3000, proof={"pin": "2580"})
    yield answer and answer["status"] == "held"


@attack("1.7", "cashier", "give up an integrator's hold by its reference")
def foreign_hold(world):
    state = "SELECT state FROM loyalty_club_hold WHERE id = %s"
    for reference in ("web-1", str(uuid4())):
        made = world.door(
            "hold_create",
            member=world.opened["numbers"][30],
            account="points",
            amount=100,
            reference=reference,
        )
        world.dares(world.till.ask, "release", order_uuid=reference)
        yield world.one(state, made["hold"]) != "open"
        hold(world, 30, 50, uuid=reference)
        yield world.one(state, made["hold"]) != "open"


@attack("1.7", "cashier", "hold the points of 50 members without an order")
def many_holds(world):
    held = 0
    for number in range(40, 90):
        answer = hold(world, number, 100)
        held += bool(answer and answer["status"] == "held")
        yield held > 20


@attack("1.7", "cashier", "list members by their numbers")
def enumerated(world):
    told, began = 0, time.monotonic()
    for round_ in range(2):
        for number in world.opened["numbers"][:150]:
            answer = world.dares(world.till.ask, "recognise", text=number)
            told += bool(answer and answer.get("status") == "found")
            # What a till asks in half a minute, and what a queue of people never is.
            yield told > 150 and time.monotonic() - began < 600 and round_
