"""What a till is told of a member, as plain values: money as numbers in the club's
currency, points as integers, days in ISO 8601."""

from datetime import timedelta

from odoo.addons.loyalty_club.engine.periods import next_birthday
from odoo.addons.loyalty_club.ledger import to_column
from odoo.addons.loyalty_club.models.club.club import ACCOUNTS

BIRTHDAY_BEFORE = timedelta(days=7)
BIRTHDAY_AFTER = timedelta(days=3)


def next_tier(member):
    tier = member.next_tier_id
    if not tier:
        return False
    return {
        "name": tier.name,
        "missing": member.next_tier_missing,
        "words": member.tier_words,
        "progress": member.tier_progress,
    }


def balances_of(whose, balances, cards=None):
    """Balances as a till shows them: dict of account to its parts."""
    cards = whose.card_ids if cards is None else cards
    card_of = {card.club_account: card.id for card in cards}
    club = whose.club_id
    return {
        account: {
            **{
                part: amount(club, account, balances[account][part])
                for part in ("available", "pending", "held", "owed")
            },
            "card_id": card_of.get(account, False),
            "expiring": _expiring(club, account, balances[account]),
        }
        for account, _label in ACCOUNTS
    }


def _expiring(club, account, balance):
    """What expires next, and its last day."""
    for units, day in balance["expiring"]:
        return {"amount": amount(club, account, units), "on": day.isoformat()}
    return False


def amount(club, account, units):
    digits = club._digits(account)
    return float(to_column(units, digits)) if digits else units


def birthday(member, today):
    """A birthday that is near: its day in words, and in how many days it is."""
    if not member.birthdate_date:
        return False
    calendar = member.club_id.calendar
    first = today - BIRTHDAY_AFTER
    day = next_birthday(member.birthdate_date, first, calendar)
    if day > today + BIRTHDAY_BEFORE:
        return False
    return {"on": day.isoformat(), "days": (day - today).days}


def last_visit(member):
    moment = member.last_purchase_at
    if not moment:
        return False
    return {"on": member.club_id._day(moment).isoformat()}
