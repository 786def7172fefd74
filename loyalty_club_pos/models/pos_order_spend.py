import math
from collections import defaultdict
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.loyalty_club.engine.amounts import to_units
from odoo.addons.loyalty_club.exceptions import ClubError
from odoo.addons.loyalty_club.ledger import SCALE, units_from_scaled


class PosOrder(models.Model):
    """What an order costs its member, and what it puts into his wallet.

    The rewards that were used stand in the order as lines. The server computes what
    they cost at least, captures what was held for the order, and spends the rest from
    what the till was granted for a time without a network. What exceeds both is spent
    as well, because the customer has it, and listed.
    """

    _inherit = "pos.order"

    # ------------------------------------------------------------------ spending

    def _club_settle_spending(self, club, member, holds, told):
        """Spend what the rewards cost, and release what was held for others.

        :param holds: what is held for this order; a till whose network failed may not
            know that it holds something
        """
        self._club_check_rewards(club, member)
        for card, units in self._club_claims().items():
            account = card.club_account
            if card.club_id != club or not self._club_owns(member, card):
                message = self.env._("A reward was taken from another one's account.")
                self._club_except("reward", club, member, message=message)
                continue
            hold = next((hold for hold in holds if hold.card_id == card), None)
            rest = units - self._club_capture(club, hold, units)
            if rest:
                self._club_spend_unheld(club, member, card, rest)
            told["spent"][account] = told["spent"].get(account, 0) + units
        for hold in holds.filtered(lambda hold: hold.state == "open"):
            self.env["loyalty.club.ledger"]._release_hold(hold)

    def _club_owns(self, member, card):
        """Whether an account is the customer's, who may have one and be no member."""
        if member:
            return card.member_id == member
        return bool(self.partner_id) and card.partner_id == self.partner_id

    def _club_has_paid(self, card):
        """Whether an account had all that was taken of it for this order."""
        entries = self.env["loyalty.club.entry"].search(
            [
                ("card_id", "=", card.id),
                ("kind", "=", "spend"),
                ("reference", "=", self.uuid),
            ]
        )
        return bool(entries) and not any(entries.mapped("debt"))

    def _club_claims(self):
        """What the rewards of a club in this order cost: dict of card to units."""
        claims = defaultdict(int)
        for lines in self._club_rewards().values():
            card = lines[0].coupon_id
            claims[card] += self._club_reward_cost(card, lines)
        return {card: units for card, units in claims.items() if units}

    def _club_rewards(self):
        """The lines of each reward that was used: one may have a line for each tax."""
        used = defaultdict(self.env["pos.order.line"].browse)
        for line in self.lines:
            if (
                line.is_reward_line
                and line.coupon_id.club_id
                and not line.refunded_orderline_id
            ):
                code = line.reward_identifier_code or line.uuid
                used[line.coupon_id, line.reward_id, code] |= line
        return used

    def _club_reward_cost(self, card, lines):
        """Units that a reward costs: what the lines say, but not less than it must.

        Part of a unit costs a whole one: nothing is given away by rounding.
        """
        digits = card._club_digits()
        said = sum(to_units(max(line.points_cost, 0), SCALE) for line in lines)
        said = -(-said // 10 ** (SCALE - digits))
        least = self._club_least_cost(card, lines)
        if least > said:
            self._club_except(
                "reward",
                card.club_id,
                card.member_id,
                card.club_account,
                least - said,
                self.env._(
                    "The till charged less for “%(reward)s” than it costs.",
                    reward=lines.reward_id.description,
                ),
            )
        return max(said, least)

    def _club_least_cost(self, card, lines):
        """Units that these lines of one reward cost at least."""
        reward = lines.reward_id
        digits = card._club_digits()
        price = Decimal(repr(reward.required_points))
        if reward.reward_type == "product":
            pieces = Decimal(repr(sum(abs(line.qty) for line in lines)))
            each = Decimal(reward.reward_product_qty or 1)
            times = (pieces / each).to_integral_value(rounding=ROUND_UP)
            return to_units(times * price, digits)
        pays = reward.discount_mode == "per_point" and reward.discount
        foreign = reward.program_id != card.program_id
        if pays or (foreign and card.club_account != "points"):
            # Each line was rounded by the currency, maybe up.
            step = Decimal(repr(self.currency_id.rounding))
            worth = Decimal(repr(self._club_worth(lines)))
            worth = max(worth - step * len(lines), Decimal(0))
            points = worth / Decimal(repr(pays or 1.0))
            return to_units(points, digits, rounding=ROUND_UP)
        return to_units(price, digits)

    def _club_open_holds(self, club):
        """What is held for this order; whoever holds for it later sees that it is over.

        Read before anything else of it: see ``loyalty.club.till.basket``.
        """
        holds = self.env["loyalty.club.hold"]
        if not self.env["loyalty.club.till.basket"]._next(club, self.uuid):
            return holds  # nobody ever asked for it
        return holds.search(
            self.config_id._club_holds_domain(club, self.uuid)
            & Domain("state", "=", "open")
            & Domain("expires_at", ">", fields.Datetime.now())
        )

    def _club_let_go(self):
        """Give free what is held for orders that nobody will pay."""
        ledger = self.env["loyalty.club.ledger"]
        for order in self:
            club = order.config_id._club()
            for hold in club and order._club_open_holds(club) or ():
                ledger._release_hold(hold)

    def _club_capture(self, club, hold, units):
        """Spend what was held for a claim, as far as it goes.

        :return: units that were spent
        """
        if not hold:
            return 0
        part = min(
            units, to_units(hold.amount, club._digits(hold.card_id.club_account))
        )
        try:
            with self.env.cr.savepoint():
                self.env["loyalty.club.ledger"]._capture(
                    hold,
                    part,
                    key=f"pos:{self.uuid}:capture:{hold.card_id.id}",
                    origin=self._club_origin(),
                )
        except ClubError:
            return 0  # the member was blocked meanwhile
        return part

    # ------------------------------------------------------------------ without a hold

    def _club_spend_unheld(self, club, member, card, units):
        """Spend what nobody held: within the till's allowance, or listed.

        A till without a network can't hold. What it was granted is a risk that the club
        took; more than that a manager should see, even where the balance is enough.
        """
        asked = self._club_held_when_paid(card)
        allowed = asked + self._club_use_allowance(card, max(units - asked, 0))
        account = card.club_account
        ledger = self.env["loyalty.club.ledger"]
        key = f"pos:{self.uuid}:spend:{card.id}"
        origin = self._club_origin()
        try:
            with self.env.cr.savepoint():
                ledger._spend(card.id, units, key=key, origin=origin)
        except ClubError:
            ledger._overspend(card.id, units, key=key, origin=origin)
            message = self.env._(
                "More was spent than the member had; he owes the rest."
            )
            self._club_except("overspent", club, member, account, units, message)
            return
        if units > allowed:
            message = self.env._("This was spent without asking the server first.")
            self._club_except("unheld", club, member, account, units - allowed, message)

    def _club_held_when_paid(self, card):
        """Units that were held when it was paid, but not any more when that was told.

        The network may fail between the two.
        """
        holds = self.env["loyalty.club.hold"].search(
            [
                ("card_id", "=", card.id),
                ("reference", "=", self.uuid),
                ("state", "in", ("open", "expired")),
                ("expires_at", ">=", self.date_order),
            ]
        )
        return to_units(sum(holds.mapped("amount")), card._club_digits())

    def _club_use_allowance(self, card, units):
        """Use up what this till may let the account spend offline.

        One that was renewed since is as good: it is as much as the club risks.

        :return: units that it was still granted when the order was made
        """
        # The ledger locks the account first, so that two orders don't use it twice.
        self.env["loyalty.club.ledger"]._lock([card.id])
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE loyalty_club_allowance AS allowance
                   SET used = LEAST(before.amount, before.used + %(units)s)
                  FROM loyalty_club_allowance AS before
                 WHERE allowance.id = before.id
                   AND before.card_id = %(card)s AND before.config_id = %(config)s
                   AND %(moment)s <= before.expires_at
                RETURNING round((before.amount - before.used) * %(scale)s)::bigint
                """,
                units=Decimal(units).scaleb(-card._club_digits()),
                card=card.id,
                config=self.config_id.id,
                moment=self.date_order,
                scale=10**SCALE,
            )
        )
        self.env["loyalty.club.allowance"].invalidate_model()
        return units_from_scaled(rows[0][0], card._club_digits()) if rows else 0

    # ------------------------------------------------------------------ loading

    def _club_loads(self, club):
        """The lines that load a wallet."""
        # The rules of all programs are read at once: those that earn are wanted next.
        rules = club.program_ids.rule_ids
        loading = rules.filtered(lambda rule: rule.program_id.club_account == "wallet")
        products = loading.product_ids
        return self.lines.filtered(
            lambda line: (
                line.product_id in products
                and not line.is_reward_line
                and line.club_total > 0
                and not line.refunded_orderline_id
            )
        )

    def _club_settle_top_up(self, club, lines, told):
        """Put what was paid for into the customer's wallet."""
        units = sum(self._club_loaded_units(club, line) for line in lines)
        received = self._club_received(club)
        if received is not None:
            units = math.floor(units * received)  # what is on account comes later
        if units <= 0:
            return
        if not self.partner_id:
            message = self.env._("A wallet was loaded without saying whose it is.")
            none = self.env["loyalty.club.member"]
            self._club_except("refused", club, none, "wallet", units, message)
            return
        ledger = self.env["loyalty.club.ledger"]
        ledger._grant(
            ledger._account_of(club, self.partner_id, "wallet"),
            units,
            "top_up",
            key=f"pos:{self.uuid}:top_up",
            origin=self._club_origin(),
        )
        told["topped_up"] = units

    def _club_loaded_units(self, club, line):
        """Units that a line loads into a wallet; negative when it is returned."""
        rule = line._club_loading_rule(club)
        amount = line.qty
        if rule.reward_point_mode == "money":
            amount = self.currency_id._convert(
                line.club_total,
                club.currency_id,
                self.company_id,
                fields.Date.to_date(self.date_order),
            )
        loaded = Decimal(repr(rule.reward_point_amount)) * Decimal(repr(amount))
        return to_units(loaded, club._digits("wallet"), rounding=ROUND_DOWN)
