"""The demo shop: whoever looks at it can finish what they begin."""

import pytest
from club_setup import databases

from tests.support.door import in_shell

LOOK = """
shop = env.ref("loyalty_club.demo_company")
club = env.ref("loyalty_club.demo_club")
goods = env["product.product"].search([("default_code", "like", "NR-")])
wallets = env["loyalty.club.entry"].search([
    ("club_id", "=", club.id), ("account", "=", "wallet"), ("kind", "=", "spend")])
tills = env["pos.config"].search([("company_id", "child_of", shop.id)])
say({
    "goods": len(goods),
    "pictures": len(goods.filtered("image_128")),
    "barcodes": len(set(goods.filtered("barcode").mapped("barcode"))),
    "logo": all((shop | shop.child_ids).mapped("logo")),
    "wallets_spent": len(wallets),
    "member_barcodes": env["loyalty.club.identifier"].search_count([
        ("club_id", "=", club.id), ("scheme", "=", "barcode")]),
    "tills": len(tills),
    "trusting": all(till.trusted_config_ids == tills - till for till in tills),
})
"""

INVOICE = """
manager = env.ref("loyalty_club.demo_user_manager")
club = env.ref("loyalty_club.demo_club")
member = club.member_ids[:1]
tea = env.ref("loyalty_club.demo_product_tea")
before = env["loyalty.club.purchase"].search_count([("source", "=", "invoice")])
move = env["account.move"].with_user(manager).with_company(club.company_id).create({
    "move_type": "out_invoice",
    "partner_id": member.partner_id.id,
    "invoice_line_ids": [(0, 0, {"product_id": tea.id, "quantity": 2})],
})
move.action_post()
wizard = env["account.payment.register"].with_user(manager).with_context(
    active_model="account.move", active_ids=move.ids).create({})
wizard._create_payments()
after = env["loyalty.club.purchase"].search_count([("source", "=", "invoice")])
say([move.payment_state, move.journal_id.type, after - before])
"""

PAY_WITH_INVOICE = """
from odoo import fields
now = fields.Datetime.to_string(fields.Datetime.now())
cashier = env.ref("loyalty_club.demo_user_cashier")
branch = env.ref("loyalty_club.demo_branch_valiasr")
till = env["pos.config"].search([("company_id", "=", branch.id)], limit=1)
till.with_user(cashier).open_ui()
till.current_session_id.with_user(cashier).set_opening_control(0, "")
member = env.ref("loyalty_club.demo_club").member_ids[:1]
tea = env.ref("loyalty_club.demo_product_tea")
price = tea.lst_price
cash = till.payment_method_ids.filtered("is_cash_count")
values = {
    "uuid": "demo-order-with-invoice", "name": "Demo", "state": "paid",
    "session_id": till.current_session_id.id, "company_id": branch.id,
    "user_id": cashier.id, "partner_id": member.partner_id.id,
    "pricelist_id": till.pricelist_id.id, "fiscal_position_id": False,
    "date_order": now, "to_invoice": True,
    "amount_total": price, "amount_tax": 0, "amount_paid": price, "amount_return": 0,
    "lines": [(0, 0, {
        "uuid": "demo-line", "name": tea.name, "product_id": tea.id, "qty": 1,
        "price_unit": price, "discount": 0, "tax_ids": [(6, 0, [])],
        "price_subtotal": price, "price_subtotal_incl": price})],
    "payment_ids": [(0, 0, {"amount": price, "name": now,
                            "payment_method_id": cash.id})],
    "last_order_preparation_change": "{}", "access_token": "demo-token",
}
env["pos.order"].with_user(cashier).with_company(branch).sync_from_ui([values])
order = env["pos.order"].search([("uuid", "=", values["uuid"])])
say([order.state, order.account_move.state, order.account_move.payment_state,
     order.club_receipt["number"]])
"""


@pytest.fixture(scope="module")
def shop():
    with databases.scratch(databases.demo_template(), "shop") as name:
        yield name


def test_goods_members_and_tills_are_ready_to_be_shown(shop):
    seen = in_shell(shop, LOOK)
    assert seen["goods"] == seen["pictures"] == seen["barcodes"] == 28
    assert seen["logo"]
    assert seen["wallets_spent"] >= 10
    assert seen["member_barcodes"] >= 90
    assert seen["tills"] == 2 and seen["trusting"]


def test_a_manager_can_invoice_and_be_paid(shop):
    assert in_shell(shop, INVOICE) == ["paid", "sale", 1]


def test_an_order_with_an_invoice_can_be_paid_at_the_till(shop):
    state, posted, paid, number = in_shell(shop, PAY_WITH_INVOICE)
    assert (state, posted, paid) == ("done", "posted", "paid")
    assert number
