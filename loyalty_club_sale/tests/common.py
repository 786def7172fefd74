from odoo.fields import Command

from odoo.addons.loyalty_club.tests.common import ClubCase


class SaleCase(ClubCase):
    """The kit, with a salesman, a product of 100 euros and rewards for points.

    ``salesman`` has Odoo's lowest right on sales and none of the club's. ``cheap``
    takes 5 euros off for 100 points, ``mug`` is a product for 40 points.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )
        # The chart brings dollars, and the club, which is empty, would follow.
        cls.company.root_id.currency_id = cls.euro
        cls.salesman = cls.user("salesman", "sales_team.group_sale_salesman_all_leads")
        cls.biller = cls.user("biller", "account.group_account_invoice")
        cls.product = cls._product("Chair", 100)
        cls.points_program = cls.club.points_program_id
        cls.points_program.reward_ids = [
            Command.clear(),
            Command.create(
                {
                    "description": "Five off",
                    "reward_type": "discount",
                    "discount_mode": "per_order",
                    "discount": 5,
                    "required_points": 100,
                }
            ),
            Command.create(
                {
                    "description": "Mug",
                    "reward_type": "product",
                    "reward_product_id": cls._product("Mug", 3).id,
                    "required_points": 40,
                }
            ),
        ]
        cls.mug, cls.cheap = cls.points_program.reward_ids.sorted("required_points")
        cls.pay_wallet = cls.club.wallet_program_id.reward_ids

    @classmethod
    def _product(cls, name, price):
        return cls.env["product.product"].create(
            {
                "name": name,
                "list_price": price,
                "taxes_id": False,
                "invoice_policy": "order",
                "type": "service",
            }
        )

    @classmethod
    def order(cls, member, product=None, quantity=1):
        """A quotation by the salesman."""
        partner = member if member._name == "res.partner" else member.partner_id
        order = (
            cls.env["sale.order"]
            .with_user(cls.salesman)
            .create(
                {
                    "partner_id": partner.id,
                    "company_id": cls.company.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": (product or cls.product).id,
                                "product_uom_qty": quantity,
                            }
                        )
                    ],
                }
            )
        )
        order._update_programs_and_rewards()
        return order

    def claim(self, order, reward, member, kind="points"):
        """Claim a reward as the salesman's wizard does."""
        card = self.card(member, kind).with_user(self.salesman)
        status = order._apply_program_reward(reward.with_user(self.salesman), card)
        self.assertEqual(status, {})
        order._update_programs_and_rewards()
        self.assertIn(reward, order.order_line.reward_id)

    @classmethod
    def invoice(cls, order):
        invoice = order.sudo()._create_invoices()
        invoice.action_post()
        return invoice

    @classmethod
    def pay(cls, invoices):
        """Register the payment as somebody who bills, and has no right on sales."""
        return (
            cls.env["account.payment.register"]
            .with_user(cls.biller)
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create({})
            ._create_payments()
        )

    def kinds(self, member):
        """What the ledger did for a member: list of (kind, amount), in order."""
        return [(entry.kind, entry.amount) for entry in self.entries(member)]
