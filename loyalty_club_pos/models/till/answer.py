from decimal import Decimal

from odoo import api, fields, models

from odoo.addons.loyalty_club.exceptions import ClubError

from ... import answers

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
        allowances = self.env["loyalty.club.allowance"]
        return {
            "member_id": member.id,
            "partner_id": member.partner_id.id,
            "number": member.number,
            "name": member.name or "",
            "mobile": member.mobile or False,
            "state": member.state,
            "joined_on": member.joined_on.isoformat(),
            "tier": member.tier_id and config._club_tier(member.tier_id) or False,
            "next_tier": answers.next_tier(member),
            "balances": answers.balances_of(member, balances),
            "birthday": answers.birthday(member, club._today()),
            "last_visit": answers.last_visit(member),
            "offers": self._offers(club, member, balances["points"]["available"]),
            "cards": [
                {"id": item.id, "display": item.display, "state": item.state}
                for item in member.identifier_ids
                if item.scheme == "card" and item.state != "replaced"
            ],
            "pin": bool(member.pin_hash),
            "allowance": allowances._grant(config, member, balances),
            "at": f"{fields.Datetime.now().isoformat()}Z",
        }

    def _balances(self, whose, cards=None):
        """
        :param whose: a member, or an account of a customer who is none
        :param cards: their accounts, where these are known
        """
        balances = whose.env["loyalty.club.ledger"]._balances(whose)
        return answers.balances_of(whose, balances, cards)

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

    def _offers(self, club, member, points):
        """What their points are good for: the worth of all of them, and the rewards
        that they pay, the dearest first; or else the nearest one.
        """
        rewards = club._program("points").reward_ids._club_for_tier(member.tier_id)
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
