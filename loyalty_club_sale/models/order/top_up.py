from collections import defaultdict

from odoo import models


class SaleOrder(models.Model):
    """Products that load a managed wallet load it when they are paid."""

    _inherit = "sale.order"

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
