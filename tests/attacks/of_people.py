"""Whoever enrols people changes nobody who was there before."""

from .catalogue import attack

JOIN = "loyalty.club.member.join"
ROW = "SELECT concat_ws('|', name, phone, email) FROM res_partner WHERE id = %s"
FORGED = {"name": "Mallory", "email": "mallory@example.com"}


def boss_of(world, number):
    """An administrator for each attack: (contact, mobile)."""
    boss = world.opened["bosses"][number]
    return boss["partner"], boss["mobile"]


@attack("1.2", "cashier", "take an administrator's e-mail by joining at a till")
def at_a_till(world):
    boss, theirs = boss_of(world, 1)
    before = world.one(ROW, boss)
    for values in (
        {**FORGED, "partner_id": boss, "mobile": "+12125558888"},
        {**FORGED, "partner_id": boss},
        {**FORGED, "mobile": theirs},
        {**FORGED, "mobile": theirs, "partner_id": boss},
    ):
        world.dares(world.till.ask, "join", values=values)
        yield world.one(ROW, boss) != before


@attack("1.2", "desk", "take it in the dialog for new members")
def at_the_desk(world):
    boss, theirs = boss_of(world, 2)
    desk = world.as_("desk")
    before = world.one(ROW, boss)
    club = {"club_id": world.opened["club"]}
    for values in (
        {**FORGED, "partner_id": boss, "mobile": "+12125558888"},
        {**FORGED, "mobile": theirs},
        {**FORGED, "mobile": theirs, "same_person": "yes"},
        {**FORGED, "mobile": theirs, "same_person": "no"},
    ):
        made = world.dares(desk.call, JOIN, "create", [{**club, **values}])
        if made:
            world.dares(desk.call, JOIN, "action_join", made)
        yield world.one(ROW, boss) != before


@attack("1.2", "integration", "take it through the interface")
def by_the_door(world):
    boss, theirs = boss_of(world, 3)
    before = world.one(ROW, boss)
    for values in (
        {**FORGED, "mobile": theirs},
        {"name": "Mallory", "mobile": theirs},
        {**FORGED, "mobile": theirs.replace("+", "00")},
    ):
        answer = world.door("enroll", **values)
        yield world.one(ROW, boss) != before
        if answer:
            world.door("member_update", member=answer["number"], **FORGED)
            yield world.one(ROW, boss) != before
