"""Whoever is erased is nowhere at the tills any more, and their orders stay."""

from unittest.mock import patch

from odoo.addons.loyalty_club.tests.erasing import NAME, EraseKit, qzx

from .common import TillCase


class TestErasedAtTills(EraseKit, TillCase):
    IMPERSONAL = {
        **EraseKit.IMPERSONAL,
        "loyalty.club.member.pin_hash": "a hash",
        "pos.order.club_receipt": "only what exceptions say, see the test",
    }

    def fill_till(self, member):
        """What tills write of a person."""
        contact = self.contact_before
        order = self.sell(contact, [self.line(self.tea, 2)])
        order.write(
            {
                "floating_order_name": qzx("table"),
                "general_customer_note": qzx("note"),
                "internal_note": qzx("internal"),
                "email": "zqxjkvmail@example.com",
                "mobile": "+98 912 765 4321",
                "last_order_preparation_change": f'{{"note": "{qzx("kitchen")}"}}',
            }
        )
        order.lines.write({"customer_note": qzx("line"), "note": qzx("kitchen")})
        order.club_receipt = {**order.club_receipt, "exceptions": [qzx("told")]}
        for message_type in ("comment", "notification"):
            order.message_post(
                body=f"{NAME} has paid",
                message_type=message_type,
                attachments=[("zqxjkvreceipt.txt", qzx("receipt").encode())],
            )
        self.env["loyalty.club.till.exception"].create(
            {
                "club_id": self.club.id,
                "company_id": self.company.id,
                "kind": "refused",
                "order_id": order.id,
                "user_id": self.cashier.id,
                "member_id": member.id,
                "message": f"{NAME} (09127654321) could not be followed",
            }
        )
        member._set_pin("2468")
        return order

    def test_nothing_is_left_in_the_database(self):
        zari = self.person()
        self.fill(zari)
        order = self.fill_till(zari)
        self.assertFilled("loyalty_club_pos")
        answer = zari._erase("asked for it")
        self.assertForgotten(answer)
        self.assertLessEqual({"PIN", "notes of till orders"}, set(answer["erased"]))
        self.assertIn("till orders", answer["kept"])
        self.assertFalse(zari.sudo().pin_hash)
        # The sale is whole.
        self.assertEqual((order.amount_total, order.state), (100, "paid"))
        self.assertEqual(order.partner_id, self.contact_before)
        self.assertEqual(order.club_receipt["exceptions"], [])
        self.assertIn("… has paid", "".join(order.message_ids.mapped("body")))
        self.assertLedgerAgrees()

    def test_what_is_left_out_is_found(self):
        """Negative control."""
        zari = self.person()
        self.fill_till(zari)
        for model, where in (
            ("pos.order", ("pos_order", "general_customer_note")),
            ("loyalty.club.till.exception", ("loyalty_club_till_exception", "message")),
        ):
            silent = patch.object(
                self.env.registry[model], "_on_erase", lambda self, person: []
            )
            with self.subTest(model), self.env.cr.savepoint() as point:
                with silent, self.assertRaises(AssertionError) as caught:
                    self.assertForgotten(zari._erase("asked for it"))
                self.assertIn(repr(where), str(caught.exception))
                point.rollback()
                self.env.invalidate_all(flush=False)

    def test_who_owes_for_an_order_is_not_forgotten_yet(self):
        zari = self.person()
        later = self.env["pos.payment.method"].create(
            {"name": "On account", "company_id": self.company.id}
        )
        till = self.new_till("Till 2", methods=later)
        order = self.sell(
            self.contact_before, [self.line(self.tea)], [(later, 50)], till=till
        )
        self.assertEqual(order.state, "paid")
        self.assertIn("contact: till", zari._erase("asked for it")["kept"])
        self.assertEqual(self.contact_before.name, NAME)

    def test_a_basket_that_stands_open_costs_them_nothing(self):
        zari = self.person()
        self.grant(zari, 100)
        reward = self.new_reward()
        basket = self.basket(
            self.contact_before,
            [self.line(self.tea), self.reward_line(zari, reward, 0.5, 50)],
        )
        held = self.hold(basket["uuid"], zari, {"points": 50})
        self.assertEqual(held["status"], "held")
        zari._erase("asked for it")
        self.assertFalse(
            self.env["loyalty.club.hold"].search(
                [("member_id", "=", zari.id), ("state", "=", "open")]
            )
        )
        order = self.sync(basket)
        self.assertEqual(order.state, "paid")
        self.assertTrue(order.club_exception_ids)
        self.assertEqual((self.available(zari), zari.points_debt), (0, 0))
        self.assertLedgerAgrees()
