import json
from decimal import ROUND_HALF_UP, Decimal

from odoo import api, fields, models

from ...amounts import AMOUNT
from ...engine.amounts import decimal, in_steps, to_units
from ...facts import LineFacts

COLUMN_TYPES = {
    "boolean": "bool",
    "char": "varchar",
    "float": "numeric",
    "json": "jsonb",
    "many2one": "int",
    "monetary": "numeric",
}
# What a new line may say; what came back of it is noted later.
WRITTEN = (
    "key",
    "product_id",
    "name",
    "category",
    "quantity",
    "unit_price",
    "discount",
    "total",
    "untaxed",
    "total_before_discount",
    "untaxed_before_discount",
    "cost",
    "has_cost",
    "points",
    "status_points",
    "whole_points",
    "whole_status",
    "awards",
)


class LoyaltyClubPurchaseLine(models.Model):
    """One line of a purchase, with what it earned and what came back of it."""

    _name = "loyalty.club.purchase.line"
    _description = "Purchase Line"
    _order = "purchase_id, id"
    _rec_name = "name"

    purchase_id = fields.Many2one(
        "loyalty.club.purchase", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="purchase_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="purchase_id.currency_id")
    key = fields.Char(required=True, help="The line's name at the source.")
    product_id = fields.Many2one("product.product", index="btree_not_null")
    name = fields.Char()
    category = fields.Char()
    quantity = fields.Float(digits=(16, 4), min_display_digits=0)
    unit_price = fields.Float(**AMOUNT)
    discount = fields.Float(digits=(6, 3), min_display_digits=0)
    total = fields.Monetary()
    untaxed = fields.Monetary()
    total_before_discount = fields.Monetary()
    untaxed_before_discount = fields.Monetary()
    cost = fields.Monetary(help="What the goods had cost the shop, where it is known.")
    has_cost = fields.Boolean()
    points = fields.Float(**AMOUNT)
    status_points = fields.Float(**AMOUNT)
    whole_points = fields.Float(
        help="What it earns when all of a purchase in parts is received.", **AMOUNT
    )
    whole_status = fields.Float(**AMOUNT)
    awards = fields.Json(
        help="What it got in other accounts than points: by account a dict of units "
        "given (of a return: taken, below zero), of units taken by returns, and of "
        "units in all when a purchase in parts is received."
    )
    returned_quantity = fields.Float(digits=(16, 4), min_display_digits=0)
    returned_total = fields.Monetary()
    points_taken = fields.Float(**AMOUNT)
    status_taken = fields.Float(**AMOUNT)

    _key_uniq = models.UniqueIndex(
        "(purchase_id, key)", "Two lines of a purchase can't have the same name."
    )

    @api.model
    def _insert(self, rows):
        """Write the lines of new purchases: one statement, however many there are.

        By SQL, as the ledger writes its entries: a till waits for it, and as records
        the lines of a large basket took longer than all else that the club does.

        :param rows: list of (purchase, dict of values)
        """
        now, uid = self.env.cr.now(), self.env.uid
        columns = {
            "purchase_id": "int",
            "company_id": "int",
            **{name: COLUMN_TYPES[self._fields[name].type] for name in WRITTEN},
            "create_uid": "int",
            "create_date": "timestamp",
            "write_uid": "int",
            "write_date": "timestamp",
        }
        self.env["loyalty.club.ledger"]._insert(
            self._table,
            columns,
            [
                (
                    purchase.id,
                    purchase.company_id.id,
                    *(self._column(name, values.get(name)) for name in WRITTEN),
                    uid,
                    now,
                    uid,
                    now,
                )
                for purchase, values in rows
            ],
        )

    def _column(self, name, value):
        """A value as its column stores it: exact, with the decimals of the field."""
        field = self._fields[name]
        if field.type == "boolean":
            return bool(value)
        if field.type == "json":
            return json.dumps(value) if value else None
        if field.type not in ("float", "monetary"):
            return value or None
        if value is None or isinstance(value, int):
            return value
        number = decimal(value)
        if field.type == "monetary":
            return number  # facts are whole units of their currency
        _precision, scale = field.get_digits(self.env)
        return number.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP)

    def _supposed_facts(self):
        """This line as it was sold, with a name of its own among those of all sales.

        :return: :class:`~..facts.LineFacts`
        """
        self.ensure_one()
        money = self.purchase_id.club_id._digits("wallet")
        return LineFacts(
            key=str(self.id),
            product_id=self.product_id.id or None,
            name=self.name,
            category=self.category,
            quantity=in_steps(self.quantity),
            unit_price=in_steps(self.unit_price),
            discount=in_steps(self.discount),
            total=to_units(self.total, money),
            untaxed=to_units(self.untaxed, money),
            total_before_discount=to_units(self.total_before_discount, money),
            untaxed_before_discount=to_units(self.untaxed_before_discount, money),
        )
