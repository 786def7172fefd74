"""Years of sales in a database: some through Odoo's own methods, and the rest as rows
with the same columns, which takes minutes instead of a day.

    books = open_books(database, "Asia/Tehran")
    twins = books.sell(sales[:50])     # orders that a till sends, and posted invoices
    books.write(sales)                 # the same as rows, in two tables each
    books.gather()
"""

from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import psycopg2
from psycopg2.extras import execute_values

from tests.support.door import in_shell


@dataclass(frozen=True)
class Sale:
    """One basket; ``moment`` is local and has no time zone."""

    customer: str
    moment: datetime
    amount: Decimal


OPEN = """
company = env.company
company.rfm_tz = values["tz"]
company.account_sale_tax_id = False
journals = env["account.journal"]
cash = env["pos.payment.method"].create({
    "name": "Cash",
    "journal_id": journals.create(
        {"name": "Cash", "code": "TCASH", "type": "cash"}).id,
})
till = env["pos.config"].create(
    {"name": "Till", "payment_method_ids": [(6, 0, cash.ids)]})
till.with_user(env.ref("base.user_admin")).open_ui()
goods = env["product.product"].create(
    {"name": "Goods", "list_price": 1, "taxes_id": False, "available_in_pos": True})
env.cr.commit()
say({"till": till.id, "goods": goods.id, "company": company.id})
"""

SELL = """
from uuid import uuid4
till = env["pos.config"].browse(values["till"])
goods = env["product.product"].browse(values["goods"])
method = till.payment_method_ids
orders, invoices = [], []
for customer, moment, day, amount in values["sales"]:
    amount = float(amount)
    uuid = str(uuid4())
    orders.append({
        "uuid": uuid, "name": "Order", "state": "paid", "partner_id": customer,
        "session_id": till.current_session_id.id, "company_id": till.company_id.id,
        "user_id": env.ref("base.user_admin").id, "fiscal_position_id": False,
        "pricelist_id": till.pricelist_id.id, "date_order": moment,
        "amount_total": amount, "amount_tax": 0, "amount_paid": amount,
        "amount_return": 0, "last_order_preparation_change": "{}",
        "access_token": str(uuid4()),
        "lines": [(0, 0, {
            "uuid": str(uuid4()), "name": "Goods", "product_id": goods.id, "qty": 1,
            "price_unit": amount, "discount": 0, "tax_ids": [(6, 0, [])],
            "price_subtotal": amount, "price_subtotal_incl": amount})],
        "payment_ids": [(0, 0, {
            "amount": amount, "name": moment, "payment_method_id": method.id})],
    })
    invoices.append({
        "move_type": "out_invoice", "partner_id": customer, "invoice_date": day,
        "invoice_line_ids": [(0, 0, {
            "product_id": goods.id, "quantity": 1, "price_unit": amount,
            "tax_ids": False})],
    })
uuids = [order["uuid"] for order in orders]
env["pos.order"].with_user(env.ref("base.user_admin")).sync_from_ui(orders)
moves = env["account.move"].create(invoices)
moves.action_post()
env.cr.commit()
found = env["pos.order"].search([("uuid", "in", uuids)])
say({"orders": found.sorted(lambda order: uuids.index(order.uuid)).ids,
     "invoices": moves.ids})
"""

GATHER = """
gather = env["loyalty.club.rfm.gather"]
gather._restart(env.company)
gather._cron_gather()
env.cr.commit()
say({"done": gather._is_done(env.company),
     "facts": env["loyalty.club.rfm.fact"].search_count([])})
"""

RUN = """
from datetime import date
runs = []
for map, day, definition in values["definitions"]:
    map = env.ref("loyalty_club_rfm." + map)
    run = env["loyalty.club.rfm.definition"].create(
        {**definition, "map_id": map.id})._run(date.fromisoformat(day), full=True)
    runs.append({"definition": run.definition_id.id, "buyers": run.buyers,
                 "mode": run.mode})
env.cr.commit()
say(runs)
"""

#: What makes rows of the same sale differ: ids and names of their own, and when it was
#: that they were made.
OWN = {
    "pos_order": "id partner_id name uuid pos_reference access_token sequence_number "
    "tracking_number ticket_code create_date write_date write_uid",
    "pos_order_line": "id order_id uuid name create_date write_date write_uid",
    "account_move": "id partner_id commercial_partner_id partner_shipping_id name "
    "sequence_number payment_reference access_token create_date write_date "
    "invoice_partner_display_name",
    "account_move_line": "id move_id move_name partner_id name create_date write_date",
}


class Books:
    def __init__(self, database, tz, till, goods, company):
        self.database, self.tz = database, ZoneInfo(tz)
        self._till, self._goods, self.company = till, goods, company
        self.customers: dict[str, int] = {}
        #: the rows that the others are made like, by table
        self._like: dict[str, list[int]] = {}

    def utc(self, moment: datetime) -> datetime:
        local = moment.replace(tzinfo=self.tz)
        return local.astimezone(timezone.utc).replace(tzinfo=None)

    def connect(self):
        return psycopg2.connect(dbname=self.database)

    def know(self, names) -> None:
        """Create the customers who aren't there yet."""
        new = sorted(set(names) - self.customers.keys())
        script = """
partners = env["res.partner"].create([{"name": name} for name in values["names"]])
env.cr.commit()
say(partners.ids)
"""
        ids = in_shell(self.database, script, names=new) if new else []
        self.customers |= dict(zip(new, ids, strict=True))

    # ------------------------------------------------------------- Odoo's own methods

    def sell(self, sales: list[Sale]) -> dict[str, list[int]]:
        """A till's order and a posted invoice for each. → their ids, in this order"""
        self.know(sale.customer for sale in sales)
        made = in_shell(
            self.database,
            SELL,
            till=self._till,
            goods=self._goods,
            sales=[
                (
                    self.customers[sale.customer],
                    self.utc(sale.moment).isoformat(" "),
                    sale.moment.date().isoformat(),
                    str(sale.amount),
                )
                for sale in sales
            ],
        )
        self._like = made
        return made

    # -------------------------------------------------------------------- the same rows

    def write(self, sales: list[Sale]) -> None:
        """The same as rows that are made like those of the first one that was sold."""
        self.know(sale.customer for sale in sales)
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE sale (number serial, new_order int, new_move int, "
                "customer int, moment timestamp, local_day date, amount numeric)"
            )
            execute_values(
                cursor,
                "INSERT INTO sale (customer, moment, local_day, amount) VALUES %s",
                [
                    (
                        self.customers[sale.customer],
                        self.utc(sale.moment),
                        sale.moment.date(),
                        sale.amount,
                    )
                    for sale in sales
                ],
                page_size=5000,
            )
            cursor.execute(
                "UPDATE sale SET new_order = nextval('pos_order_id_seq'), "
                "new_move = nextval('account_move_id_seq')"
            )
            self._write_orders(cursor)
            self._write_invoices(cursor)
        connection.close()

    def _write_orders(self, cursor):
        order = self._like["orders"][0]
        self._insert(
            cursor,
            "pos_order",
            f"model.id = {order}",
            id="new_order",
            partner_id="customer",
            date_order="moment",
            amount_total="amount",
            amount_paid="amount",
            name="'Order/' || new_order",
            uuid="gen_random_uuid()::text",
            pos_reference="'R' || new_order",
            access_token="gen_random_uuid()::text",
        )
        self._insert(
            cursor,
            "pos_order_line",
            f"model.order_id = {order}",
            id="nextval('pos_order_line_id_seq')",
            order_id="new_order",
            uuid="gen_random_uuid()::text",
            price_unit="amount",
            price_subtotal="amount",
            price_subtotal_incl="amount",
        )

    def _write_invoices(self, cursor):
        move = self._like["invoices"][0]
        amounts = dict.fromkeys(
            "amount_untaxed amount_total amount_residual amount_untaxed_signed "
            "amount_untaxed_in_currency_signed amount_total_signed "
            "amount_total_in_currency_signed amount_residual_signed".split(),
            "amount",
        )
        people = dict.fromkeys(
            ("partner_id", "commercial_partner_id", "partner_shipping_id"), "customer"
        )
        self._insert(
            cursor,
            "account_move",
            f"model.id = {move}",
            id="new_move",
            name="'BOOK/' || new_move",
            payment_reference="'BOOK/' || new_move",
            sequence_number="new_move",
            sequence_prefix="'BOOK/'",
            access_token="NULL",
            date="local_day",
            invoice_date="local_day",
            payment_state="CASE amount WHEN 0 THEN 'paid' ELSE model.payment_state END",
            **amounts,
            **people,
        )
        # The line of the goods is in credit, the one of the customer in debit.
        sign = "(CASE model.display_type WHEN 'product' THEN -1 ELSE 1 END * amount)"
        left = "CASE model.display_type WHEN 'product' THEN 0 ELSE amount END"
        price = "CASE model.display_type WHEN 'product' THEN amount ELSE 0 END"
        self._insert(
            cursor,
            "account_move_line",
            f"model.move_id = {move}",
            id="nextval('account_move_line_id_seq')",
            move_id="new_move",
            move_name="'BOOK/' || new_move",
            partner_id="customer",
            date="local_day",
            invoice_date="local_day",
            balance=sign,
            amount_currency=sign,
            debit=f"greatest({sign}, 0)",
            credit=f"greatest(-{sign}, 0)",
            amount_residual=left,
            amount_residual_currency=left,
            # Where nothing is to be paid, nothing is open.
            reconciled="model.reconciled OR "
            "(amount = 0 AND model.display_type = 'payment_term')",
            price_unit=price,
            price_subtotal=price,
            price_total=price,
        )

    @staticmethod
    def _insert(cursor, table, model, **given):
        cursor.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND table_name = %s",
            [table],
        )
        columns = [name for (name,) in cursor.fetchall()]
        assert not given.keys() - set(columns), given.keys() - set(columns)
        values = [given.get(name, f'model."{name}"') for name in columns]
        quoted = ", ".join(f'"{name}"' for name in columns)
        cursor.execute(
            f"INSERT INTO {table} ({quoted}) SELECT {', '.join(values)} "
            f"FROM sale JOIN {table} model ON {model} ORDER BY number, model.id"
        )

    # ---------------------------------------------------------------- what comes of it

    def gather(self) -> dict:
        """Have all facts read, as after an installation. → ``done``, ``facts``"""
        return in_shell(self.database, GATHER)

    def run(self, definitions) -> list[dict]:
        """The first run of each definition: ids, number of buyers, and the mode.

        :param definitions: list of (map, day, values)
        """
        return in_shell(
            self.database,
            RUN,
            definitions=[
                (map, day.isoformat(), {"name": "Exact", "forecast": "off", **values})
                for map, day, values in definitions
            ],
        )

    def rows(self, query: str, *arguments) -> list[tuple]:
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, arguments)
                return cursor.fetchall()
        finally:
            connection.close()

    def documents(self, table: str, parent: str, customer: int) -> list[dict]:
        """Rows of a customer's documents, in the order of their days, without OWN."""
        line = table.endswith("_line")
        document = table.removesuffix("_line")
        when = {"pos_order": "date_order", "account_move": "invoice_date"}[document]
        join = f"JOIN {document} doc ON doc.id = r.{parent}" if line else ""
        alias = "doc" if line else "r"
        found = self.rows(
            f"SELECT to_jsonb(r) FROM {table} r {join} WHERE {alias}.partner_id = %s "
            f"ORDER BY {alias}.{when}, {alias}.id, r.id",
            customer,
        )
        left_out = set(OWN[table].split())
        return [
            {key: value for key, value in row.items() if key not in left_out}
            for (row,) in found
        ]


def open_books(database: str, tz: str) -> Books:
    return Books(database, tz, **in_shell(database, OPEN, tz=tz))
