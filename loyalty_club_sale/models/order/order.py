from collections import defaultdict

from odoo import models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from odoo.addons.loyalty_club.engine import spending
from odoo.addons.loyalty_club.ledger import SCALE, Origin, to_column, units_from_scaled
from odoo.addons.loyalty_club.models.native.card import NATIVE_FLOW

from ..loyalty_card import ORDER_FLOW


class SaleOrder(models.Model):
    """Rewards of managed accounts are paid from the ledger.

    Odoo adds and subtracts points in many places of an order. Here they count for
    nothing on managed accounts: whenever an order is confirmed, cancelled or changed,
    it compares what its reward lines cost with what its entries have spent, and the
    ledger moves the difference (``_club_settle``). What an invoice has taken off comes
    back by a credit note, not by what becomes of the order.

    Products that load a managed wallet load it when they are paid.
    """

    _inherit = "sale.order"

    # ------------------------------------------------------------------ settling

    def write(self, vals):
        res = super().write(vals)
        if "state" in vals:
            self._club_settle()
        return res

    def _club_settle(self):
        """Spend what the rewards cost, or give back what they no longer do.

        :raises ClubError: insufficient_balance, member_blocked
        """
        spent = self._club_spent()
        for order in self:
            claimed = order._club_owed()
            cards = self.env["loyalty.card"].browse(
                sorted({card.id for card in claimed} | spent[order.id].keys())
            )
            for card in cards:
                used, entries, count = spent[order.id].get(card.id, (0, (), 0))
                change = claimed.get(card, 0) - units_from_scaled(
                    used, card._club_digits()
                )
                if change > 0:
                    order._club_spend(card, change, count)
                elif change < 0:
                    order._club_give_back(card, entries, -change, count)

    def _club_settle_ended(self, move):
        """A document of cancelled orders has changed: rewards follow it.

        :param move: the invoice or credit note
        """
        for order in self.filtered(lambda order: order.state != "sale"):
            for club in order.order_line.coupon_id.club_id:
                with move._club_guarded(club, step=f"rewards:{order.id}"):
                    order._club_settle()

    def _club_spend(self, card, units, count):
        self._club_check_claims(card)
        self._club_ledger()._spend(
            card.id,
            units,
            key=f"sale.order:{self.id}:spend:{card.id}:{count}",
            origin=self._club_origin(),
        )

    def _club_give_back(self, card, entries, units, count):
        self._club_ledger()._give_back(
            entries,
            units,
            key=f"sale.order:{self.id}:give_back:{card.id}:{count}",
            origin=self._club_origin(),
        )

    def _club_ledger(self):
        # Sellers have no right on balances; orders move them by the rules above.
        return self.env["loyalty.club.ledger"].sudo()

    def _club_origin(self):
        return Origin(
            company_id=self.company_id.id,
            model=self._name,
            res_id=self.id,
            reference=self.name,
        )

    def _club_check_claims(self, card):
        """Refuse rewards that lines ask for, but this customer can't have."""
        lines = self.order_line.filtered(lambda line: line.coupon_id == card)
        if card.partner_id != self.partner_id:
            raise ValidationError(
                self.env._(
                    "A reward of %(order)s is another customer's.", order=self.name
                )
            )
        closed = lines.reward_id.filtered(lambda r: not r._club_open_to(card))
        if closed:
            raise ValidationError(
                self.env._(
                    "%(reward)s is for members of other tiers.",
                    reward=closed[0].description,
                )
            )

    def _club_owed(self):
        """What this order has to have spent: dict of managed card to units.

        While it stands, all that its rewards cost. Cancelled, it gives that back, but
        for what a posted invoice takes off: goods were had for it.
        """
        if self.state == "sale":
            return self._club_claimed()
        rewards = self.order_line.filtered("coupon_id.club_id")
        return self._club_claimed(rewards._club_invoiced())

    def _club_claimed(self, lines=None):
        """What the reward lines cost: dict of managed card to units.

        :param lines: some of this order's; none: all of them
        """
        self.ensure_one()
        said = defaultdict(list)
        for line in self.order_line if lines is None else lines:
            if line.points_cost and line.coupon_id.club_id:
                said[line.coupon_id].append(line.points_cost)
        return {
            card: spending.cost_said(parts, card._club_digits())
            for card, parts in said.items()
        }

    def _club_spent(self):
        """What was spent for the rewards of these orders, and not given back.

        :return: dict of order id to dict of card id to (ten-thousandths, ids of the
            entries that spent, number of entries)
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT origin_id, card_id, round(-sum(amount) * %(scale)s)::bigint,
                       array_agg(id ORDER BY id) FILTER (WHERE kind = 'spend'), count(*)
                  FROM loyalty_club_entry
                 WHERE origin_model = 'sale.order' AND origin_id = ANY(%(ids)s)
                   AND kind IN ('spend', 'give_back')
                 GROUP BY origin_id, card_id
                """,
                scale=10**SCALE,
                ids=self._origin.ids,
            )
        )
        spent = defaultdict(dict)
        for order_id, card_id, *of_card in rows:
            spent[order_id][card_id] = of_card
        return spent

    # ------------------------------------------------------------------ loading wallets

    def _club_settle_top_ups(self, move):
        """Load wallets with what invoices of these orders have paid, less credit notes.

        As with rewards, the difference to what was loaded already is moved; so it
        doesn't matter how often, or after which payment, this is called. What is taken
        back is taken where it was loaded, whoever is the order's customer by then.

        Called with all rights: the payment counts, not who registers it.

        :param move: the invoice, credit note or payment that something happened to
        """
        ledger = self.env["loyalty.club.ledger"]
        for order in self:
            for program, units in order._club_paid_top_ups().items():
                step = f"top_up:{order.id}:{program.id}"
                with move._club_guarded(program.club_id, step=step):
                    ledger._settle_top_up(
                        program, order.partner_id, units, order._club_origin()
                    )

    def _club_paid_top_ups(self):
        """What invoices of this order have paid for: dict of program to units.

        A program whose invoices are unpaid or credited by now is there with nothing.
        """
        self.ensure_one()
        paid = defaultdict(int)
        for line in self.order_line:
            line._club_note_top_up()
            if line.club_wallet_id:
                paid[line.club_wallet_id] += line._club_paid_top_up()
        return paid

    # ------------------------------------------------------------------ Odoo's own ways

    def _get_real_points_for_coupon(self, coupon, post_confirm=False):
        """What can be spent on this order; its own purchase earns nothing yet."""
        if not coupon.club_id:
            return super()._get_real_points_for_coupon(coupon, post_confirm)
        self.ensure_one()
        digits = coupon._club_digits()
        units = 0
        if coupon.partner_id == self.partner_id:
            units = coupon._club_spendable()
        used, *_entries = self._club_spent()[self._origin.id].get(coupon.id, (0,))
        units += units_from_scaled(used, digits) - self._club_claimed().get(coupon, 0)
        return float(to_column(units, digits))

    def _program_check_compute_points(self, programs):
        """Managed programs give nothing on orders: invoices earn and load wallets."""
        result = super()._program_check_compute_points(programs)
        for program, status in result.items():
            if program.club_id and "points" in status:
                status["points"] = [0]
        return result

    def _get_point_changes(self):
        """Confirming and cancelling leave managed accounts to ``_club_settle``."""
        changes = super()._get_point_changes()
        for coupon in [coupon for coupon in changes if coupon.club_id]:
            del changes[coupon]
        return changes

    def _action_cancel(self):
        # Odoo lets sellers cancel, but not delete these; of managed accounts they are
        # always there and always empty.
        points_sudo = self.coupon_point_ids.sudo()
        points_sudo.filtered("coupon_id.club_id").unlink()
        # Then it deletes the rewards' lines: those on an invoice say what was had.
        return super(
            SaleOrder, self.with_context(loyalty_club_cancelled=ORDER_FLOW)
        )._action_cancel()

    def _add_loyalty_history_lines(self):
        # As a native flow, whose lines for managed accounts are left to the ledger.
        flow = self.with_context(loyalty_club_flow=NATIVE_FLOW)
        return super(SaleOrder, flow)._add_loyalty_history_lines()

    def _update_loyalty_history(self, coupon_id, points):
        if coupon_id.club_id:
            return None  # the ledger writes it
        return super()._update_loyalty_history(coupon_id, points)

    def _get_claimable_rewards(self, forced_coupons=None):
        claimable = super()._get_claimable_rewards(forced_coupons)
        for coupon, rewards in list(claimable.items()):
            claimable[coupon] = rewards.filtered(lambda r, c=coupon: r._club_open_to(c))
            if not claimable[coupon]:
                del claimable[coupon]
        return claimable

    def _apply_program_reward(self, reward, coupon, **kwargs):
        if not reward._club_open_to(coupon):
            return {"error": self.env._("This reward is for members of other tiers.")}
        return super()._apply_program_reward(reward, coupon, **kwargs)

    def _update_programs_and_rewards(self):
        """Settle once at the end; meanwhile Odoo takes all rewards off and on again."""
        flow = self._club_order_flow()
        if flow is self:
            return super()._update_programs_and_rewards()
        if self.state != "sale":
            self.order_line.filtered(
                lambda line: not line.reward_id._club_open_to(line.coupon_id)
            ).unlink()
        res = super(SaleOrder, flow)._update_programs_and_rewards()
        self.filtered(lambda order: order.state == "sale")._club_settle()
        return res

    def _club_order_flow(self):
        """These orders, with the word that somebody settles at the end."""
        if self.env.context.get("loyalty_club_order") is ORDER_FLOW:
            return self
        return self.with_context(loyalty_club_order=ORDER_FLOW)
