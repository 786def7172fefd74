import math
from collections import defaultdict
from decimal import ROUND_DOWN, Decimal

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.loyalty_club.engine import spending
from odoo.addons.loyalty_club.engine.amounts import decimal, to_units
from odoo.addons.loyalty_club.exceptions import ClubError
from odoo.addons.loyalty_club.ledger import SCALE, units_from_scaled


class PosOrder(models.Model):
    """What an order costs its member, and what it puts into their wallet.

    The rewards that were used stand in the order as lines. The server computes what
    they cost, captures what was held for the order, and spends the rest from what the
    till was granted for a time without a network. What exceeds both the customer has,
    and the shop has lost it: no member pays for what nobody asked them, and it is
    listed with the till and the cashier.
    """

    # A part of the model's package: what its rewards cost.
    _inherit = "pos.order"  # pylint: disable=consider-merging-classes-inherited

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
            taken = self._club_capture(club, hold, units)
            if units > taken:
                taken += self._club_spend_unheld(club, member, card, units - taken)
            if taken:
                told["spent"][account] = told["spent"].get(account, 0) + taken
        for hold in holds.filtered(lambda hold: hold.state == "open"):
            self.env["loyalty.club.ledger"]._release_hold(hold)

    def _club_owns(self, member, card):
        """Whether an account is the customer's, who may have one and be no member."""
        if member:
            return card.member_id == member
        return bool(self.partner_id) and card.partner_id == self.partner_id

    def _club_has_paid(self, card):
        """Whether an account had, and paid, all that its lines took off the price."""
        entries = self.env["loyalty.club.entry"].search(
            [("card_id", "=", card.id), *self._club_spending_domain()]
        )
        if not entries or any(entries.mapped("debt")):
            return False
        paid = to_units(-sum(entries.mapped("amount")), card._club_digits())
        least = sum(
            self._club_cost_bounds(card, lines)[0]
            for (of_card, _reward, _code), lines in self._club_rewards().items()
            if of_card == card
        )
        return paid >= least

    def _club_spending_domain(self):
        """The entries by which this order has spent.

        Not by its uuid: a client chose that, and another spend may name the same.
        """
        return [
            ("kind", "=", "spend"),
            ("origin_model", "=", self._name),
            ("origin_id", "=", self.id),
        ]

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
        """Units that a reward costs: what the lines say, within its own terms."""
        said = spending.cost_said(lines.mapped("points_cost"), card._club_digits())
        cost, wrong = spending.cost_within(said, *self._club_cost_bounds(card, lines))
        if not wrong:
            return cost
        name = lines.reward_id.description or lines[:1].full_product_name
        message = {
            "less": self.env._(
                "The till charged less for “%(reward)s” than it costs.", reward=name
            ),
            "more": self.env._(
                "The till charged more for “%(reward)s” than it costs.", reward=name
            ),
        }[wrong]
        self._club_except(
            "reward",
            card.club_id,
            card.member_id,
            card.club_account,
            abs(cost - said),
            message,
        )
        return cost

    def _club_cost_bounds(self, card, lines):
        """Units that these lines of one reward cost.

        :return: (at least, at most or None for no bound)
        """
        terms = lines.reward_id._club_terms(card)
        if terms.kind == "goods":
            taken, slack = sum(abs(line.qty) for line in lines), 0.0
        else:
            # Each line was rounded by the currency, maybe up.
            slack = self.currency_id.rounding * len(lines)
            taken = self._club_worth(lines)
        return spending.cost_bounds(terms, decimal(taken), decimal(slack))

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
        """Spend what isn't held, as far as the member agreed or the club allowed it.

        A till without a network can't hold. What it was granted is a risk that the club
        took, and the member may owe it. What was held for this order and timed out the
        member has agreed to: it is spent as far as it is there. More than that costs no
        member anything: the shop has lost it, and a manager sees at which till.

        :return: units that were spent
        """
        held = self._club_held_before(club, card)
        agreed, wanted = spending.risked(units, held, units)
        granted = self._club_use_allowance(card, wanted)
        agreed, granted = spending.risked(units, held, granted)
        account = card.club_account
        entry_ids = self.env["loyalty.club.ledger"]._overspend(
            card.id,
            agreed + granted,
            most_debt=granted,
            key=f"pos:{self.uuid}:spend:{card.id}",
            origin=self._club_origin(),
        )
        entry = self.env["loyalty.club.entry"].browse(entry_ids)
        spent = to_units(entry.debt - entry.amount, card._club_digits())
        owed = to_units(entry.debt, card._club_digits())
        if owed:
            message = self.env._(
                "More was spent without a network than the member had: this is owed."
            )
            self._club_except("overspent", club, member, account, owed, message)
        if units > spent:
            message = self.env._(
                "The till gave this without asking the server first: nobody paid for "
                "it, and the shop has lost it."
            )
            self._club_except("unheld", club, member, account, units - spent, message)
        return spent

    def _club_held_before(self, club, card):
        """Units that were held for this order, but aren't any more.

        The network may fail before it is told that the order was paid. The last hold
        took the place of those before it. Unless the member has agreed to it, no more
        of it counts than a card alone may spend by now: holds that were left to time
        out would be a way to save up.
        """
        hold = self.env["loyalty.club.hold"].search(
            self.config_id._club_holds_domain(club, self.uuid)
            & Domain("card_id", "=", card.id),
            order="id DESC",
            limit=1,
        )
        if hold.state not in ("open", "expired"):
            return 0
        units = to_units(hold.amount, card._club_digits())
        if hold.agreed:
            return units
        till = self.env["loyalty.club.till"]
        limits = till._confirm_limits(club, card.member_id.card_ids | card, hold)
        limit = limits.get(spending.kind_of(card.club_account))
        return spending.without_agreement(units, limit)

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

    def _club_loads(self, club, unearning=None):
        """The lines that load a wallet.

        :param unearning: ``_club_unearning()``, of who has it
        """
        if unearning is None:
            unearning = self._club_unearning(club)
        if not self.lines.product_id & unearning:
            return self.lines.browse()  # most orders: no rule need be read
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
                self._club_moment(club).date(),
            )
        loaded = Decimal(repr(rule.reward_point_amount)) * Decimal(repr(amount))
        return to_units(loaded, club._digits("wallet"), rounding=ROUND_DOWN)
