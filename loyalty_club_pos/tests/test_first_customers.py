from odoo.addons.point_of_sale.models import pos_config

from .common import TillCase


class TestFirstCustomers(TillCase):
    """Our own statement finds those customers that Odoo's would, in its order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        elsewhere = cls.new_company("Elsewhere")
        cls.ours = cls.customer("Zari", company_id=cls.company.id)
        cls.theirs = cls.customer("Bahram", company_id=elsewhere.id)
        cls.often, cls.gone = cls.customer("Yas"), cls.customer("Cyrus")
        cls.nameless = cls.customer(False, type="other", parent_id=cls.often.id)
        cls.left = cls.customer("Vida")
        for customer, orders in (
            (cls.often, 3),
            (cls.ours, 2),
            (cls.gone, 2),
            (cls.nameless, 1),
            (cls.left, 1),
            (False, 4),
        ):
            for _time in range(orders):
                cls.sell(customer, [cls.line(cls.tea)])
        cls.gone.active = False
        cls.left.company_id = elsewhere
        cls.members(20)
        cls.env.flush_all()

    @classmethod
    def customer(cls, name, **values):
        return cls.env["res.partner"].create({"name": name, **values})

    def load(self, limit, offset=0):
        """Customers as we load them, and as Odoo does."""
        self.env["ir.config_parameter"].set_param(
            "point_of_sale.limited_customer_count", str(limit)
        )
        ours = self.till.get_limited_partners_loading(offset)
        odoo = pos_config.PosConfig.get_limited_partners_loading(self.till, offset)
        customers = self.env["res.partner"]
        return [customers.browse(row[0] for row in rows) for rows in (ours, odoo)]

    def everybody(self):
        partners = self.env["res.partner"].with_context(active_test=False)
        return partners.search_count([])

    def preference(self, customers):
        """What the order goes by: customers with the same name have none."""
        orders = dict(
            self.env["pos.order"]._read_group([], ["partner_id"], ["__count"])
        )
        return [(orders.get(customer, 0), customer.name) for customer in customers]

    def test_with_room_for_everybody_all_are_found_once(self):
        ours, odoo = self.load(self.everybody() + 1)
        self.assertEqual(set(ours), set(odoo))
        self.assertEqual(len(ours), len(odoo))
        self.assertLessEqual(self.ours | self.gone | self.nameless, ours)
        self.assertFalse((self.theirs | self.left) & ours)

    def test_who_bought_most_often_comes_first_and_others_by_name(self):
        ours, odoo = self.load(self.everybody() + 1)
        bought = self.often | self.gone | self.ours | self.nameless
        self.assertEqual((ours & bought).ids, bought.ids)
        self.assertEqual(self.preference(ours), self.preference(odoo))

    def test_in_pages(self):
        seen = 0
        while seen < self.everybody():
            # The third page is the first without anybody who bought.
            ours, odoo = self.load(2, seen)
            self.assertEqual(self.preference(ours), self.preference(odoo))
            seen += 2
        self.assertFalse(ours)

    def test_without_room_nobody_is_found(self):
        ours, odoo = self.load(0)
        self.assertFalse(ours | odoo)

    def test_whom_other_addons_add_is_found_once(self):
        # As the Spanish till does: its customer of simplified invoices is always there.
        odoo = pos_config.PosConfig.get_limited_partners_loading
        everyone = self.customer("Everyone")

        def with_everyone(config, offset=0):
            return [*odoo(config, offset), (everyone.id,)]

        self.patch(pos_config.PosConfig, "get_limited_partners_loading", with_everyone)
        for limit in (2, self.everybody() + 1):
            with self.subTest(limit=limit):
                self.env["ir.config_parameter"].set_param(
                    "point_of_sale.limited_customer_count", str(limit)
                )
                rows = self.till.get_limited_partners_loading()
                self.assertEqual(rows.count((everyone.id,)), 1)
                self.assertEqual(len(rows), len(set(rows)))
