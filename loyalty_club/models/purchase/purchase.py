from odoo import api, fields, models
from odoo.tools import SQL

from ...amounts import AMOUNT
from ...erasing import Gone, Kept
from .line import WRITTEN


class LoyaltyClubPurchase(models.Model):
    """The facts of one paid sale by a member, or of a return of its lines."""

    _name = "loyalty.club.purchase"
    _description = "Purchase"
    _order = "date desc, id desc"
    _rec_names_search = ["reference", "key"]

    club_id = fields.Many2one("loyalty.club", required=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True)
    member_id = fields.Many2one(
        "loyalty.club.member", required=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        [("sale", "Sale"), ("return", "Return")], required=True, default="sale"
    )
    returned = fields.Selection(
        [("none", "Kept"), ("part", "Partly returned"), ("all", "Returned")],
        required=True,
        default="none",
    )
    origin_id = fields.Many2one(
        "loyalty.club.purchase",
        index="btree_not_null",
        ondelete="restrict",
        help="The sale whose lines are returned.",
    )
    return_ids = fields.One2many("loyalty.club.purchase", "origin_id")
    source = fields.Selection(
        [
            ("door", "Integration"),
            ("invoice", "Invoice"),
            ("pos", "Point of sale"),
            ("sale", "Sales order"),
            ("import", "Import"),
        ],
        required=True,
    )
    key = fields.Char(required=True, help="Identifies the sale at its source.")
    move_id = fields.Many2one(
        "account.move", string="Invoice", index="btree_not_null", ondelete="restrict"
    )
    reference = fields.Char()
    channel = fields.Char()
    branch = fields.Char()
    date = fields.Datetime(required=True)
    day = fields.Date(
        required=True,
        help="The club's day on which the sale counts for tiers and limits; a return "
        "counts on the day of its sale.",
    )
    told_day = fields.Date(
        string="Told on", help="The club's day on which it learned of it."
    )
    currency_id = fields.Many2one("res.currency", required=True)
    total = fields.Monetary()
    untaxed = fields.Monetary()
    margin = fields.Monetary(help="Where the cost of all products is known.")
    has_margin = fields.Boolean()
    visits = fields.Integer(help="1 for a sale, -1 when all of it came back.")
    points = fields.Float(help="Points awarded, or taken back by a return.", **AMOUNT)
    status_points = fields.Float(**AMOUNT)
    pending_until = fields.Date()
    in_parts = fields.Boolean(
        help="It earns for what is received, as it comes: its points and its total are "
        "those of what was received so far.",
    )
    parts = fields.Integer(help="How often what was received has changed its points.")
    whole_total = fields.Monetary(
        string="Sold for", help="Its total when all of it is received."
    )
    whole_points = fields.Float(
        string="Points in all", help="Its points when all of it is received.", **AMOUNT
    )
    # No relation: the nightly check misses a call that is gone.
    call_ref = fields.Integer(
        string="Call",
        readonly=True,
        copy=False,
        default=lambda self: self.env.context.get("loyalty_club_call", (0,))[0],
        help="The integration's call that recorded it.",
    )
    payments = fields.Json()
    trace = fields.Json()
    line_ids = fields.One2many("loyalty.club.purchase.line", "purchase_id")
    entry_ids = fields.One2many("loyalty.club.entry", "purchase_id")

    _source_key_uniq = models.UniqueIndex(
        "(club_id, source, kind, key)", "This purchase is already recorded."
    )
    # A member's purchases of a period, for tiers and caps: read by the index alone.
    _member_day_idx = models.Index(
        "(member_id, day) INCLUDE (status_points, total, visits)"
    )

    @api.depends("reference", "key")
    def _compute_display_name(self):
        for purchase in self:
            purchase.display_name = purchase.reference or purchase.key

    @api.model_create_multi
    def create(self, vals_list):
        """Purchases with their lines, of which all are written in one statement."""
        lines_of = [self._plain_lines(vals.get("line_ids")) for vals in vals_list]
        purchases = super().create(
            [
                vals if lines is None else {**vals, "line_ids": []}
                for vals, lines in zip(vals_list, lines_of, strict=True)
            ]
        )
        rows = [
            (purchase, line)
            for purchase, lines in zip(purchases, lines_of, strict=True)
            for line in lines or ()
        ]
        if rows:
            self.env["loyalty.club.purchase.line"]._insert(rows)
            purchases.invalidate_recordset(["line_ids"], flush=False)
        for kind, fact in (("sale", "purchased"), ("return", "returned")):
            new = purchases.filtered(lambda each, kind=kind: each.kind == kind)
            if new:
                self.env["loyalty.club.event"]._note(fact, new.ids)
        return purchases

    def _on_purchased(self):
        """Sales were recorded: a hook, called once before the commit, with all."""

    def _on_returned(self):
        """Returns were recorded: a hook, called once before the commit, with all.

        A return that takes another one back is one too; its amounts are the opposite.
        """

    @api.model
    def _plain_lines(self, commands):
        """The values of new lines, where they are what every line has.

        :return: list of dicts; None where the lines are left to Odoo: for want of
            rights to write past it, or with fields that an addon has added
        """
        lines = [command[2] for command in commands or () if command[0] == 0]
        plain = len(lines) == len(commands or ()) and all(
            line.keys() <= set(WRITTEN) for line in lines
        )
        return lines if plain and self.env.su else None

    @api.model
    def _on_erase(self, person):
        return [
            *super()._on_erase(person),
            Gone(
                {
                    "references of purchases": self.env._(
                        "references and payments of purchases"
                    )
                },
                lambda: self._erase_references(person),
            ),
            Kept(
                {
                    "purchases": self.env._(
                        "purchases: what was bought, when and where"
                    ),
                    "keys of purchases": self.env._(
                        "numbers of purchases and documents"
                    ),
                }
            ),
        ]

    @api.model
    def _erase_references(self, person):
        # An integration may have written anything; else it is a document's name.
        chosen = SQL("source IN ('door', 'import')")
        values = {"reference": None, "payments": None}
        person.set(self._name, values, "member_id", person.members.ids, chosen)
