import math
from collections import defaultdict
from fractions import Fraction

from odoo import fields, models
from odoo.fields import NO_ACCESS

from ...ledger import Origin


class AccountMove(models.Model):
    """Products that load a wallet load it for what an invoice was paid.

    As much of what its lines load as was received of the invoice, less what its credit
    notes return. Like purchases it is compared with what was done before, so it doesn't
    matter how often, or after which payment, it is followed.

    What a line loads is noted when it is first followed: a rule that changes, or a
    product that is no longer sold, takes no money back from anybody.
    """

    # A part of the model: what it loads.
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    club_top_ups = fields.Json(
        readonly=True,
        copy=False,
        groups=NO_ACCESS,
        help="What its lines load: id of the line to the wallet's program, what it "
        "counts (money or unit) and how much of the wallet each gives.",
    )

    def _club_settle_top_ups(self):
        """Load wallets with what these invoices have paid for, or take it back."""
        ledger = self.env["loyalty.club.ledger"]
        self._club_note_top_ups()
        for invoice in self.filtered("club_top_ups"):
            for program, units in invoice._club_paid_top_ups().items():
                with invoice._club_guarded(
                    program.club_id, step=f"top_up:{program.id}"
                ):
                    ledger._settle_top_up(
                        program,
                        invoice._club_wallet_owner(program.club_id),
                        units,
                        Origin(
                            company_id=invoice.company_id.id,
                            model=self._name,
                            res_id=invoice.id,
                            reference=invoice.name,
                        ),
                    )

    def _club_top_up_lines(self):
        """The lines that load a wallet if their product does.

        A hook: an addon whose documents load wallets themselves leaves theirs out.
        """
        return self._club_product_lines()

    def _club_note_top_ups(self):
        """Note which wallets the lines of posted invoices load, and how."""
        lines = {
            move: move._club_top_up_lines() for move in self if move.state == "posted"
        }
        products = self.env["product.product"].union(
            *(of_move.product_id for of_move in lines.values())
        )
        rules = self._club_loading_rules(products)
        for move, of_move in lines.items():
            noted = dict(move.club_top_ups or {})
            for line in of_move:
                rule = rules.get((move.company_id, line.product_id))
                if rule and str(line.id) not in noted:
                    mode = "money" if rule.reward_point_mode == "money" else "unit"
                    rate = repr(rule.reward_point_amount)
                    noted[str(line.id)] = [rule.program_id.id, mode, rate]
            if noted != (move.club_top_ups or {}):
                move.club_top_ups = noted

    def _club_loading_rules(self, products):
        """By which rule products load a wallet in the companies of these documents.

        :return: dict of (company, product) to rule
        """
        rules = self.env["loyalty.rule"].search(
            [
                ("program_id.club_account", "=", "wallet"),
                ("program_id.active", "=", True),
                ("product_ids", "in", products.ids),
                ("company_id", "parent_of", self.company_id.ids),
            ],
            order="id",
        )
        found = {}
        for company in self.company_id:
            for rule in rules:
                if rule.company_id in company.parent_ids:
                    for product in rule.product_ids & products:
                        found.setdefault((company, product), rule)
        return found

    def _club_paid_top_ups(self):
        """What this invoice has paid for: dict of wallet program to units.

        A program whose lines are unpaid or credited by now is there with nothing.
        """
        self.ensure_one()
        whole = defaultdict(Fraction)
        for line_id, (program_id, *how) in self.club_top_ups.items():
            program = self.env["loyalty.program"].browse(program_id)
            line = self.invoice_line_ids.filtered(lambda ln, i=int(line_id): ln.id == i)
            whole[program] += line._club_loads(program, *how) if line else 0
        for note in self._club_top_up_notes():
            for line in note._club_top_up_lines():
                program_id, *how = self._club_noted_for(line.product_id)
                if program_id:
                    program = self.env["loyalty.program"].browse(program_id)
                    whole[program] -= line._club_loads(program, *how)
        received = self._club_received() if self.state == "posted" else Fraction(0)
        return {
            program: max(math.floor(units * received), 0)
            for program, units in whole.items()
        }

    def _club_noted_for(self, product):
        """What was noted of the line that sold a product, for a credit of it."""
        for line in self.invoice_line_ids:
            noted = self.club_top_ups.get(str(line.id))
            if noted and line.product_id == product:
                return noted
        return [None]

    def _club_top_up_notes(self):
        """The posted credit notes that return what this invoice has loaded.

        One that is about several invoices returns it of the first that has any.
        """
        return self._club_returning_moves().filtered(
            lambda note: (
                note.state == "posted"
                and note._club_source_moves().filtered("club_top_ups")[:1] == self
            )
        )

    def _club_wallet_owner(self, club):
        """Whose wallet is loaded: the member who buys, or else the contact."""
        for member in self._club_members()[self]:
            if member.club_id == club:
                return member.partner_id
        return self.partner_id
