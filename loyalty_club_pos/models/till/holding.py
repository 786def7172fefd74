from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.loyalty_club.engine import spending
from odoo.addons.loyalty_club.engine.amounts import to_units
from odoo.addons.loyalty_club.exceptions import ClubError
from odoo.addons.loyalty_club.ledger import SCALE, units_from_scaled

from ... import answers

SECONDS = 900
MOST_CLAIMS = 20
# Baskets with a hold, of one till and of one cashier: they are held while they are
# paid, and given up when the cashier turns to another.
MOST_BASKETS = 10
# What a card alone may spend counts together for so long.
CONFIRM_WINDOW = timedelta(hours=1)
# A hold that still lasts so long is as good as a new one.
ENOUGH = timedelta(minutes=5)


class LoyaltyClubTill(models.AbstractModel):
    """Holds: what a basket will cost its member, set aside before it is paid."""

    # A part of the model's package: holds.
    _inherit = "loyalty.club.till"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def hold(self, config_id, order_uuid, partner_id, claims, proof=False, seen=None):
        """Set aside all that an order's rewards cost, in place of what was before.

        Safe to repeat. Two tills can't hold the same points: the later one is refused.

        :param claims: list of dicts ``card_id`` and ``amount``; empty releases
        :param proof: False, or a dict with the member's ``pin`` or a one-time ``code``
        :param seen: what the last answer about this order said, 0 before the first. A
            call that was overtaken by another changes nothing: it is late. Left out,
            the call counts whenever it comes.
        :return: ``seen``, and ``status`` with what belongs to it:

            - held: ``expires_at``, ``balances``
            - refused: ``code``, ``message``, ``balances``
            - proof (the member has to agree): ``message``; ``methods``, a list of
              "pin" and "code", whatever of it this member can do now; ``can_set_pin``,
              whether this caller may set them a PIN now; ``free``, dict of account to
              the amount that it can pay in this basket without agreeing (of wallet and
              credit together not more than the larger); 0 where there is nothing
            - wrong (this PIN or code): ``message``, ``left`` tries, and all that proof
              has but its message
            - late: who still wants it asks again with the new ``seen``
        :raises ClubError: unknown_member, invalid_payload, limit_exceeded
        """
        config, club = self._club_of(config_id)
        uuid = self._text(order_uuid, "order_uuid")
        member, cards = self._known_holder(club, partner_id)
        self._count_lookup(member)
        wanted = self._claims(cards, claims)
        calls = self._next_call(club, uuid)
        late = self._is_late(seen, calls)
        holder = (member, cards)
        answer = self._hold_in_turn(config, club, holder, uuid, wanted, proof, late)
        return {**answer, "seen": calls + 1}

    def _known_holder(self, club, partner_id):
        """The member, if the customer is one, and the accounts that they may spend.

        Who is no member may have a wallet all the same.

        :raises ClubError: unknown_member
        """
        member = self._member_of(club, partner_id) if club else club
        if member:
            return member, member.card_ids.filtered("active")
        # Their contact must be one that the caller sees.
        partners = self.env["res.partner"].search(
            [("id", "=", self._id(partner_id, "partner_id"))]
        )
        cards = self._cards_of(club, partners.id) if club and partners else ()
        if not cards:
            raise ClubError(
                "unknown_member", self.env._("This customer is no member yet.")
            )
        return club.env["loyalty.club.member"], cards

    def _hold_in_turn(self, config, club, holder, uuid, wanted, proof, late):
        member, cards = holder
        if self._is_over(uuid):
            # It was cut off on its way, and comes after the order that it was for.
            message = self.env._("This order has been paid already.")
            return self._refused(holder, "hold_closed", message)
        standing = self._open_holds(config, club, uuid)
        if self._stands(config, standing, wanted):
            return self._held(holder, standing)
        if late:
            return {"status": "late"}
        agreed = self._has_agreed(standing, wanted)
        limits = self._confirm_limits(club, cards, standing)
        if not agreed and self._exceeds(limits, wanted):
            if unproven := self._unproven(member, uuid, proof):
                free = self._free(holder, standing, limits)
                return {**unproven, "free": free}
            agreed = True
        self._release(standing)
        try:
            with self.env.cr.savepoint():
                self._check_baskets(config, club, uuid)
                holds = self._take(club, config, uuid, wanted)
                holds.agreed = agreed
        except ClubError as error:
            return self._refused(holder, error.code, error.sentence)
        return self._held(holder, holds)

    @api.model
    def release(self, config_id, order_uuid, seen=None):
        """Give up what an order holds; safe to repeat.

        What another till has taken over, since this one was told of the order, stays:
        the order is paid there.

        :param seen: as in ``hold``
        :return: ``seen``, and ``status`` released or late, as in ``hold``
        """
        config, club = self._club_of(config_id)
        uuid = self._text(order_uuid, "order_uuid")
        if not club:
            return {"status": "released", "seen": 0}
        calls = self._next_call(club, uuid)
        standing = self._open_holds(config, club, uuid)
        if self._is_late(seen, calls):
            if self._made_here(config, standing):
                return {"status": "late", "seen": calls + 1}
        else:
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

    def _claims(self, cards, claims):
        """Checked claims: dict of card, which must be among these, to units."""
        if (
            not isinstance(claims, list)
            or len(claims) > MOST_CLAIMS
            or not all(isinstance(claim, dict) for claim in claims)
        ):
            raise ClubError("invalid_payload", "claims: must be a short list")
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
            units = spending.cost_said([amount], card._club_digits())
            wanted[card] = wanted.get(card, 0) + units
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

    def _made_here(self, config, holds):
        """Those of these holds that this till made, or took over."""
        return holds.filtered(lambda hold: hold.origin_id == config.id)

    def _order_held(self, config, club, order_uuid, partner_id):
        """What is held of a customer's for an order, as ``summary`` tells it."""
        if not club or not order_uuid:
            return False
        uuid = self._text(order_uuid, "order_uuid")
        holds = self._open_holds(config, club, uuid).filtered(
            lambda hold: hold.card_id.partner_id.id == partner_id
        )
        return bool(holds) and {
            "amounts": {str(hold.card_id.id): hold.amount for hold in holds},
            "expires_at": f"{min(holds.mapped('expires_at')).isoformat()}Z",
        }

    def _stands(self, config, standing, wanted):
        """Whether these holds are what is wanted, for long enough, and this till's."""
        if self._made_here(config, standing) != standing:
            return False
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

    def _holder_balances(self, holder):
        member, cards = holder
        return self._balances(member or cards[:1], cards)

    def _refused(self, holder, code, message):
        return {
            "status": "refused",
            "code": code,
            "message": message,
            "balances": self._holder_balances(holder),
        }

    def _held(self, holder, holds):
        expires_at = min(holds.mapped("expires_at"), default=False)
        return {
            "status": "held",
            "expires_at": expires_at and f"{expires_at.isoformat()}Z",
            "balances": self._holder_balances(holder),
        }

    # ------------------------------------------------------------------ agreeing

    def _unproven(self, member, uuid, proof):
        """The answer when the member has to agree, and hasn't; or None."""
        # Who is no member has neither a PIN nor a code.
        proof = proof if member and isinstance(proof, dict) else {}
        methods = self._methods(member)
        if code := proof.get("code"):
            if member._check_code(uuid, str(code)):
                return None
            message = self.env._("This code is wrong.")
            return {"status": "wrong", "message": message, "left": 0, **methods}
        if pin := proof.get("pin"):
            right, left = member._check_pin(pin)
            return None if right else {**self._wrong_pin(left), **methods}
        message = self.env._("Spending so much needs the member's PIN.")
        if not methods["methods"]:
            message = self.env._(
                "Spending so much needs a PIN, and this member has none yet."
            )
        return {"status": "proof", "message": message, **methods}

    def _methods(self, member):
        """How the member can agree, and whether the caller may set a PIN."""
        methods = ["pin"] if member.pin_hash else []
        if member and member._can_get_code():
            methods.append("code")
        can_set_pin = bool(member) and self._may_set_pin()
        return {"methods": methods, "can_set_pin": can_set_pin}

    def _has_agreed(self, standing, wanted):
        """Whether the member agreed to as much, for this basket, before."""
        held = {
            hold.card_id: (
                to_units(hold.amount, hold.card_id._club_digits()),
                hold.agreed,
            )
            for hold in standing
        }
        return spending.was_agreed(held, wanted)

    def _confirm_limits(self, club, cards, standing):
        """Units that a card alone may still spend: dict of points and money.

        Without a limit of the club's the kind isn't in it. What tills held or spent for
        this member within the hour counts, in however many baskets; what they agreed to
        doesn't.

        :param standing: holds of this basket, which the new ones take the place of
        """
        limits = {
            "points": club.confirm_points,
            "money": to_units(club.confirm_money, club._digits("wallet")),
        }
        if not any(limits.values()):
            return {}
        since = fields.Datetime.now() - CONFIRM_WINDOW
        club.env["loyalty.club.hold"].flush_model()
        rows = club.env.execute_query(
            SQL(
                """
                SELECT card_id, round(sum(amount) * %(scale)s)::bigint FROM (
                    SELECT card_id, CASE state WHEN 'open' THEN amount ELSE captured END
                           AS amount
                      FROM loyalty_club_hold
                     WHERE card_id = ANY(%(cards)s) AND origin_model = 'pos.config'
                       AND agreed IS NOT TRUE AND id <> ALL(%(standing)s)
                       AND expires_at > %(ends)s
                       AND (state = 'captured'
                            OR state = 'open' AND expires_at > %(now)s)
                     UNION ALL
                    SELECT card_id, debt - amount
                      FROM loyalty_club_entry
                     WHERE card_id = ANY(%(cards)s) AND kind = 'spend'
                       AND origin_model = 'pos.order' AND hold_id IS NULL
                       AND date > %(since)s
                ) AS spent GROUP BY card_id
                """,
                scale=10**SCALE,
                cards=cards.ids,
                standing=standing.ids,
                ends=since + timedelta(seconds=SECONDS),
                now=fields.Datetime.now(),
                since=since,
            )
        )
        spent = [
            (card.club_account, units_from_scaled(scaled, card._club_digits()))
            for card, scaled in ((cards.browse(id_), scaled) for id_, scaled in rows)
        ]
        return spending.limits_left(limits, spent)

    def _exceeds(self, limits, wanted):
        """Whether these claims are above what a card alone may spend."""
        return spending.needs_agreement(
            limits, [(card.club_account, units) for card, units in wanted.items()]
        )

    def _free(self, holder, standing, limits):
        """What each account can pay without the member agreeing to it."""
        member, cards = holder
        whose = member or cards[:1]
        club = whose.club_id
        free = {}
        balances = whose.env["loyalty.club.ledger"]._balances(whose)
        for card in cards:
            account = card.club_account
            own = standing.filtered(lambda hold, card=card: hold.card_id == card)
            units = balances[account]["available"] + to_units(
                sum(own.mapped("amount")), card._club_digits()
            )
            limit = limits.get(spending.kind_of(account))
            units = spending.without_agreement(units, limit)
            free[account] = answers.amount(club, account, units)
        return free

    # ------------------------------------------------------------------ bounds

    def _check_baskets(self, config, club, uuid):
        """Refuse holds for more baskets than anybody serves at once.

        :raises ClubError: limit_exceeded
        """
        holds = club.env["loyalty.club.hold"]
        others = [
            ("club_id", "=", club.id),
            ("origin_model", "=", config._name),
            ("reference", "!=", uuid),
            ("state", "=", "open"),
            ("expires_at", ">", fields.Datetime.now()),
        ]
        for whose in (
            [("origin_id", "=", config.id)],
            [("create_uid", "=", self.env.uid)],
        ):
            [(count,)] = holds._read_group(
                others + whose, [], ["reference:count_distinct"]
            )
            if count >= MOST_BASKETS:
                raise ClubError(
                    "limit_exceeded",
                    self.env._(
                        "Too many baskets hold something at this till: pay or leave "
                        "one of them first."
                    ),
                )
