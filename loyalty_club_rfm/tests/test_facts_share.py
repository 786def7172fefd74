from odoo.tests import freeze_time

from .common import RfmCase


@freeze_time("2026-03-10 09:00:00")
class TestFactsShare(RfmCase):
    """What the goods of left out categories are worth in a purchase."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.customer("Ali")
        Category = cls.env["product.category"]
        cls.drinks = Category.create({"name": "Drinks"})
        cls.hot = Category.create({"name": "Hot", "parent_id": cls.drinks.id})
        cls.dishes = Category.create({"name": "Dishes"})
        cls.tea.categ_id = cls.hot
        cls.cup.categ_id = cls.dishes
        cls.juice = cls.product("Juice", categ_id=cls.drinks.id)
        cls.definition = cls.env["loyalty.club.rfm.definition"].create(
            {"name": "Test", "company_id": cls.company.id}
        )

    def leave_out(self, *categories):
        ids = [category.id for category in categories]
        self.definition.excluded_categ_ids = [(6, 0, ids)]

    def shares(self, partner=None):
        """List of (category, net, goods)."""
        shares = self.env["loyalty.club.rfm.fact.share"].search(
            [("fact_id.partner_id", "=", (partner or self.ali).id)], order="categ_id"
        )
        return [(share.categ_id, share.net, share.goods) for share in shares]

    def sell(self):
        return self.invoice(
            self.ali,
            [(self.tea, 2, 50), (self.cup, 1, 20), (self.juice, 1, 10)],
        )

    def test_no_shares_where_nothing_is_left_out(self):
        self.sell()
        self.assertEqual(self.shares(), [])

    def test_shares_of_the_category_and_of_those_below(self):
        self.leave_out(self.drinks)
        self.sell()
        self.assertEqual(self.shares(), [(self.drinks, 10, 10), (self.hot, 100, 100)])

    def test_what_came_back_is_nobodys_share(self):
        self.leave_out(self.drinks)
        invoice = self.sell()
        self.credit(invoice, {self.tea: 1})
        self.assertEqual(self.shares(), [(self.drinks, 10, 10), (self.hot, 50, 50)])
        self.credit(invoice, {self.tea: 1, self.cup: 1, self.juice: 1})
        self.assertEqual(self.shares(), [])

    def test_of_the_door_as_well(self):
        self.leave_out(self.dishes)
        member = self.member("Reza")
        sale = self.api_sale(
            member, [(self.tea, 1, 50), (self.cup, 2, 40)], "2026-03-01"
        )
        self.api_return(sale, {1: 1})
        self.assertEqual(self.shares(member.partner_id), [(self.dishes, 20, 20)])

    def test_only_of_the_company_that_leaves_it_out(self):
        other = self.new_company("Other")
        self.env["loyalty.club.rfm.definition"].create(
            {
                "name": "Other",
                "company_id": other.id,
                "excluded_categ_ids": [(6, 0, self.drinks.ids)],
            }
        )
        self.sell()
        self.assertEqual(self.shares(), [])

    def test_leaving_out_others_reads_all_again(self):
        gathers = self.env["loyalty.club.rfm.gather"]
        mine = gathers.search([("company_id", "=", self.company.id)])
        self.sell()
        for change in (
            lambda: self.leave_out(self.drinks),
            lambda: self.leave_out(self.dishes),
            lambda: self.definition.write({"active": False}),
        ):
            mine.sudo().state = "done"
            change()
            self.assertFalse(gathers._is_done(self.company))
            self.Fact._check(self.company)
            found = [categ for categ, _net, _goods in self.shares()]
            left_out = self.definition.filtered("active").excluded_categ_ids
            self.assertEqual(bool(found), bool(left_out))
        mine.sudo().state = "done"
        self.definition.name = "Another name"
        self.assertTrue(gathers._is_done(self.company))

    def test_a_change_of_shares_alone_touches_the_customer(self):
        self.leave_out(self.drinks)
        self.sell()
        self.forget_touched()
        self.juice.categ_id = self.dishes
        self.assertEqual(self.Fact._check(self.company), 0)
        self.assertEqual(self.shares(), [(self.hot, 100, 100)])
        self.assertEqual(self.touched(), {self.ali.id})

    def test_two_statements_for_one_document_and_for_many(self):
        self.leave_out(self.drinks)
        moves = self.sell() + self.sell() + self.sell()
        for some in (moves[0], moves):
            some._rfm_follow()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            some._rfm_follow()
            self.assertEqual(self.env.cr.sql_log_count - before, 2)
