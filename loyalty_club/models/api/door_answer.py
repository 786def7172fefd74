import math
from decimal import Decimal
from fractions import Fraction

from odoo import fields, models
from odoo.tools import SQL

from ... import payloads
from ...engine.amounts import to_text, to_units
from ...exceptions import ClubError
from ..club.club import ACCOUNTS

# A native balance is a double, exact to fifteen digits: far below it, one call can
# never reach what can't be kept.
MAX_UNITS = 10**14
MAX_BALANCE = 5 * MAX_UNITS
# The fields of an entry that an answer tells.
TOLD = [
    "account", "amount", "balance", "date", "debt", "effective_on", "hold_id", "kind",
    "pending", "purchase_id", "reason_id", "reference",
]  # fmt: skip
UNITS = {"status": "status_points", "spend": "money", "visits": "visits"}


class LoyaltyClub(models.Model):
    """Between records and the plain values of the integrators' contract.

    Points are integers, money is decimal text, and what isn't there is ``False``:
    XML-RPC knows no null.
    """

    _inherit = "loyalty.club"

    # ------------------------------------------------------------------ amounts

    def _door_units(self, amount, account, field="amount"):
        """Units of an amount (``Decimal``), rounded by the currency."""
        digits = self._digits(account)
        units = to_units(amount, digits)
        if account == "points":
            if units != amount:
                self._door_refuse(field, "must be whole points")
            if abs(units) > payloads.MAX_INTEGER:
                self._door_refuse(field, "is too large")
            return units
        if abs(units) > MAX_UNITS:
            self._door_refuse(field, "is too large")
        step = to_units(self.currency_id.rounding, digits) or 1
        return step * math.floor(Fraction(units, step) + Fraction(1, 2))

    def _door_positive(self, amount, account):
        units = self._door_units(amount, account)
        if not units:
            self._door_refuse("amount", "is less than the smallest unit")
        return units

    def _door_amount(self, units, account):
        """Units as an answer tells them; beyond what it can tell, a refusal.

        As everything that moves a balance answers with it, nothing moves it so far.
        """
        largest = payloads.MAX_INTEGER if account == "points" else MAX_BALANCE
        if abs(units) > largest:
            raise ClubError(
                "limit_exceeded", self.env._("This is more than an account can hold.")
            )
        if account == "points":
            return units
        return to_text(units, self._digits(account))

    def _door_refuse(self, field, reason):
        raise ClubError("invalid_payload", f"{field}: {reason}")

    # ------------------------------------------------------------------ answers

    def _door_balances(self, member):
        balances = self.env["loyalty.club.ledger"]._balances(member)
        return {
            account: self._door_balance(account, balances[account])
            for account, _label in ACCOUNTS
        }

    def _door_balance(self, account, balance):
        parts = {
            part: self._door_amount(balance[part], account)
            for part in ("available", "pending", "held", "owed")
        }
        parts["expiring"] = [
            {"amount": self._door_amount(units, account), "on": day.isoformat()}
            for units, day in balance["expiring"]
        ]
        return parts

    def _door_summary(self, member):
        tier = member.tier_id
        return {
            "number": member.number,
            "name": member.name or "",
            "mobile": member.mobile or False,
            "tier": tier and {"code": tier.code, "name": tier.name} or False,
            "state": member.state,
            "joined_on": member.joined_on.isoformat(),
            "balances": self._door_balances(member),
            "next_tier": self._door_next_tier(member),
            "referral_code": member.number,
        }

    def _door_next_tier(self, member):
        tier = member.next_tier_id
        if not tier:
            return False
        account = "wallet" if self.qualify_measure == "spend" else "points"
        missing = to_units(member.next_tier_missing, self._digits(account))
        # A window that moves with the day has no end to hurry for.
        moves = self.qualify_period in ("rolling", "lifetime")
        return {
            "code": tier.code,
            "name": tier.name,
            "missing": self._door_amount(missing, account),
            "unit": UNITS[self.qualify_measure],
            "until": not moves and member._window(self._today())[1].isoformat(),
        }

    def _door_award(self, points, status_points, pending_until, trace):
        return {
            "points": self._door_amount(to_units(points, 0), "points"),
            "status_points": self._door_amount(to_units(status_points, 0), "points"),
            "pending_until": fields.Date.to_string(pending_until) or False,
            "trace": self._door_reasons(trace),
        }

    def _door_reasons(self, trace):
        Purchase = self.env["loyalty.club.purchase"]
        return [
            {
                "rule": item["rule"],
                "base": item["base"],
                "rate": decimal_text(item["rate"]),
                "multiplier": decimal_text(item["multiplier"]),
                "points": self._door_amount(item["points"], "points"),
                "why": Purchase._sentence(item),
            }
            for item in trace
        ]

    def _door_moved(self, member, entry_ids=()):
        """What a movement answers: its ``entries`` and the ``balances`` after it."""
        entries = self.env["loyalty.club.entry"].browse(sorted(entry_ids))
        return {
            "entries": [self._door_entry(entry) for entry in entries],
            "balances": self._door_balances(member),
        }

    def _door_entries_of(self, purchase):
        """What a purchase has moved; that its points became usable came of itself."""
        # Searched, as the ledger writes them behind the cache of the purchase.
        entries = self.env["loyalty.club.entry"].search_fetch(
            [("purchase_id", "=", purchase.id), ("kind", "!=", "release")],
            [*TOLD, "key"],
            order="id",
        )
        # A debt that a release has paid has no key, as the release has none.
        return entries.filtered(lambda entry: entry.key or entry.debt >= 0)

    def _door_given_back(self, entries):
        """What a return gave back of what the purchase had cost, by account."""
        given = dict.fromkeys((account for account, _label in ACCOUNTS), 0)
        for entry in entries.filtered(lambda entry: entry.kind == "give_back"):
            given[entry.account] += to_units(entry.amount, self._digits(entry.account))
        return {
            account: self._door_amount(units, account)
            for account, units in given.items()
        }

    def _door_settle(self, member):
        """Wait until nobody is writing to any account of a member.

        Entries of one account are committed in the order of their ids: the account is
        locked before an id is taken. Of two accounts the later id may come first, and
        who goes on after it would never see the other.
        """
        self.env.cr.execute(
            SQL(
                "SELECT FROM loyalty_card WHERE member_id = %s ORDER BY id FOR SHARE",
                member.id,
            )
        )

    def _door_statement(self, entries):
        return [
            {**self._door_entry(entry), "trace": self._door_trace(entry)}
            for entry in entries
        ]

    def _door_trace(self, entry):
        """Why an earning is as large as it is; other entries have no trace."""
        if entry.kind != "earn":
            return []
        return self._door_reasons(entry.purchase_id.trace or ())

    def _door_entry(self, entry):
        digits = self._digits(entry.account)
        purchase = entry.purchase_id
        parts = {
            part: self._door_amount(to_units(entry[part], digits), entry.account)
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
