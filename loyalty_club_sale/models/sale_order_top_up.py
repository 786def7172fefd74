from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from odoo.addons.loyalty_club.ledger import SCALE, units_from_scaled


class SaleOrder(models.Model):
    """Products that load a managed wallet load it when they are paid."""

    _inherit = "sale.order"

    def _club_settle_top_ups(self):
        """Load wallets with what invoices of these orders have paid, less credit notes.

        As with rewards, the difference to what was loaded already is moved; so it
        doesn't matter how often, or after which payment, this is called. What was
        loaded and spent meanwhile follows the club's policy for returned goods.

        Called with all rights: the payment counts, not who registers it.
        """
        ledger = self.env["loyalty.club.ledger"]
        for order in self:
            loaded, origin = order._club_loaded(), order._club_origin()
            for program, units in order._club_paid_top_ups().items():
                scaled, count = loaded.get(program.club_id.id, (0, 0))
                change = units - units_from_scaled(
                    scaled, program.club_id._digits("wallet")
                )
                if not change:
                    continue
                card_id = ledger._account_of(
                    program.club_id, order.partner_id, "wallet"
                )
                key = f"sale.order:{order.id}:top_up:{program.id}:{count}"
                if change > 0:
                    ledger._grant(card_id, change, "top_up", key=key, origin=origin)
                else:
                    ledger._take_back(card_id, -change, None, key=key, origin=origin)

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

    def _club_loaded(self):
        """What this order has loaded: dict of club id to (ten-thousandths, entries).

        Money taken back that was spent already is a debt, and debts of an account that
        a top-up pays are entries of their own: ``amount - debt`` counts both right.
        """
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT club_id, round(sum(amount - debt) * %s)::bigint, count(*)
                  FROM loyalty_club_entry
                 WHERE origin_model = 'sale.order' AND origin_id = %s
                   AND account = 'wallet' AND kind IN ('top_up', 'return')
                 GROUP BY club_id
                """,
                10**SCALE,
                self.id,
            )
        )
        return {club_id: of_club for club_id, *of_club in rows}
