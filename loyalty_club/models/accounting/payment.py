from odoo import models

from ...engine.amounts import to_units
from ...rights import raised


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def write(self, vals):
        """A payment without journal entry settles its invoices by its state alone."""
        res = super().write(vals)
        if "state" in vals:
            self.invoice_ids._club_follow()
            self._club_watch_paid_out()
        return res

    # ------------------------------------------------------------------ paid out

    def _club_watch_paid_out(self):
        """See in the end whether money that goes to customers pays a credit note back.

        A wizard posts the payment first and then settles the note with it: only the end
        of the transaction tells.
        """
        out = self.filtered(
            lambda payment: (
                payment.payment_type == "outbound"
                and payment.partner_type == "customer"
            )
        )
        if not out:
            return
        watched = self.env.cr.precommit.data.setdefault("loyalty_club.paid_out", set())
        if not watched:
            self.env.cr.precommit.add(self._club_list_paid_out)
        watched.update(out.ids)

    def _club_list_paid_out(self):
        """List what went to members and settles nothing: no points were taken."""
        Exception_ = self.env["loyalty.club.exception"]
        watched = self.env.cr.precommit.data.pop("loyalty_club.paid_out", ())
        # The club looks, not who pays.
        payments = raised(self).browse(watched).exists()
        buyers = {p: p._club_buyers() if p._club_open() else [] for p in payments}
        Exception_._unlist("return", payments.filtered(lambda p: not buyers[p]))
        for payment, members in buyers.items():
            for member in members:
                Exception_._list(
                    member.club_id,
                    "return",
                    self.env._(
                        "Money was paid out that belongs to no credit note: no points "
                        "were taken back. Settle a credit note with it, or adjust the "
                        "balance."
                    ),
                    record=payment,
                    member=member,
                    units=payment._club_open_units(member.club_id),
                )

    def _club_open(self):
        """What of this payment settles nothing, in its company's currency."""
        self.ensure_one()
        if self.state not in ("in_process", "paid"):
            return 0
        if not self.move_id:
            return 0 if self.invoice_ids else self.amount_company_currency_signed
        _money, settling, _other = self._seek_for_lines()
        left = sum(settling.mapped("amount_residual"))
        return 0 if self.company_id.currency_id.is_zero(left) else left

    def _club_open_units(self, club):
        converted = self.company_id.currency_id._convert(
            abs(self._club_open()), club.currency_id, self.company_id, self.date
        )
        return to_units(converted, club._digits("wallet"))

    def _club_buyers(self):
        """Members whom it is for and who kept something that they bought."""
        contacts = self.partner_id | self.partner_id.commercial_partner_id
        bought = self.env["loyalty.club.purchase"]._read_group(
            [
                ("member_id.partner_id", "in", contacts.ids),
                ("kind", "=", "sale"),
                ("returned", "!=", "all"),
                ("club_id.company_id", "in", self.company_id.parent_ids.ids),
            ],
            ["member_id"],
        )
        return [member for (member,) in bought]
