"""Between records and the plain values of the integrators' contract.

Points are integers, money is decimal text, and what isn't there is ``False``: XML-RPC
knows no null. ``club`` is the club of the call, as superuser.
"""

import math
from decimal import Decimal
from fractions import Fraction

from odoo import fields

from ..engine.amounts import to_text, to_units
from ..exceptions import ClubError
from ..models.club.club import ACCOUNTS
from . import payloads
from .call import refuse

# A native balance is a double, exact to fifteen digits: far below it, one call can
# never reach what can't be kept.
MAX_UNITS = 10**14
MAX_BALANCE = 5 * MAX_UNITS
# The fields of an entry that an answer has.
ENTRY_FIELDS = [
    "account", "amount", "balance", "date", "debt", "effective_on", "hold_id", "kind",
    "pending", "purchase_id", "reason_id", "reference",
]  # fmt: skip
UNITS = {"status": "status_points", "spend": "money", "visits": "visits"}


# ---------------------------------------------------------------------- amounts


def units_of(club, amount, account, field="amount"):
    """Units of an amount (``Decimal``), rounded by the currency."""
    digits = club._digits(account)
    units = to_units(amount, digits)
    if account == "points":
        if units != amount:
            refuse(field, "must be whole points")
        if abs(units) > payloads.MAX_INTEGER:
            refuse(field, "is too large")
        return units
    if abs(units) > MAX_UNITS:
        refuse(field, "is too large")
    step = to_units(club.currency_id.rounding, digits) or 1
    return step * math.floor(Fraction(units, step) + Fraction(1, 2))


def positive(club, amount, account):
    units = units_of(club, amount, account)
    if not units:
        refuse("amount", "is less than the smallest unit")
    return units


def amount_of(club, units, account):
    """Units as an answer tells them; beyond what it can tell, a refusal.

    As everything that moves a balance answers with it, nothing moves it so far.
    """
    largest = payloads.MAX_INTEGER if account == "points" else MAX_BALANCE
    if abs(units) > largest:
        raise ClubError(
            "limit_exceeded", club.env._("This is more than an account can hold.")
        )
    if account == "points":
        return units
    return to_text(units, club._digits(account))


# ---------------------------------------------------------------------- answers


def balances(club, member):
    balances = club.env["loyalty.club.ledger"]._balances(member)
    return {
        account: _balance(club, account, balances[account])
        for account, _label in ACCOUNTS
    }


def _balance(club, account, balance):
    parts = {
        part: amount_of(club, balance[part], account)
        for part in ("available", "pending", "held", "owed")
    }
    parts["expiring"] = [
        {"amount": amount_of(club, units, account), "on": day.isoformat()}
        for units, day in balance["expiring"]
    ]
    return parts


def summary(club, member):
    tier = member.tier_id
    return {
        "number": member.number,
        "name": member.name or "",
        "mobile": member.mobile or False,
        "tier": tier and {"code": tier.code, "name": tier.name} or False,
        "state": member.state,
        "joined_on": member.joined_on.isoformat(),
        "balances": balances(club, member),
        "next_tier": _next_tier(club, member),
        "referral_code": member.number,
    }


def _next_tier(club, member):
    tier = member.next_tier_id
    if not tier:
        return False
    account = "wallet" if club.qualify_measure == "spend" else "points"
    missing = to_units(member.next_tier_missing, club._digits(account))
    # A window that moves with the day has no end to hurry for.
    moves = club.qualify_period in ("rolling", "lifetime")
    return {
        "code": tier.code,
        "name": tier.name,
        "missing": amount_of(club, missing, account),
        "unit": UNITS[club.qualify_measure],
        "until": not moves and member._window(club._today())[1].isoformat(),
    }


def award(club, points, status_points, pending_until, trace, others):
    """:param others: units of other accounts than points: dict by account"""
    return {
        "points": amount_of(club, to_units(points, 0), "points"),
        "accounts": by_account(club, to_units(points, 0), others),
        "status_points": amount_of(club, to_units(status_points, 0), "points"),
        "pending_until": fields.Date.to_string(pending_until) or False,
        "trace": _reasons(club, trace),
    }


def by_account(club, points, others):
    """Amounts by account: points, and units of whatever others there are."""
    return {
        account: amount_of(club, units, account)
        for account, units in {"points": points, **others}.items()
    }


def _reasons(club, trace):
    Purchase = club.env["loyalty.club.purchase"]
    return [
        {
            "rule": item["rule"],
            "base": item["base"],
            "rate": decimal_text(item["rate"]),
            "multiplier": decimal_text(item["multiplier"]),
            "points": amount_of(club, item["points"], "points"),
            "why": Purchase._sentence(item),
        }
        for item in trace
    ]


def moved(club, member, entry_ids=()):
    """What a movement answers: its ``entries`` and the ``balances`` after it."""
    entries = club.env["loyalty.club.entry"].browse(sorted(entry_ids))
    return {
        "entries": [_entry(club, entry) for entry in entries],
        "balances": balances(club, member),
    }


def entries_of(club, purchase):
    """What a purchase has moved; that its points became usable came of itself."""
    # Searched, as the ledger writes them behind the cache of the purchase.
    entries = club.env["loyalty.club.entry"].search_fetch(
        [("purchase_id", "=", purchase.id), ("kind", "!=", "release")],
        [*ENTRY_FIELDS, "key"],
        order="id",
    )
    # A debt that a release has paid has no key, as the release has none.
    return entries.filtered(lambda entry: entry.key or entry.debt >= 0)


def given_back(club, entries):
    """What a return gave back of what the purchase had cost, by account."""
    given = dict.fromkeys((account for account, _label in ACCOUNTS), 0)
    for entry in entries.filtered(lambda entry: entry.kind == "give_back"):
        given[entry.account] += to_units(entry.amount, club._digits(entry.account))
    return {
        account: amount_of(club, units, account) for account, units in given.items()
    }


def entries(club, entries):
    return [{**_entry(club, entry), "trace": _trace(club, entry)} for entry in entries]


def _trace(club, entry):
    """Why an earning is as large as it is; other entries have no trace."""
    if entry.kind != "earn":
        return []
    return _reasons(club, entry.purchase_id.trace or ())


def _entry(club, entry):
    digits = club._digits(entry.account)
    purchase = entry.purchase_id
    parts = {
        part: amount_of(club, to_units(entry[part], digits), entry.account)
        for part in ("amount", "pending", "debt", "balance", "issued")
    }
    return {
        "id": entry.id,
        "date": utc(entry.date),
        "effective_on": entry._effective_day().isoformat(),
        "account": entry.account,
        "kind": entry.kind,
        **parts,
        "reference": entry.reference or False,
        "reason": entry.reason_id.code,
        "origin": {
            "purchase": (purchase.origin_id or purchase).key,
            "hold": entry.hold_id.id,
        },
    }


def utc(moment):
    """A naive UTC time in ISO 8601."""
    return f"{moment.isoformat(timespec='seconds')}Z"


def decimal_text(fraction):
    """Rates and multipliers are decimals by origin: "3/2000" is "0.0015".

    >>> decimal_text("3/2000"), decimal_text("2")
    ('0.0015', '2')
    """
    value = Fraction(fraction)
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return format(exact.normalize(), "f")
