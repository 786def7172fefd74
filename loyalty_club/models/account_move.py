import logging
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..amounts import AMOUNT

_logger = logging.getLogger(__name__)

PAID = ("in_payment", "paid")


class AccountMove(models.Model):
    """Members earn by their invoices and lose by their credit notes.

    Whatever happens to an invoice — it is posted, paid, un-reconciled, credited, reset
    to draft or cancelled — ends in ``_club_follow``, which compares what the invoice is
    now with the purchases that were recorded for it, and records the difference. So it
    doesn't matter which hooks fire, in which order or how often.

    An invoice has at most one *standing* purchase in a club. When it is no longer paid
    (or no longer posted, see ``loyalty.club.earn_on``) all that is left of it is taken
    back, and paying it again starts another one: hence the key ``<move id>:<n>``.

    Sales receipts earn nothing, and neither does a credit note take anything that names
    no invoice: nobody could say which purchase it is about. Correct such a case by an
    adjustment.
    """

    _inherit = "account.move"

    club_purchase_ids = fields.One2many(
        "loyalty.club.purchase",
        "move_id",
        string="Club purchases",
        readonly=True,
        groups="loyalty_club.group_desk,loyalty_club.group_auditor",
    )
    club_points = fields.Float(
        string="Club points",
        compute="_compute_club_points",
        compute_sudo=True,
        help="Points that the invoice earned and that were not taken back since; or "
        "what a credit note took back.",
        groups="loyalty_club.group_desk,loyalty_club.group_auditor",
        **AMOUNT,
    )

    @api.depends("club_purchase_ids.points", "club_purchase_ids.line_ids.points_taken")
    def _compute_club_points(self):
        for move in self:
            sales = move.club_purchase_ids.filtered(lambda p: p.kind == "sale")
            kept = sum(sales.mapped("points"))
            kept -= sum(sales.line_ids.mapped("points_taken"))
            taken = sum((move.club_purchase_ids - sales).mapped("points"))
            move.club_points = kept if sales else taken

    def action_open_club_purchases(self):
        self.ensure_one()
        return self.club_purchase_ids._get_records_action(
            name=self.env._("Club purchases")
        )

    # ------------------------------------------------------------------ hooks

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        posted._club_follow()
        return posted

    def _invoice_paid_hook(self):
        res = super()._invoice_paid_hook()
        self._club_follow()
        return res

    def button_draft(self):
        # Cancelling comes through here as well: nothing is cancelled while posted.
        res = super().button_draft()
        self._club_follow()
        return res

    def unlink(self):
        # What was bought and taken back stays known after the document is gone.
        purchases_sudo = self.env["loyalty.club.purchase"].sudo()
        purchases_sudo.search([("move_id", "in", self.ids)]).move_id = False
        return super().unlink()

    # ------------------------------------------------------------------ following

    def _club_follow(self):
        """Bring the club's purchases in line with what these documents are now."""
        # Accountants have no rights in the club, and need none: it follows their books.
        moves_sudo = self.sudo()
        invoices_sudo = (moves_sudo | moves_sudo.reversed_entry_id).filtered(
            lambda move: move.move_type == "out_invoice" and not move._club_of_till()
        )
        if not invoices_sudo:
            return
        sales = invoices_sudo.env["loyalty.club.purchase"].search(
            [
                ("move_id", "in", invoices_sudo.ids),
                ("source", "=", "invoice"),
                ("kind", "=", "sale"),
            ],
            order="id",
        )
        by_invoice = sales.grouped("move_id")
        members = invoices_sudo._club_members()
        for invoice_sudo in invoices_sudo:
            invoice_sudo._club_follow_one(
                by_invoice.get(invoice_sudo, sales.browse()), members[invoice_sudo]
            )

    def _club_of_till(self):
        """Whether the till made this invoice: it recorded the purchase itself."""
        return "pos_order_ids" in self._fields and bool(self.pos_order_ids)

    @contextmanager
    def _club_guarded(self):
        """Keep accounting going when the club refuses, and say so on the document."""
        try:
            with self.env.cr.savepoint():
                yield
        except (UserError, ValueError) as error:
            _logger.warning("The club did not follow %s", self, exc_info=True)
            self.message_post(
                body=self.env._(
                    "The loyalty club could not follow this document: %(error)s",
                    error=error,
                )
            )

    def _club_members(self):
        """Who may earn by these invoices: dict of invoice to members, one in a club.

        The contact himself where he is a member, or else the company he belongs to.
        """
        partners = self.partner_id | self.commercial_partner_id
        found = self.env["loyalty.club.member"].search(
            [
                ("partner_id", "in", partners.ids),
                ("club_id.company_id", "in", self.company_id.parent_ids.ids),
                ("club_id.active", "=", True),
            ]
        )
        by_partner = {}
        # Merged memberships first, so that one that replaced them on the contact wins.
        for member in found.sorted(lambda member: not member.merged_into_id):
            now = member.merged_into_id or member
            if now.state != "left":
                by_partner.setdefault(member.partner_id, {})[member.club_id] = now
        chosen = {}
        for invoice in self:
            by_club = {
                **by_partner.get(invoice.commercial_partner_id, {}),
                **by_partner.get(invoice.partner_id, {}),
            }
            chosen[invoice] = [
                member
                for club, member in by_club.items()
                if club.company_id in invoice.company_id.parent_ids
            ]
        return chosen

    def _club_follow_one(self, sales, members):
        """Bring one invoice's purchases in line.

        :param sales: every purchase recorded for it, the oldest first
        :param members: who may earn by it
        """
        standing = sales.filtered(lambda sale: not self._club_withdrawals(sale))
        for sale in standing:
            if self._club_is_due(sale.club_id):
                self._club_follow_credit_notes(sale)
            elif sale.returned != "all" or self.state != "posted":
                with self._club_guarded():
                    self._club_withdraw(sale)
        for member in members:
            club = member.club_id
            if (
                member.state == "active"
                and club not in standing.club_id
                and self._club_is_due(club)
                and self._club_product_lines()
            ):
                times = [sale.club_id for sale in sales].count(club)
                with self._club_guarded():
                    self._club_earn(member, f"{self.id}:{times + 1}")

    def _club_earn(self, member, key):
        facts = self._club_facts(member.club_id, key)
        Purchase = self.env["loyalty.club.purchase"]
        sale = Purchase._record(member.club_id, member, facts)
        self._club_follow_credit_notes(sale)

    def _club_is_due(self, club):
        """Whether the invoice earns, as it is now."""
        if self.state != "posted":
            return False
        # 'reversed' isn't paid: what credit notes alone settled was never bought.
        return club.earn_on == "posted" or self.payment_state in PAID

    def _club_withdrawals(self, sale):
        """The return that took back the rest of a purchase that stood no longer."""
        return sale.return_ids.filtered(lambda back: back.move_id == self)

    def _club_withdraw(self, sale):
        """Take back what is left of a purchase that no longer stands."""
        if sale.returned == "all":
            # In draft the lines may change, so the next time is another purchase even
            # though credit notes left nothing of this one.
            for back in self._club_standing_returns(sale).values():
                back._undo_return(moment=fields.Datetime.now())
        sale._return(
            None,
            source="invoice",
            key=sale.key,
            moment=fields.Datetime.now(),
            move_id=self.id,
        )

    # ------------------------------------------------------------------ credit notes

    def _club_follow_credit_notes(self, sale):
        """Let every posted credit note take its part of a purchase, once."""
        standing = self._club_standing_returns(sale)
        for note, back in standing.items():
            if note.state != "posted":
                with note._club_guarded():
                    back._undo_return(moment=fields.Datetime.now())
        for note in self.reversal_move_ids.sorted("id"):
            if (
                note.move_type == "out_refund"
                and note.state == "posted"
                and note not in standing
            ):
                with note._club_guarded():
                    note._club_take_back(sale)

    def _club_standing_returns(self, sale):
        """Returns that weren't undone: dict of credit note to return."""
        return {
            back.move_id: back
            for back in sale.return_ids
            if back.move_id and not back.return_ids
        }

    def _club_take_back(self, sale):
        """Take back what the lines of this credit note had earned."""
        wanted = self._club_credited(sale)
        if not wanted:
            return
        times = len(sale.return_ids.filtered(lambda back: back.move_id == self))
        sale._return(
            wanted,
            source="invoice",
            key=f"{self.id}:{sale.key}:{times + 1}",
            moment=fields.Datetime.now(),
            move_id=self.id,
            reference=self.name,
        )
