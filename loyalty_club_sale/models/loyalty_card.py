from odoo import models

# Marks what an order does to cards and lines while it settles with the ledger at the
# end. No RPC call can send an object, so nobody can pretend to be such an order.
ORDER_FLOW = object()


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    def write(self, vals):
        """Leave managed balances alone while an order is going to settle.

        Odoo's order lines add and subtract points themselves whenever they change.
        """
        if "points" not in vals or not self._club_in_order_flow():
            return super().write(vals)
        managed = self.filtered("club_id")
        rest = {key: value for key, value in vals.items() if key != "points"}
        if rest:
            super(LoyaltyCard, managed).write(rest)
        return super(LoyaltyCard, self - managed).write(vals)

    def _club_in_order_flow(self):
        return self.env.context.get("loyalty_club_order") is ORDER_FLOW

    def _club_digits(self):
        """Decimals of this managed account's smallest unit."""
        # Who sells has no right on clubs, and this is no secret of theirs.
        program_sudo = self.program_id.sudo()
        return program_sudo.club_id._digits(program_sudo.club_account)

    def _club_spendable(self):
        """Units that this managed account can spend now."""
        self.ensure_one()
        # Sellers and customers see through orders what can be spent, not the ledger.
        ledger = self.env["loyalty.club.ledger"].sudo()
        [account] = ledger._read_accounts(self._origin.ids).values()
        if account.member_state not in (None, "active"):
            return 0
        lots = [lot for lot, _purchase in ledger._open_lots([account])[account.id]]
        held = ledger._held([account])[account.id]
        return ledger._available(account, lots, held, account.club._today())
