import logging
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...amounts import AMOUNT
from ...rights import raised
from .move_received import PAID

_logger = logging.getLogger(__name__)


class AccountMove(models.Model):
    """Members earn by their invoices and lose by their credit notes.

    Whatever happens to an invoice — it is posted, paid, un-reconciled, credited, reset
    to draft or cancelled — ends in ``_club_follow``, which compares what the invoice is
    now with the purchases that were recorded for it, and records the difference. So it
    doesn't matter which hooks fire, in which order or how often.

    An invoice has at most one *standing* purchase in a club. When it is no longer paid
    (or no longer posted, see ``loyalty.club.earn_on``) all that is left of it is taken
    back, and paying it again starts another one: hence the key ``<move id>:<n>``.

    A credit note takes back what its goods had earned, whichever way it came: it names
    its invoice, or an addon knows (``_club_returned_moves``), or it settles one. Of the
    rest nobody can say which purchase they are about: they are listed as
    ``loyalty.club.exception``, and a manager says it. Sales receipts earn nothing.
    """

    # A part of the model: when the club follows it.
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

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
        moves_sudo = raised(self)
        # Payments and other entries: what they settle.
        moves_sudo |= moves_sudo.filtered(
            lambda move: not move.is_invoice()
        )._club_settled_moves()
        moves_sudo = moves_sudo.filtered(
            lambda move: (
                move.move_type in ("out_invoice", "out_refund")
                and not move._on_told_elsewhere()
            )
        )
        notes_sudo = moves_sudo._club_of_type("out_refund")
        invoices_sudo = moves_sudo - notes_sudo
        for note_sudo in notes_sudo:
            invoices_sudo |= note_sudo._club_source_moves()
        invoices_sudo = invoices_sudo.filtered(
            lambda move: not move._on_told_elsewhere()
        )
        if invoices_sudo:
            by_invoice = invoices_sudo._club_sales().grouped("move_id")
            # As the purchases it stands in for, which the club reads for anybody.
            none = self.env["loyalty.club.purchase"].sudo()
            members = invoices_sudo._club_members()
            for invoice_sudo in invoices_sudo:
                invoice_sudo._club_follow_one(
                    by_invoice.get(invoice_sudo, none), members[invoice_sudo]
                )
            notes_sudo |= invoices_sudo._club_returning_moves().filtered(
                lambda move: not move._on_told_elsewhere()
            )
        sales_sudo = invoices_sudo._club_sales()
        for note_sudo in notes_sudo.sorted("id"):
            sales_sudo |= note_sudo._club_follow_note()
        for sale_sudo in sales_sudo:
            sale_sudo.move_id._club_follow_received(sale_sudo)
        invoices_sudo._club_settle_top_ups()

    def _club_of_type(self, move_type):
        return self.filtered(lambda move: move.move_type == move_type)

    def _club_sales(self):
        """The purchases that were recorded for these invoices, the oldest first.

        A hook: whoever records purchases for invoices in another way adds them.
        """
        return self.env["loyalty.club.purchase"].search(
            [
                ("move_id", "in", self.ids),
                ("source", "=", "invoice"),
                ("kind", "=", "sale"),
            ],
            order="id",
        )

    def _on_told_elsewhere(self):
        """Whether another document tells the club of this sale or return: a hook.

        Such an invoice is not followed: an addon follows that document.
        """
        return False

    @contextmanager
    def _club_guarded(self, club, member=None, step="purchase"):
        """Keep accounting going when the club refuses, and list it for a manager.

        :param step: what is tried; when it succeeds later, it is listed no more
        """
        Exception_ = self.env["loyalty.club.exception"]
        key = f"refused:{self._name}:{self.id}:{step}"
        try:
            with self.env.cr.savepoint():
                yield
            Exception_._unlist("refused", self, club=club, key=key)
        except (UserError, ValueError) as error:
            _logger.warning("The club did not follow %s", self, exc_info=True)
            message = self.env._(
                "The loyalty club could not follow this document: %(error)s",
                error=error,
            )
            self.message_post(body=message)
            Exception_._list(
                club, "refused", message, record=self, member=member, key=key
            )

    def _club_members(self):
        """Who may earn by these invoices: dict of invoice to members, one in a club.

        See ``_buyers`` of members.
        """
        clubs = Domain("company_id", "in", self.company_id.parent_ids.ids) & Domain(
            "active", "=", True
        )
        customers = {
            invoice: (invoice.partner_id, invoice.commercial_partner_id)
            for invoice in self
        }
        buyers = self.env["loyalty.club.member"]._buyers(clubs, customers.values())
        return {
            invoice: [
                member
                for club, member in buyers[customers[invoice]].items()
                if club.company_id in invoice.company_id.parent_ids
            ]
            for invoice in self
        }

    def _club_follow_one(self, sales, members):
        """Bring one invoice's purchases in line; credit notes follow afterwards.

        :param sales: every purchase recorded for it, the oldest first
        :param members: who may earn by it
        """
        standing = sales.filtered(lambda sale: not self._club_withdrawals(sale))
        for sale in standing:
            if not self._club_stands(sale) and (
                sale.returned != "all" or self.state != "posted"
            ):
                with self._club_guarded(sale.club_id, sale.member_id):
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
                with self._club_guarded(club, member):
                    self._club_earn(member, f"{self.id}:{times + 1}")

    def _club_earn(self, member, key):
        facts = self._club_facts(member.club_id, key)
        self.env["loyalty.club.purchase"]._record(member.club_id, member, facts)
        if self._club_is_out_of_bounds(member.club_id):
            self.env["loyalty.club.exception"]._list(
                member.club_id,
                "late",
                self.env._(
                    "The invoice says that it is of %(day)s: it counts as of now.",
                    day=format_date(self.env, self.invoice_date),
                ),
                record=self,
                member=member,
            )

    def _club_is_due(self, club):
        """Whether the invoice earns, as it is now."""
        if self.state != "posted":
            return False
        if club.earn_on == "paid":
            return self._club_received() > 0
        # 'reversed' isn't paid: what credit notes alone settled was never bought.
        return club.earn_on == "posted" or self.payment_state in PAID

    def _club_stands(self, sale):
        """Whether a purchase that was recorded for the invoice still stands."""
        if self.state != "posted":
            return False
        if sale.in_parts:
            return self._club_received() > 0
        # Recorded as a whole, before the club counted what is received.
        return sale.club_id.earn_on == "posted" or self.payment_state in PAID

    def _club_withdrawals(self, sale):
        """The return that took back the rest of a purchase that stood no longer."""
        return sale.return_ids.filtered(lambda back: back.move_id == self)

    def _club_withdraw(self, sale):
        """Take back what is left of a purchase that no longer stands."""
        if sale.returned == "all":
            # In draft the lines may change, so the next time is another purchase even
            # though credit notes left nothing of this one.
            for back in sale.return_ids:
                if back.move_id and not back.return_ids:
                    back._undo_return(moment=fields.Datetime.now())
        sale._return(
            None,
            source="invoice",
            key=sale.key,
            moment=fields.Datetime.now(),
            move_id=self.id,
        )

    # ------------------------------------------------------------------ credit notes

    def _club_returned_moves(self):
        """The invoices whose goods come back by this credit note.

        A hook: the core knows the invoice that a credit note names; an addon knows
        other ways from one to the other, for notes that name none.
        """
        self.ensure_one()
        return self.reversed_entry_id._club_of_type("out_invoice")

    def _club_returning_moves(self):
        """Credit notes that may return goods of these invoices.

        The other direction of ``_club_returned_moves``, and a hook like it. More than
        there are do no harm: each is asked which invoices it is about.
        """
        return (self.reversal_move_ids | self._club_settled_moves())._club_of_type(
            "out_refund"
        )

    def _club_settled_moves(self):
        """The documents that these are reconciled with."""
        partials = self.line_ids.matched_debit_ids | self.line_ids.matched_credit_ids
        return (partials.debit_move_id | partials.credit_move_id).move_id - self

    def _club_source_moves(self):
        """The invoices that this credit note is about.

        What a manager has said of it counts, then what it says itself, then what it
        settles.
        """
        attributed = self._club_attributed_sales()
        if attributed:
            return attributed.move_id
        return self._club_returned_moves() or (
            self._club_settled_moves()._club_of_type("out_invoice")
        )

    def _club_attributed_sales(self):
        """The purchase that a manager has said this credit note returns goods of."""
        return (
            self.env["loyalty.club.exception"]
            .search(
                [
                    ("kind", "=", "return"),
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("purchase_id", "!=", False),
                ]
            )
            .purchase_id
        )

    def _club_follow_note(self):
        """Let this credit note take its part of the purchases it is about, once.

        :return: the purchases that it is about, or was
        """
        sales = self._club_returned_sales()
        standing = self._club_standing_returns()
        for sale, back in standing.items():
            if sale not in sales and not sale._is_withdrawn():
                with self._club_guarded(
                    sale.club_id, sale.member_id, f"return:{sale.id}"
                ):
                    back._undo_return(moment=fields.Datetime.now())
                    self._club_list_cost(back)
        for club, of_club in sales.grouped("club_id").items():
            wanted = self._club_credited(of_club, standing)
            for sale in of_club:
                if sale not in standing and wanted[sale]:
                    with self._club_guarded(club, sale.member_id, f"return:{sale.id}"):
                        self._club_take_back(sale, wanted[sale])
        self._club_list_return(sales)
        return sales.union(*standing)

    def _club_follow_received(self, sale):
        """Let a purchase have earned what was received of this invoice."""
        if self.state == "posted" and sale.in_parts and not sale._is_withdrawn():
            with self._club_guarded(
                sale.club_id, sale.member_id, f"received:{sale.id}"
            ):
                sale._settle_received(self._club_received())

    def _club_return_attributed(self, purchase):
        """Follow this credit note after a manager has said what it returns.

        :return: whether it took anything of the purchase
        """
        self._club_follow()
        return purchase in self._club_standing_returns()

    def _club_returned_sales(self):
        """The purchases that this credit note returns goods of, as it is now."""
        if self.state != "posted":
            return self.env["loyalty.club.purchase"]
        sales = self._club_attributed_sales() or self._club_source_moves()._club_sales()
        return sales.filtered(lambda sale: not sale._is_withdrawn())

    def _club_standing_returns(self):
        """What this credit note took and wasn't undone: dict of sale to its return."""
        backs = self.env["loyalty.club.purchase"].search(
            [("move_id", "=", self.id), ("kind", "=", "return")]
        )
        return {
            back.origin_id: back
            for back in backs
            if back.origin_id.kind == "sale" and not back.return_ids
        }

    def _club_take_back(self, sale, wanted):
        """Take back what the lines of this credit note had earned."""
        times = len(sale.return_ids.filtered(lambda back: back.move_id == self))
        sale._return(
            wanted,
            source="invoice",
            key=f"{self.id}:{sale.key}:{times + 1}",
            moment=fields.Datetime.now(),
            move_id=self.id,
            reference=self.name,
        )

    def _club_list_cost(self, back):
        """List that a return was undone which had given back what the sale had cost."""
        given = back.entry_ids.filtered(lambda entry: entry.kind == "give_back")
        if given:
            self.env["loyalty.club.exception"]._list(
                back.club_id,
                "return",
                self.env._(
                    "This return was undone, but what the sale had cost was given back "
                    "and stays with the member. Take it by an adjustment."
                ),
                record=self,
                member=back.member_id,
                key=f"undone:{back.id}",
            )

    def _club_list_return(self, sales):
        """List a credit note of a member of which nobody can say what it returns."""
        Exception_ = self.env["loyalty.club.exception"]
        if self.state != "posted" or sales or self._club_source_moves():
            Exception_._unlist("return", self)
            return
        for member in self._club_members()[self]:
            club = member.club_id
            kept = self.env["loyalty.club.purchase"].search_count(
                [
                    ("member_id", "=", member.id),
                    ("kind", "=", "sale"),
                    ("returned", "!=", "all"),
                ],
                limit=1,
            )
            if kept:
                Exception_._list(
                    club,
                    "return",
                    self.env._(
                        "This credit note names no invoice: no points were taken back."
                    ),
                    record=self,
                    member=member,
                    units=self._club_units(self.amount_total, club),
                )
