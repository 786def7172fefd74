"""Calls that move what members have: holds, spending, giving, transfers."""

from odoo.tools import SQL

from ..engine.amounts import to_units
from ..engine.periods import day_bounds, period_start
from ..exceptions import ClubError
from ..ledger import SCALE, Origin, units_from_scaled
from . import answers, members, payloads
from .call import company_of, refuse


def hold_create(
    call,
    *,
    member: payloads.MEMBER,
    account: payloads.ACCOUNT,
    amount: payloads.POSITIVE,
    seconds: payloads.whole(1, 86400) = 900,
    reference: payloads.REFERENCE = None,
):
    """Set an amount aside for a basket that is being paid.

    :return: ``hold``, ``expires_at``, ``balances``
    :raises ClubError: member_blocked, insufficient_balance
    """
    found = members.find(call.club, member)
    ledger = call.env["loyalty.club.ledger"]
    hold = ledger._hold(
        ledger._account(found, account),
        answers.positive(call.club, amount, account),
        seconds,
        key=call.ledger_key,
        reference=reference,
        company=company_of(call.club),
    )
    return found, {
        "hold": hold.id,
        "expires_at": answers.utc(hold.expires_at),
        "balances": answers.balances(call.club, found),
    }


def hold_capture(call, *, hold: payloads.whole(1), amount: payloads.POSITIVE = None):
    """Spend what was set aside, or less; the rest is free again.

    :return: ``entries``, ``balances``
    :raises ClubError: hold_expired, hold_closed, limit_exceeded, member_blocked
    """
    found = _hold(call.club, hold)
    account = found.card_id.club_account
    entry_ids = call.env["loyalty.club.ledger"]._capture(
        found,
        amount and answers.positive(call.club, amount, account),
        key=call.ledger_key,
    )
    return found.member_id, answers.moved(call.club, found.member_id, entry_ids)


def hold_release(call, *, hold: payloads.whole(1)):
    """Give up what was set aside.

    :return: ``entries`` (none), ``balances``
    :raises ClubError: hold_expired, hold_closed
    """
    found = _hold(call.club, hold)
    call.env["loyalty.club.ledger"]._release_hold(found)
    return found.member_id, answers.moved(call.club, found.member_id)


def spend(
    call,
    *,
    member: payloads.MEMBER,
    account: payloads.ACCOUNT,
    amount: payloads.POSITIVE,
    reference: payloads.REFERENCE = None,
):
    """Spend at once; ``reference`` is the uuid of the purchase it pays for.

    :return: ``entries``, ``balances``
    :raises ClubError: member_blocked, insufficient_balance
    """
    found = members.find(call.club, member)
    ledger = call.env["loyalty.club.ledger"]
    entry_ids = ledger._spend(
        ledger._account(found, account),
        answers.positive(call.club, amount, account),
        key=call.ledger_key,
        origin=_origin(call.club, reference=reference),
    )
    return found, answers.moved(call.club, found, entry_ids)


def top_up(
    call,
    *,
    member: payloads.MEMBER,
    amount: payloads.POSITIVE,
    reference: payloads.REFERENCE = None,
):
    """Put money that the member paid into their wallet.

    An integration tells what a till or bank took in; anybody else posts up to
    their cap, like an adjustment.

    :return: ``entries``, ``balances``
    :raises ClubError: member_blocked, needs_approval
    """
    found = members.active(call.club, member)
    units = answers.positive(call.club, amount, "wallet")
    if not call.env.user.has_group("loyalty_club.group_integration"):
        check_cap(call.club, units, "wallet")
    ledger = call.env["loyalty.club.ledger"]
    entry_ids = ledger._grant(
        ledger._account(found, "wallet"),
        units,
        "top_up",
        key=call.ledger_key,
        origin=_origin(call.club, reference=reference),
    )
    return found, answers.moved(call.club, found, entry_ids)


def grant(
    call,
    *,
    member: payloads.MEMBER,
    account: payloads.ACCOUNT,
    amount: payloads.POSITIVE,
    reason: payloads.text(64),
    note: payloads.prose(256) = None,
    expires_on: payloads.day = None,
):
    """Give a member something for a reason, up to the caller's cap.

    :return: ``entries``, ``balances``
    :raises ClubError: member_blocked, needs_approval
    """
    found = members.active(call.club, member)
    units = answers.positive(call.club, amount, account)
    reason = reason_of(call.club, reason)
    if expires_on and expires_on < call.club._today():
        refuse("expires_on", "lies in the past")
    check_cap(call.club, units, account)
    ledger = call.env["loyalty.club.ledger"]
    entry_ids = ledger._grant(
        ledger._account(found, account),
        units,
        "bonus",
        key=call.ledger_key,
        expires_on=expires_on,
        origin=_origin(call.club, reason_id=reason.id, reference=note),
    )
    return found, answers.moved(call.club, found, entry_ids)


def transfer(
    call,
    *,
    member: payloads.MEMBER,
    to_member: payloads.MEMBER,
    account: payloads.ACCOUNT,
    amount: payloads.POSITIVE,
):
    """Move an amount from one member to another; it keeps its expiry.

    :return: ``entries`` of both, ``balances`` of the giver
    :raises ClubError: member_blocked, insufficient_balance, limit_exceeded
    """
    giver, taker = (
        members.active(call.club, member),
        members.active(call.club, to_member),
    )
    if giver == taker:
        refuse("to_member", "is the same member")
    units = answers.positive(call.club, amount, account)
    ledger = call.env["loyalty.club.ledger"]
    from_card_id = ledger._account(giver, account)
    _check_transfer(call.club, from_card_id, units, account)
    entry_ids = ledger._transfer(
        from_card_id,
        ledger._account(taker, account),
        units,
        key=call.ledger_key,
        origin=_origin(call.club),
    )
    return giver, answers.moved(call.club, giver, entry_ids)


# ---------------------------------------------------------------------- limits


def _hold(club, hold_id):
    domain = [
        ("id", "=", hold_id),
        ("club_id", "=", club.id),
        ("origin_model", "=", False),  # a till's belongs to its order
    ]
    if not club.env.user.has_group("loyalty_club.group_manager"):
        domain.append(("create_uid", "=", club.env.uid))
    hold = club.env["loyalty.club.hold"].search(domain)
    if not hold:
        refuse("hold", "is not known")
    return hold


def reason_of(club, code):
    companies = club.company_id.parent_ids
    reason = club.env["loyalty.club.reason"].search(
        [("code", "=", code), ("company_id", "in", (False, *companies.ids))],
        order="company_id",  # its own before the shared one
        limit=1,
    )
    if not reason or reason.direction == "take":
        refuse("reason", "is no code of a reason to give")
    return reason


def check_cap(club, units, account):
    """Count what the caller gives alone, and refuse what is too much."""
    if not club._cap_take(account, units):
        raise ClubError(
            "needs_approval",
            club.env._(
                "You may give %(cap)s a day, of which %(left)s are left. A manager "
                "of the club can post more, as an adjustment.",
                cap=answers.amount_of(club, club._cap(account), account),
                left=answers.amount_of(club, club._cap_left(account), account),
            ),
        )


def _check_transfer(club, card_id, units, account):
    """Refuse more than the club lets a member give away, at once or in a month."""
    most, most_month = club.transfer_max, club.transfer_max_month
    digits = club._digits(account)
    if account != "points":
        most = to_units(club.transfer_max_money, digits)
        most_month = to_units(club.transfer_max_month_money, digits)
    given = units
    if most_month:
        given += _transferred(club, card_id, digits)
    if (most and units > most) or (most_month and given > most_month):
        raise ClubError(
            "limit_exceeded",
            club.env._("The club doesn't let members give away so much."),
        )


def _transferred(club, card_id, digits):
    """Units that an account gave away in the month of the club's calendar.

    Another transfer in the same second changes the account, so that the database
    refuses the later of the two, and Odoo runs it again.
    """
    month = period_start(club._today(), "month", club.calendar)
    start, _end = day_bounds(month, club.tz)
    rows = club.env.execute_query(
        SQL(
            """
            SELECT round(COALESCE(-sum(amount), 0) * %s)::bigint
              FROM loyalty_club_entry
             WHERE card_id = %s AND kind = 'transfer' AND amount < 0 AND date >= %s
            """,
            10**SCALE,
            card_id,
            start,
        )
    )
    return units_from_scaled(rows[0][0], digits)


def _origin(club, **parts):
    return Origin(company_id=company_of(club).id, **parts)
