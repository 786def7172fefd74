from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.loyalty_club.tests.common import TwoCompaniesCase

from .common import TillKit


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestTwoCompanies(TillKit, TwoCompaniesCase):
    """A till serves its own company's club, and reaches no other's members."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.setUpTill()
        cls.clerk = cls.user(
            "clerk", "point_of_sale.group_pos_user", companies=cls.south
        )
        cls.south_till = cls.till_of(cls.south, cls.clerk)
        cls.ali = cls.member("Ali", mobile="09121234567")
        cls.sara = cls.member("Sara", club=cls.south_club, mobile="09127654321")
        cls.grant(cls.ali, 100)
        cls.grant(cls.sara, 100)

    @classmethod
    def till_of(cls, company, user):
        if not company.parent_id:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company=company, install_demo=False
            )
            company.account_sale_tax_id = False
        journal = cls.env["account.journal"].create(
            {
                "name": company.name,
                "code": f"B{company.id}"[-5:],
                "type": "bank",
                "company_id": company.id,
            }
        )
        method = cls.env["pos.payment.method"].create(
            {"name": "Card", "journal_id": journal.id, "company_id": company.id}
        )
        till = (
            cls.env["pos.config"]
            .with_company(company)
            .create(
                {
                    "name": f"Till of {company.name}",
                    "company_id": company.id,
                    "payment_method_ids": [Command.set(method.ids)],
                }
            )
        )
        till.with_user(user).with_company(company).open_ui()
        return till

    def as_clerk(self, method, *args, till=None):
        model = self.env["loyalty.club.till"].with_user(self.clerk)
        model = model.with_company(self.south)
        return getattr(model, method)((till or self.south_till).id, *args)

    def test_each_till_has_its_company_s_club(self):
        self.assertEqual(self.till._club(), self.club)
        self.assertEqual(self.south_till._club(), self.south_club)

    def test_a_branch_serves_the_club_of_its_company(self):
        cashier = self.user(
            "branch", "point_of_sale.group_pos_user", companies=self.north_1
        )
        till = self.till_of(self.north_1, cashier)
        self.assertEqual(till._club(), self.club)
        model = self.env["loyalty.club.till"].with_user(cashier)
        answer = model.with_company(self.north_1).recognise(till.id, "09121234567")
        self.assertEqual(answer["status"], "found")
        answer = model.with_company(self.north_1).join(
            till.id, {"mobile": "09123334444"}
        )
        member = self.env["loyalty.club.member"].browse(answer["member"]["member_id"])
        self.assertEqual(member.club_id, self.club)

    def test_another_s_members_are_unknown(self):
        self.assertEqual(self.as_clerk("recognise", "09127654321")["status"], "found")
        for text in ("09121234567", self.ali.number):
            answer = self.as_clerk("recognise", text)
            if answer["status"] == "found":  # numbers are each club's own
                self.assertEqual(answer["member"]["member_id"], self.sara.id)
            else:
                self.assertEqual(answer["status"], "unknown")
        answer = self.as_clerk("summary", self.ali.partner_id.id)
        self.assertEqual(answer["status"], "unknown")

    def test_another_s_till_is_not_one_s_own(self):
        for method, args in (
            ("recognise", ["09121234567"]),
            ("summary", [self.ali.partner_id.id]),
            ("join", [{"mobile": "09123334444"}]),
            ("release", ["b1"]),
        ):
            with self.assertRaises(AccessError):
                self.as_clerk(method, *args, till=self.till)

    def test_another_s_accounts_are_held_and_spent_by_nobody(self):
        ali, sara = self.ali.partner_id.id, self.sara.partner_id.id
        claims = [{"card_id": self.account(self.ali), "amount": 5}]
        with self.assertClubError("unknown_member"):
            self.as_clerk("hold", "b1", ali, claims)
        with self.assertClubError("invalid_payload"):
            self.as_clerk("hold", "b1", sara, claims)
        self.hold("b2", self.ali, {"points": 60})
        self.as_clerk("release", "b2")
        self.assertEqual(self.balances(self.ali)["held"], 60)

    def test_an_order_that_names_another_s_account(self):
        reward = self.club.points_program_id.reward_ids[0]
        claim = self.reward_line(self.ali, reward, 1, 100)
        basket = self.basket(
            self.sara, [self.line(self.tea), claim], till=self.south_till
        )
        basket["user_id"] = self.clerk.id
        Order = self.env["pos.order"].with_user(self.clerk).with_company(self.south)
        Order.sync_from_ui([dict(basket)])
        self.env.invalidate_all()
        order = self.env["pos.order"].search([("uuid", "=", basket["uuid"])])
        self.assertEqual(self.available(self.ali), 100)
        self.assertEqual(order.club_exception_ids.club_id, self.south_club)
        self.assertIn("reward", order.club_exception_ids.mapped("kind"))

    def test_another_s_member_as_customer_earns_nothing_here(self):
        order = self.sell(self.sara, [self.line(self.tea)])
        self.assertFalse(order.club_receipt)
        self.assertEqual(self.available(self.sara), 100)

    def test_a_club_of_another_company_is_not_served(self):
        """Nor when the manager of the tills chooses it."""
        self.till.sudo().club_id = self.south_club
        self.assertFalse(self.till._club())
        self.assertEqual(self.ask("recognise", "09127654321")["status"], "unknown")

    def test_a_chosen_club_of_the_company_is_served(self):
        other = self.new_club("other", self.company, sequence=99)
        self.till.club_id = other
        self.assertEqual(self.till._club(), other)
        other.active = False
        self.assertFalse(self.till._club())

    def test_native_records_of_the_other_company(self):
        """Cards of the other company's club can't be read by their id."""
        card = self.card(self.ali).with_user(self.clerk).with_company(self.south)
        with self.assertRaises(AccessError):
            card.read(["points"])
        found = card.search([("program_id", "=", self.club.points_program_id.id)])
        self.assertFalse(found)
        own = self.card(self.sara).with_user(self.clerk).with_company(self.south)
        self.assertEqual(own.read(["points"])[0]["points"], 100)
