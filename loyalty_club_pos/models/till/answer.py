from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.loyalty_club.engine import spending
from odoo.addons.loyalty_club.engine.amounts import to_units
from odoo.addons.loyalty_club.engine.periods import next_birthday
from odoo.addons.loyalty_club.exceptions import ClubError
from odoo.addons.loyalty_club.ledger import to_column
from odoo.addons.loyalty_club.models.club.club import ACCOUNTS

BIRTHDAY_BEFORE = timedelta(days=7)
BIRTHDAY_AFTER = timedelta(days=3)
OFFERS = 3
MOST_LINES = 1000


class LoyaltyClubTill(models.AbstractModel):
    """What a till is told of a member."""

    # A part of the model's package: what a till is told.
    _inherit = "loyalty.club.till"  # pylint: disable=consider-merging-classes-inherited

    # ------------------------------------------------------------------ answers

    @api.model
    def _recognised(self, config, member, shown):
        """The answer about a member whom a till may serve.

        :return: dict with ``status``, ``member`` (see ``_summary``), ``records`` (their
            contact and accounts as the till's own models), ``shown``, ``message`` and
            ``choices`` (empty)
        """
        self._count_lookup(member)
        balances = member.env["loyalty.club.ledger"]._balances(member)
        return {
            "status": "found",
            "member": self._summary(config, member, balances),
            "records": self._records(config, member),
            "shown": shown,
            "message": False,
            "choices": [],
        }

    @api.model
    def _count_lookup(self, members):
        """Bound how many people a caller can look up; who found nobody asked as well.

        :raises ClubError: limit_exceeded
        """
        # Cashiers neither read nor write the list; it is about themselves.
        self.env["loyalty.club.till.lookup"].sudo()._count(members)

    @api.model
    def _unrecognised(self, status, shown, error="", choices=()):
        return {
            "status": status,
            "member": False,
            "records": {},
            "shown": shown,
            "message": error.partition("] ")[2] or error or False,
            "choices": [
                {
                    "partner_id": member.partner_id.id,
                    "name": member.name or "",
                    "number": member.number,
                    "mobile": member.mobile or False,
                }
                for member in choices
            ],
        }

    def _records(self, config, member):
        """The member's contact and accounts, as the till loads such records."""
        # What a cashier may read of them anyway, without asking each rule again.
        partner_sudo, cards_sudo = member.partner_id, member.card_ids
        cards_sudo = cards_sudo.filtered("active")
        return {
            model: records._load_pos_data_read(records, config)
            for model, records in (
                ("res.partner", partner_sudo),
                ("loyalty.card", cards_sudo),
            )
        }

    def _summary(self, config, member, balances):
        club = member.club_id
        return {
            "member_id": member.id,
            "partner_id": member.partner_id.id,
            "number": member.number,
            "name": member.name or "",
            "mobile": member.mobile or False,
            "state": member.state,
            "joined_on": member.joined_on.isoformat(),
            "tier": member.tier_id and config._club_tier(member.tier_id) or False,
            "next_tier": self._next_tier(member),
            "balances": self._told(member, balances),
            "birthday": self._birthday(member, club._today()),
            "last_visit": self._last_visit(member),
            "offers": self._offers(club, member, balances["points"]["available"]),
            "cards": [
                {"id": item.id, "display": item.display, "state": item.state}
                for item in member.identifier_ids
                if item.scheme == "card" and item.state != "replaced"
            ],
            "pin": bool(member.pin_hash),
            "allowance": self._allow(config, member, balances),
            "at": f"{fields.Datetime.now().isoformat()}Z",
        }

    @api.model
    def _next_tier(self, member):
        tier = member.next_tier_id
        if not tier:
            return False
        return {
            "name": tier.name,
            "missing": member.next_tier_missing,
            "words": member.tier_words,
            "progress": member.tier_progress,
        }

    def _balances(self, whose, cards=None):
        """
        :param whose: a member, or an account of a customer who is none
        :param cards: their accounts, where these are known
        """
        balances = whose.env["loyalty.club.ledger"]._balances(whose)
        return self._told(whose, balances, cards)

    def _told(self, whose, balances, cards=None):
        """Balances as a till shows them: dict of account to its parts."""
        cards = whose.card_ids if cards is None else cards
        card_of = {card.club_account: card.id for card in cards}
        club = whose.club_id
        return {
            account: {
                **{
                    part: self._amount(club, account, balances[account][part])
                    for part in ("available", "pending", "held", "owed")
                },
                "card_id": card_of.get(account, False),
                "expiring": self._expiring(club, account, balances[account]),
            }
            for account, _label in ACCOUNTS
        }

    def _expiring(self, club, account, balance):
        """What expires next, and its last day."""
        for units, day in balance["expiring"]:
            amount = self._amount(club, account, units)
            return {"amount": amount, "on": day.isoformat()}
        return False

    @api.model
    def _amount(self, club, account, units):
        digits = club._digits(account)
        return float(to_column(units, digits)) if digits else units

    # ------------------------------------------------------------------ a refund

    @api.model
    def quote_refund(self, config_id, lines):
        """What a refund would take back, to be told before it is paid; writes nothing.

        :param lines: list of dicts ``line_id`` (of the order that is refunded) and
            ``quantity``
        :return: list of dicts, one for each member who bought: ``partner_id``,
            ``taken`` (points) and ``owed`` (of the points, what the member would owe
            more than now)
        :raises ClubError: invalid_payload
        """
        _config, club = self._club_of(config_id)
        if not club:
            return []
        pieces = {
            line.with_env(club.env): quantity
            for line, quantity in self._refunded_pieces(lines).items()
        }
        quotes = club.env["pos.order"]._club_quote_refund(club, pieces)
        return [
            {"partner_id": member.partner_id.id, "taken": taken, "owed": owed}
            for member, (taken, owed) in quotes.items()
        ]

    @api.model
    def _refunded_pieces(self, lines):
        """Checked lines of a refund: dict of line, as the caller's, to Decimal."""
        if (
            not isinstance(lines, list)
            or len(lines) > MOST_LINES
            or not all(isinstance(line, dict) for line in lines)
        ):
            raise ClubError("invalid_payload", "lines: must be a list")
        wanted = {}
        for line in lines:
            quantity = line.get("quantity")
            if isinstance(quantity, bool) or not isinstance(quantity, (int, float)):
                raise ClubError("invalid_payload", "quantity: must be a number")
            if not 0 < quantity < 10**9:
                raise ClubError("invalid_payload", "quantity: must be positive")
            wanted[self._id(line.get("line_id"), "line_id")] = Decimal(repr(quantity))
        # What the caller can't see isn't quoted to them either.
        found = self.env["pos.order.line"].search([("id", "in", list(wanted))])
        return {line: wanted[line.id] for line in found}

    # ------------------------------------------------------------------ the person

    @api.model
    def _birthday(self, member, today):
        """A birthday that is near: its day in words, and in how many days it is."""
        if not member.birthdate_date:
            return False
        calendar = member.club_id.calendar
        first = today - BIRTHDAY_AFTER
        day = next_birthday(member.birthdate_date, first, calendar)
        if day > today + BIRTHDAY_BEFORE:
            return False
        return {"on": day.isoformat(), "days": (day - today).days}

    @api.model
    def _last_visit(self, member):
        moment = member.last_purchase_at
        if not moment:
            return False
        return {"on": member.club_id._day(moment).isoformat()}

    def _offers(self, club, member, points):
        """What their points are good for: the worth of all of them, and the rewards
        that they pay, the dearest first; or else the nearest one.
        """
        rewards = club._program("points").reward_ids.filtered(
            lambda reward: (
                not reward.club_tier_ids or member.tier_id in reward.club_tier_ids
            )
        )
        paying = rewards.filtered(lambda reward: reward._club_pays_any_amount())
        offers = [
            {
                "text": self.env._(
                    "%(points)s points are worth %(money)s",
                    points=f"{points:,}",
                    money=reward._club_money_text(points),
                )
            }
            for reward in paying[:1]
            if points >= reward.required_points
        ]
        by_cost = (rewards - paying).sorted("required_points", reverse=True)
        within = by_cost.filtered(lambda reward: reward.required_points <= points)
        if within:
            return offers + [{"text": reward.description} for reward in within[:OFFERS]]
        return offers + [
            {
                "text": self.env._(
                    "%(missing)s points more for: %(reward)s",
                    missing=f"{round(reward.required_points - points):,}",
                    reward=reward.description,
                )
            }
            for reward in by_cost[-1:]
        ]

    # ------------------------------------------------------------------ offline

    def _allow(self, config, member, balances):
        """Grant this till what it may let them spend offline; dict of account to it.

        What other tills were granted and can still use is taken off, so that all of
        them together stay within the club's share of the balance. Nobody can agree
        without a network: no more is granted than a card alone may spend.
        """
        club = member.club_id
        if not (club.offline_share and club.offline_minutes and member.card_ids):
            return {}
        now = fields.Datetime.now()
        until = now + timedelta(minutes=club.offline_minutes)
        cards = member.card_ids.filtered("active")
        elsewhere = self._granted_elsewhere(config, cards, now)
        granted = spending.granted_offline(
            [
                spending.Offline(
                    key=card,
                    account=card.club_account,
                    available=balances[card.club_account]["available"],
                    elsewhere=elsewhere.get(card.id, 0),
                    cap=self._offline_cap(club, card.club_account),
                )
                for card in cards
            ],
            club.offline_share,
            self._confirm_limits(club, cards, club.env["loyalty.club.hold"]),
        )
        allowed, rows = {}, []
        for card, units in granted.items():
            account = card.club_account
            rows.append((config.id, card.id, to_column(units, card._club_digits())))
            allowed[account] = {
                "amount": self._amount(club, account, units),
                "until": f"{until.isoformat()}Z",
            }
        self._write_allowances(rows, now, until)
        return allowed

    @api.model
    def _offline_cap(self, club, account):
        if account == "points":
            return club.offline_cap_points
        return to_units(club.offline_cap_money, club._digits(account))

    @api.model
    def _granted_elsewhere(self, config, cards, now):
        """Units that other tills may still spend offline: dict of account to units."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT card_id, sum(amount - used)
                  FROM loyalty_club_allowance
                 WHERE card_id = ANY(%s) AND config_id <> %s AND expires_at > %s
                 GROUP BY card_id
                """,
                cards.ids,
                config.id,
                now,
            )
        )
        digits = {card.id: card._club_digits() for card in cards}
        return {card_id: to_units(left, digits[card_id]) for card_id, left in rows}

    @api.model
    def _write_allowances(self, rows, now, until):
        """Renew what a till is granted, one statement for all accounts of a member."""
        values = SQL(", ").join(
            SQL("(%s, %s, %s, 0, %s, %s)", config_id, card_id, amount, now, until)
            for config_id, card_id, amount in rows
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_allowance
                       (config_id, card_id, amount, used, granted_at, expires_at)
                VALUES %s
                    ON CONFLICT (card_id, config_id) DO UPDATE
                   SET amount = EXCLUDED.amount, used = 0,
                       granted_at = EXCLUDED.granted_at,
                       expires_at = EXCLUDED.expires_at
                """,
                values,
            )
        )
        self.env["loyalty.club.allowance"].invalidate_model()
