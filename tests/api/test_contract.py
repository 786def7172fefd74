"""The integrators' contract from outside: a running server, three protocols.

What each method answers is tested inside (loyalty_club/tests/test_api.py). Here it
matters that the protocols agree, that every refusal has a code, and that a refusal
writes nothing.
"""

import random
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.door import Door, Refused
from tests.support.protocols import PROTOCOLS, Json2, JsonRpc, XmlRpc
from tests.support.shop import open_shop

CODES = {
    "unknown_member",
    "ambiguous_member",
    "insufficient_balance",
    "key_conflict",
    "invalid_payload",
    "unknown_product",
    "unknown_purchase",
    "over_return",
    "hold_expired",
    "hold_closed",
    "member_blocked",
    "needs_approval",
    "limit_exceeded",
    "stale_cursor",
}
# What a refusal looks like where it is no bug: UserError, and nothing else.
REFUSAL = {"XML-RPC": 2, "JSON-RPC": 0, "JSON-2": 422}
ACCESS = {"XML-RPC": 4, "JSON-RPC": 0, "JSON-2": 403}


@pytest.fixture(scope="module")
def shop():
    with open_shop() as shop:
        yield shop


@pytest.fixture(params=PROTOCOLS, ids=lambda protocol: protocol.name)
def protocol(request):
    return request.param


@pytest.fixture
def door(shop, protocol):
    return shop.client(protocol)


_serial = iter(range(10**6))


def key():
    return f"k{next(_serial)}"


def basket(member, **values):
    lines = [{"line": "1", "name": "Tea", "quantity": 2, "unit_price": "5000"}]
    return {"uuid": key(), "member": member, "lines": lines, **values}


def rich(door, **person):
    """Number of a new member with 500 points and 1,000 in the wallet."""
    number = door.call("enroll", key=key(), name="Rich", **person)["number"]
    points = {"member": number, "account": "points", "amount": 500}
    door.call("grant", key=key(), **points, reason="goodwill")
    door.call("top_up", key=key(), member=number, amount=1000)
    return number


def calls(door):
    """A valid call of each method, each with its own key where it has one."""
    member, other = rich(door), rich(door)
    sold = door.call("purchase_record", purchase=basket(member))["uuid"]
    amount = {"member": member, "account": "points", "amount": 5}
    holds = [door.call("hold_create", key=key(), **amount)["hold"] for _ in "ab"]
    leaving = door.call("enroll", key=key(), name="Leaving")["number"]
    return {
        "enroll": {"key": key(), "name": "New", "consent": {"sms": True}},
        "member_get": {"member": member},
        "member_update": {"key": key(), "member": member, "name": "Changed"},
        "member_erase": {"key": key(), "member": leaving, "reason": "asked"},
        "purchase_quote": {"purchase": basket(member)},
        "purchase_record": {"purchase": basket(member)},
        "purchase_return": {
            "key": key(),
            "uuid": sold,
            "lines": [{"line": "1", "quantity": 1}],
        },
        "hold_create": {"key": key(), **amount},
        "hold_capture": {"key": key(), "hold": holds[0], "amount": 4},
        "hold_release": {"key": key(), "hold": holds[1]},
        "spend": {"key": key(), **amount},
        "top_up": {"key": key(), "member": member, "amount": "12.50"},
        "grant": {"key": key(), **amount, "reason": "goodwill"},
        "transfer": {"key": key(), **amount, "to_member": other},
        "statement": {"member": member, "limit": 5},
    }


def refusal(door, method, **arguments):
    with pytest.raises(Refused) as caught:
        door.call(method, **arguments)
    refused = caught.value
    assert refused.status == REFUSAL[door.name], refused
    return refused


# ---------------------------------------------------------------- answers and keys


def test_every_method_answers_and_replays(shop, door):
    changed = {
        "enroll": {"name": "Other"},
        "member_update": {"name": "Other"},
        "member_erase": {"reason": "other"},
        "purchase_return": {"lines": [{"line": "1", "quantity": 2}]},
        "hold_release": {"hold": 1},
    }
    for method, arguments in calls(door).items():
        first = door.call(method, **arguments)
        if method == "purchase_record":
            other = {"purchase": {**arguments["purchase"], "channel": "other"}}
        elif "key" in arguments:
            other = {**arguments, **changed.get(method, {"amount": 3})}
        else:
            continue
        before = shop.rows()
        again = door.call(method, **arguments)
        assert (first.pop("replayed"), again.pop("replayed")) == (False, True), method
        assert again == first, method
        assert refusal(door, method, **other).code == "key_conflict", method
        assert shop.rows() == before, method


def test_protocols_give_the_same_answers(shop):
    doors = [shop.client(protocol) for protocol in PROTOCOLS]
    made = calls(doors[0])
    for method in ("member_get", "statement", "purchase_quote"):
        answers = [door.call(method, **made[method]) for door in doors]
        assert answers[0] == answers[1] == answers[2], method
    recorded = [
        door.call("purchase_record", **made["purchase_record"]) for door in doors
    ]
    assert [answer.pop("replayed") for answer in recorded] == [False, True, True]
    assert recorded[0] == recorded[1] == recorded[2]


def test_one_key_from_many_at_once_is_one_call(shop):
    member = rich(shop.client(Json2))
    arguments = {"key": key(), "member": member, "account": "points", "amount": 7}

    def spend(_number):
        door = Door(shop.server.url, shop.keys["integration"])
        answer, _again = door.insist("spend", **arguments)
        return answer

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(spend, range(8)))
    assert sorted(answer["replayed"] for answer in answers) == [False] + [True] * 7
    assert len({answer["entries"][0]["id"] for answer in answers}) == 1
    summary = shop.client(Json2).call("member_get", member=member)
    assert summary["balances"]["points"]["available"] == 493


# ---------------------------------------------------------------- refusals


def provoked(shop, door):
    """(code, method, arguments): a call for every code of the contract."""
    member = rich(door)
    # One's barcode would be another's number: who shows it might be either.
    barcode = [{"scheme": "barcode", "value": member}]
    alone = rich(door)
    amount = {"member": alone, "account": "points", "amount": 5}
    used = {"key": key(), **amount}
    door.call("spend", **used)
    sold = door.call("purchase_record", purchase=basket(alone))["uuid"]
    closed = door.call("hold_create", key=key(), **amount)["hold"]
    door.call("hold_release", key=key(), hold=closed)
    late = door.call("hold_create", key=key(), **amount, seconds=1)["hold"]
    held = door.call("hold_create", key=key(), **amount)["hold"]
    other = door.call("enroll", key=key(), name="Other")["number"]
    time.sleep(2.1)
    blocked = {**amount, "member": shop.blocked}
    line = {"sku": "NONE", "quantity": 1, "unit_price": 1}
    return [
        ("unknown_member", "member_get", {"member": "nobody"}),
        (
            "ambiguous_member",
            "enroll",
            {"key": key(), "name": "Twin", "identifiers": barcode},
        ),
        ("insufficient_balance", "spend", {"key": key(), **amount, "amount": 10**6}),
        ("key_conflict", "spend", {**used, "amount": 6}),
        ("invalid_payload", "spend", {"key": key(), **amount, "amount": -5}),
        (
            "unknown_product",
            "purchase_record",
            {"purchase": basket(alone, lines=[line])},
        ),
        ("unknown_purchase", "purchase_return", {"key": key(), "uuid": "nothing"}),
        (
            "over_return",
            "purchase_return",
            {"key": key(), "uuid": sold, "lines": [{"line": "1", "quantity": 3}]},
        ),
        ("hold_expired", "hold_capture", {"key": key(), "hold": late}),
        ("hold_closed", "hold_capture", {"key": key(), "hold": closed}),
        ("limit_exceeded", "hold_capture", {"key": key(), "hold": held, "amount": 6}),
        ("member_blocked", "spend", {"key": key(), **blocked}),
        (
            "needs_approval",
            "grant",
            {"key": key(), **amount, "amount": 100_001, "reason": "goodwill"},
        ),
        (
            "limit_exceeded",
            "transfer",
            {"key": key(), **amount, "amount": 501, "to_member": other},
        ),
        # Of a life of the database that this one knows nothing of.
        ("stale_cursor", "segment_moves", {"after": "99-1-1-1"}),
    ]


def test_every_code_is_provoked_and_writes_nothing(shop, door):
    cases = provoked(shop, door)
    assert {code for code, _method, _arguments in cases} == CODES
    before = shop.rows()
    for code, method, arguments in cases:
        assert refusal(door, method, **arguments).code == code, (code, method)
    assert shop.rows() == before


def test_who_is_not_in_the_group_gets_nowhere(shop, protocol):
    made = calls(shop.client(protocol))
    before = shop.rows()
    for role in ("desk", "auditor", "internal"):
        door = shop.client(protocol, role)
        for method, arguments in made.items():
            with pytest.raises(Refused) as caught:
                door.call(method, **arguments)
            assert caught.value.status == ACCESS[door.name], (role, method)
            if protocol is not XmlRpc:
                assert caught.value.name == "odoo.exceptions.AccessError"
    assert shop.rows() == before
    # Control: the very same calls are fine for a manager.
    for method, arguments in made.items():
        shop.client(protocol, "manager").call(method, **arguments)


@pytest.mark.parametrize("protocol", [XmlRpc, JsonRpc], ids=lambda p: p.name)
def test_positional_arguments_are_refused(shop, protocol):
    door = shop.client(protocol)
    for method in calls(door):
        with pytest.raises(Refused) as caught:
            door.call(method, "x")
        assert caught.value.code == "invalid_payload", caught.value


# ---------------------------------------------------------------- malformed payloads

JUNK = [
    None, True, False, 0, -1, 2**31, 2**63, 10**40, 1.5, -0.0, 1e300, float("nan"),
    float("inf"), "", " ", "x", "0", "-5", "NaN", "1e9", "٣", "a\0b", "\ud800",
    "\u202e", "x" * 5000, "6037990000000006", ";6037990000000006=29011010000?",
    "'; DROP TABLE", "%s", "2026-02-30", "0000-00-00", "9999-12-31T23:59:59Z",
    [], [[]], [None], [1, "x"], {}, {"x": 1}, {"": None}, [{}] * 3,
    {"line": {"line": []}},
]  # fmt: skip
# Words that Odoo's JSON-2 takes for itself before any method is called.
OWN_WORDS = ("self", "ids", "context")
NAMES = ["", "self", "args", "kwargs", "member_id", "points", "sudo", "x" * 300, "نام"]


def mutated(rng, arguments):
    """``arguments`` with one to three things wrong somewhere."""
    arguments = copy(arguments)
    for _number in range(rng.randint(1, 3)):
        place = arguments
        while isinstance(place, dict | list) and place and rng.random() < 0.6:
            step = rng.choice(
                list(place) if isinstance(place, dict) else range(len(place))
            )
            if not isinstance(place[step], dict | list):
                break
            place = place[step]
        if isinstance(place, list):
            place.append(rng.choice(JUNK))
        elif not place or rng.random() < 0.2:
            place[rng.choice(NAMES)] = rng.choice(JUNK)
        elif rng.random() < 0.2:
            del place[rng.choice(list(place))]
        else:
            place[rng.choice(list(place))] = rng.choice(JUNK)
    return arguments


def copy(value):
    if isinstance(value, dict):
        return {name: copy(item) for name, item in value.items()}
    return [copy(item) for item in value] if isinstance(value, list) else value


def speakable(value):
    """Whether XML-RPC can say it: no large integers, and only characters of XML."""
    if isinstance(value, dict):
        return all(map(speakable, value)) and all(map(speakable, value.values()))
    if isinstance(value, list):
        return all(map(speakable, value))
    if isinstance(value, int):
        return abs(value) < 2**31
    return not isinstance(value, str) or not re.search(r"[\0-\x08\ud800-\udfff]", value)


def test_malformed_payloads_are_refused_with_a_code(shop):
    rng = random.Random(20260321)
    doors = {protocol: shop.client(protocol) for protocol in PROTOCOLS}
    refused = accepted = 0
    before = shop.rows()
    for number in range(500):
        if number % 25 == 0:
            made = calls(doors[Json2])
            before = shop.rows()
        method = rng.choice(list(made))
        arguments = mutated(rng, made[method])
        protocol = rng.choice(PROTOCOLS)
        if protocol is XmlRpc and not speakable(arguments):
            protocol = JsonRpc
        door = doors[protocol]
        if protocol is Json2:
            arguments = {k: v for k, v in arguments.items() if k not in OWN_WORDS}
        try:
            door.call(method, **arguments)
        except Refused as error:
            assert error.code in CODES, (method, arguments, error)
            assert error.status == REFUSAL[door.name], (method, arguments, error)
            assert shop.rows() == before, (method, arguments, error)
            refused += 1
        else:
            accepted += 1  # what was changed didn't matter, such as a name
            before = shop.rows()
    print(f"{refused} malformed payloads refused, {accepted} harmless ones accepted")
    assert refused > 400
    assert "Traceback" not in shop.server.log.read_text()
