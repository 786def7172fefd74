"""Raised rights, defaults, limits, companies, transfers and PINs."""

from passlib.context import CryptContext

from .catalogue import attack

MEMBER = "loyalty.club.member"
REQUEST = "loyalty.club.request"
CARD = "loyalty.club.card.replace"


@attack("1.1", "desk", "edit, move, delete or forge any message through a member")
def messages(world):
    secret, member = world.opened["secret"], world.opened["members"][1]["id"]
    author = world.opened["bosses"][0]["partner"]
    row = "SELECT concat(model, res_id, body) FROM mail_message WHERE id = %s"
    forged = "SELECT count(*) FROM mail_message WHERE body LIKE '%%Forged%%'"
    before = world.one(row, secret)
    for field in ("message_ids", "website_message_ids", "activity_ids"):
        for command in (
            [1, secret, {"body": "Forged"}],
            [4, secret],
            [6, 0, [secret]],
            [3, secret],
            [2, secret],
            [0, 0, {"body": "Forged", "author_id": author}],
        ):
            desk = world.as_("desk")
            world.dares(desk.call, MEMBER, "write", [member], {field: [command]})
            yield world.one(row, secret) != before or world.one(forged)


@attack("1.1", "desk", "make a private file public, or replace what is in it")
def files(world):
    secret, file = world.opened["secret"], world.opened["private"]
    member = world.opened["members"][1]["id"]
    row = "SELECT concat(public, checksum, name) FROM ir_attachment WHERE id = %s"
    before = world.one(row, file)
    for forged in ({"public": True}, {"datas": "Zm9yZ2Vk"}, {"name": "Forged"}):
        nested = {"attachment_ids": [[1, file, forged]]}
        values = {"message_ids": [[1, secret, nested]]}
        world.dares(world.as_("desk").call, MEMBER, "write", [member], values)
        yield world.one(row, file) != before


@attack("1.1", "desk", "write other records through a member's fields")
def nested(world):
    member = world.opened["members"][1]["id"]
    user = world.opened["bosses"][0]["user"]
    login = "SELECT login FROM res_users WHERE id = %s"
    tags = (
        "SELECT count(*) FROM res_partner_category WHERE name::text LIKE '%%Forged%%'"
    )
    for values in (
        {"interest_ids": [[0, 0, {"name": "Forged"}]]},
        {"partner_id": [[1, 1, {"user_ids": [[1, user, {"login": "forged"}]]}]]},
        {"referrer_id": {"partner_id": 1}},
        {"name": {"en_US": "Forged"}},
        {"card_ids": [[0, 0, {"points": 10**6}]]},
    ):
        world.dares(world.as_("desk").call, MEMBER, "write", [member], values)
        yield world.one(login, user) != "boss0" or world.one(tags)


@attack("1.1", "desk", "say what a card wizard has read")
def card_wizard(world):
    desk, member = world.as_("desk"), world.opened["members"][2]["id"]
    forged = {"token": "6037990000000006", "display": "Forged"}
    values = {"member_id": member, "scheme": "barcode", "what": "add"}
    count = "SELECT count(*) FROM loyalty_club_identifier WHERE display = 'Forged'"
    context = {f"default_{name}": value for name, value in forged.items()}
    for given, options in (
        ({**values, **forged}, {}),
        (values, {"context": context}),
        (values, {}),
    ):
        made = world.dares(desk.call, CARD, "create", [given], **options)
        if made:
            world.dares(desk.call, CARD, "write", made, forged)
            world.dares(desk.call, CARD, "action_apply", made)
        yield world.one(count)


@attack("1.3", "manager", "ask as somebody else, and approve it oneself")
def four_eyes(world):
    manager = world.as_("manager")
    other = world.opened["people"]["second"]
    values = {
        "member_id": world.opened["members"][3]["id"],
        "account": "points",
        "amount": 5_000_000,
        "reason_id": world.opened["reason"],
    }
    wishes = {"user_id": other, "state": "waiting"}
    for way in ("values", "context", "own defaults"):
        context, given = {}, dict(values)
        if way == "values":
            given.update(wishes)
        elif way == "context":
            context = {f"default_{name}": wish for name, wish in wishes.items()}
        else:
            for wish in wishes.items():
                world.dares(manager.call, "ir.default", "set", REQUEST, *wish, True)
        made = world.dares(manager.call, REQUEST, "create", [given], context=context)
        if made:
            world.dares(manager.call, REQUEST, "action_approve", made)
            world.dares(manager.call, REQUEST, "action_submit", made, context=context)
            world.dares(manager.call, REQUEST, "action_approve", made)
        yield world.points(3) > 10**6


@attack("1.4", "manager", "five adjustments below the limit")
def split_adjustments(world):
    before = world.points(4)
    for _time in range(5):
        values = {
            "member_id": world.opened["members"][4]["id"],
            "account": "points",
            "amount": 2000,
            "reason_id": world.opened["reason"],
        }
        made = world.dares(world.as_("second").call, REQUEST, "create", [values])
        if made:
            world.dares(world.as_("second").call, REQUEST, "action_submit", made)
        yield world.points(4) - before > 2000


@attack("1.4", "integration", "twenty grants of 500")
def split_grants(world):
    before = world.points(5)
    for _time in range(20):
        world.door(
            "grant",
            member=world.opened["numbers"][5],
            account="points",
            amount=500,
            reason="goodwill",
        )
        yield world.points(5) - before > 1000


@attack("1.4", "manager", "raise one's own limit")
def raise_limit(world):
    row = "SELECT to_jsonb(club) ->> %s FROM loyalty_club AS club WHERE id = %s"
    club = world.opened["club"]
    for name in ("cap_manager_points", "cap_month_times"):
        before = world.one(row, name, club)
        values = {name: 10**6}
        world.dares(world.as_("manager").call, "loyalty.club", "write", [club], values)
        yield world.one(row, name, club) != before


@attack("1.4", "manager", "change policies and rules without a trace")
def without_trace(world):
    club, manager = world.opened["club"], world.as_("manager")
    count = (
        "SELECT count(*) FROM mail_message WHERE model = 'loyalty.club'"
        " AND res_id = %s AND author_id ="
        " (SELECT partner_id FROM res_users WHERE login = 'manager')"
    )
    rule = world.one(
        "SELECT r.id FROM loyalty_rule r JOIN loyalty_program p ON p.id = r.program_id"
        " WHERE p.club_id = %s AND p.club_account = 'points' LIMIT 1",
        club,
    )
    wish = {"tracking_disable": True, "mail_notrack": True, "mail_create_nolog": True}
    for model, record, values in (
        ("loyalty.club", club, {"give_back_grace_days": 31}),
        ("loyalty.rule", rule, {"club_cap_day": 10**6}),
    ):
        before = world.one(count, club)
        done = world.dares(manager.call, model, "write", [record], values, context=wish)
        yield done and world.one(count, club) == before


@attack("1.8", "desk", "read another company's dialogs")
def foreign_dialogs(world):
    desk = world.as_("desk")
    fields = ["name", "mobile", "birthdate"]
    model, record = "loyalty.club.member.join", world.opened["join"]
    yield world.dares(desk.call, model, "read", [record], fields)
    found = world.dares(desk.call, model, "search_read", [], fields) or []
    yield any(row["id"] == record for row in found)
    stranger = {"member_id": world.opened["south_member"]}
    asked = {"balance": {}, "cap_words": {}, "club_id": {}}
    form = ([], stranger, ["member_id"], asked)
    yield world.dares(desk.call, REQUEST, "onchange", *form)


@attack("1.8", "manager", "change another company's drafts, members and reasons")
def foreign_drafts(world):
    manager, draft = world.as_("manager"), world.opened["draft"]
    model = "loyalty.club.tier.publish"
    yield world.dares(manager.call, model, "read", [draft], ["qualify_months"])
    yield world.dares(manager.call, model, "write", [draft], {"qualify_months": 1})
    yield world.dares(manager.call, model, "unlink", [draft])
    stranger = world.opened["south_member"]
    erase = {"member_id": stranger, "reason": "?"}
    made = world.dares(manager.call, "loyalty.club.member.erase", "create", [erase])
    yield made
    reasons, shared = "loyalty.club.reason", world.opened["reason"]
    yield world.dares(manager.call, reasons, "write", [shared], {"name": "Theft"})


@attack("1.8", "employee", "read birth dates and genders")
def birth_dates(world):
    person = world.opened["members"][0]["partner"]
    for name in ("birthdate_date", "gender"):
        for login in ("employee", "integration"):
            call = world.as_(login).call
            yield world.dares(call, "res.partner", "read", [person], [name])
            found = world.dares(call, "res.partner", "search", [[name, "!=", False]])
            yield found


@attack("1.9", "integration", "move any amount from member to member")
def transfers(world):
    giver, taker = world.opened["numbers"][6:8]
    world.door("top_up", member=giver, amount=10**9)
    for account, amount in (("wallet", 10**9), ("wallet", 10**6), ("points", 5000)):
        moved = world.door(
            "transfer",
            member=giver,
            to_member=taker,
            account=account,
            amount=amount,
        )
        yield moved


@attack("1.10", "a backup", "find a PIN by trying all of them")
def pins(world):
    stored = world.one(
        "SELECT pin_hash FROM loyalty_club_member WHERE id = %s",
        world.opened["members"][9]["id"],
    )
    # The PIN that is looked for is among those that are tried: no need to try 10,000.
    crypt = CryptContext(["pbkdf2_sha512", "plaintext"])
    kept = stored[stored.index("$") :] if "$" in stored else stored
    for pin in ("0000", "1234", "2580"):
        yield crypt.verify(pin, kept)
