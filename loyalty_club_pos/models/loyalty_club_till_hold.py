from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.loyalty_club.engine.amounts import to_units
from odoo.addons.loyalty_club.exceptions import ClubError
from odoo.addons.loyalty_club.ledger import SCALE

SECONDS = 900
MOST_CLAIMS = 20
# A hold that still lasts so long is as good as a new one.
ENOUGH = timedelta(minutes=5)


class LoyaltyClubTill(models.AbstractModel):
    """Holds: what a basket will cost its member, set aside before it is paid."""

    _inherit = "loyalty.club.till"

    @api.model
    def hold(self, config_id, order_uuid, partner_id, claims, proof=False, seen=None):
        """Set aside all that an order's rewards cost, in place of what was before.

        Safe to repeat. Two tills can't hold the same points: the later one is refused.

        :param claims: list of dicts ``card_id`` and ``amount``; empty releases
        :param proof: False, or a dict with the member's ``pin`` or a one-time ``code``
        :param seen: what the last answer about this order said, 0 before the first. A
            call that was overtaken by another changes nothing: it is late. Left out,
            the call counts whenever it comes.
        :return: ``seen``, and ``status`` held (with ``expires_at``), refused (``code``,
            ``message``), proof (``methods``: how the member can agree), wrong
            (``message``, ``left``) or late (who still wants it asks again with the new
            ``seen``); held and refused with ``balances``
        :raises ClubError: unknown_member, invalid_payload
        """
        config, club = self._club_of(config_id)
        uuid = self._text(order_uuid, "order_uuid")
        member = self._known_member(club, partner_id)
        wanted = self._claims(member, claims)
        calls = self._next_call(club, uuid)
        late = self._is_late(seen, calls)
        answer = self._hold_in_turn(config, member, uuid, wanted, proof, late)
        return {**answer, "seen": calls + 1}

    def _hold_in_turn(self, config, member, uuid, wanted, proof, late):
        club = member.club_id
        if self._is_over(uuid):
            # It was cut off on its way, and comes after the order that it was for.
            message = self.env._("This order has been paid already.")
            return self._refused(member, "hold_closed", message)
        standing = self._open_holds(config, club, uuid)
        if self._stands(standing, wanted):
            return self._held(member, standing)
        if late:
            return {"status": "late"}
        if unproven := self._unproven(member, uuid, wanted, proof):
            return unproven
        self._release(standing)
        try:
            with self.env.cr.savepoint():
                holds = self._take(club, config, uuid, wanted)
        except ClubError as error:
            return self._refused(member, error.code, error.sentence)
        return self._held(member, holds)

    @api.model
    def release(self, config_id, order_uuid, seen=None):
        """Give up what an order holds; safe to repeat.

        :param seen: as in ``hold``
        :return: ``seen``, and ``status`` released or late, as in ``hold``
        """
        config, club = self._club_of(config_id)
        uuid = self._text(order_uuid, "order_uuid")
        if not club:
            return {"status": "released", "seen": 0}
        calls = self._next_call(club, uuid)
        standing = self._open_holds(config, club, uuid)
        if standing and self._is_late(seen, calls):
            return {"status": "late", "seen": calls + 1}
        self._release(standing)
        return {"status": "released", "seen": calls + 1}

    @api.model
    def send_code(self, config_id, order_uuid, partner_id):
        """Send the member a one-time code for this basket.

        :return: whether one went out
        """
        _config, club = self._club_of(config_id)
        uuid = self._text(order_uuid, "order_uuid")
        return self._known_member(club, partner_id)._send_code(uuid)

    # ------------------------------------------------------------------ steps

    def _claims(self, member, claims):
        """Checked claims: dict of the member's card to units.

        Part of a unit costs a whole one: nothing is given away by rounding.
        """
        if (
            not isinstance(claims, list)
            or len(claims) > MOST_CLAIMS
            or not all(isinstance(claim, dict) for claim in claims)
        ):
            raise ClubError("invalid_payload", "claims: must be a short list")
        cards = member.card_ids.filtered("active")
        wanted = {}
        for claim in claims:
            card = cards.filtered(lambda c, claim=claim: c.id == claim.get("card_id"))
            amount = claim.get("amount")
            if not card:
                raise ClubError("invalid_payload", "card_id: is not the member's")
            if isinstance(amount, bool) or not isinstance(amount, (int, float)):
                raise ClubError("invalid_payload", "amount: must be a number")
            if not 0 < amount < 10**12:
                raise ClubError("invalid_payload", "amount: must be positive")
            scaled = to_units(Decimal(repr(amount)), SCALE)
            step = 10 ** (SCALE - card._club_digits())
            wanted[card] = wanted.get(card, 0) - (-scaled // step)
        return wanted

    def _next_call(self, club, uuid):
        """How many calls about this order there were before; see ``…till.basket``."""
        return club.env["loyalty.club.till.basket"]._next(club, uuid)

    def _is_late(self, seen, calls):
        """Whether a call was overtaken by others that its sender doesn't know of."""
        if seen is None:
            return False
        if type(seen) is not int:
            raise ClubError("invalid_payload", "seen: must be a whole number")
        return seen != calls

    def _open_holds(self, config, club, uuid):
        """What this till, or one that shares its orders, holds for an order."""
        return club.env["loyalty.club.hold"].search(
            config._club_holds_domain(club, uuid)
            & Domain("state", "=", "open")
            & Domain("expires_at", ">", fields.Datetime.now())
        )

    def _stands(self, standing, wanted):
        """Whether these holds are what is wanted, for long enough."""
        enough = fields.Datetime.now() + ENOUGH
        held = {
            hold.card_id: to_units(hold.amount, hold.card_id._club_digits())
            for hold in standing
            if hold.expires_at > enough
        }
        return bool(wanted) and held == wanted and len(standing) == len(wanted)

    def _take(self, club, config, uuid, wanted):
        holds = club.env["loyalty.club.hold"]
        # The accounts are locked in one order, so that two baskets don't wait for each
        # other for ever.
        for card in sorted(wanted, key=lambda card: card.id):
            holds |= card.env["loyalty.club.ledger"]._hold(
                card.id,
                wanted[card],
                SECONDS,
                reference=uuid,
                company=config.company_id,
                maker=config,
            )
        return holds

    def _release(self, holds):
        ledger = holds.env["loyalty.club.ledger"]
        for hold in holds:
            ledger._release_hold(hold)

    def _is_over(self, uuid):
        # Whether there is such an order is asked of all tills.
        orders_sudo = self.env["pos.order"].sudo()
        return orders_sudo.search_count(
            [("uuid", "=", uuid), ("state", "in", ("paid", "done", "cancel"))], limit=1
        )

    def _refused(self, member, code, message):
        return {
            "status": "refused",
            "code": code,
            "message": message,
            "balances": self._balances(member),
        }

    def _held(self, member, holds):
        expires_at = min(holds.mapped("expires_at"), default=False)
        return {
            "status": "held",
            "expires_at": expires_at and f"{expires_at.isoformat()}Z",
            "balances": self._balances(member),
        }

    # ------------------------------------------------------------------ agreeing

    def _unproven(self, member, uuid, wanted, proof):
        """The answer when the member has to agree, and hasn't; or None."""
        if not self._needs_proof(member.club_id, wanted):
            return None
        proof = proof if isinstance(proof, dict) else {}
        if code := proof.get("code"):
            if member._check_code(uuid, str(code)):
                return None
            message = self.env._("This code is wrong.")
            return {"status": "wrong", "message": message, "left": 0}
        if pin := proof.get("pin"):
            right, left = member._check_pin(pin)
            return None if right else self._wrong_pin(left)
        methods = ["pin"] if member.pin_hash else []
        if member._can_get_code():
            methods.append("code")
        message = self.env._("Spending so much needs the member's PIN.")
        if not methods:
            message = self.env._(
                "Spending so much needs a PIN, and this member has none yet."
            )
        return {"status": "proof", "methods": methods, "message": message}

    def _needs_proof(self, club, wanted):
        """Whether these claims are above what a card alone may spend."""
        points = money = 0
        for card, units in wanted.items():
            if card.club_account == "points":
                points += units
            else:
                money += units
        most_money = to_units(club.confirm_money, club._digits("wallet"))
        return bool(
            (club.confirm_points and points > club.confirm_points)
            or (most_money and money > most_money)
        )
