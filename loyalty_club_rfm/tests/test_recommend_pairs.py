"""Products bought together, against the same counted in plain Python."""

import random

from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.loyalty_club.tests.invoicing import InvoiceCase

from .recommending import RecommendCase, RecommendKit, closest

NOW = "2026-05-10 12:00:00"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPairs(RecommendCase):
    def sold(self, baskets):
        """Sell baskets (lists of products), each to the same member."""
        for basket in baskets:
            self.bought(self.ali, self.env["product.product"].union(*basket))

    def assertPairsAre(self, expected):
        self.assertEqual(
            {(one.id, other.id): row for (one, other), row in self.pairs().items()},
            expected,
        )

    def test_random_baskets(self):
        """Exactly the same numbers and ranks, to the last bit, also with ties."""
        goods = self.goods(*(f"Good {number}" for number in range(14)))
        for seed, (least, most, top) in enumerate(
            [(1, 50, 10), (2, 6, 3), (3, 5, 100), (5, 50, 2), (1, 2, 1)]
        ):
            with self.subTest(seed=seed):
                chance = random.Random(seed)
                self.settings.write(
                    {"least_together": least, "most_in_basket": most, "pairs_each": top}
                )
                # Earlier rounds are out of the window, so that they don't count.
                self.settings.days = 20
                self.env.cr.execute(
                    "UPDATE loyalty_club_purchase SET date = date - interval '50 days'"
                    " WHERE club_id = %s",
                    [self.club.id],
                )
                baskets = [
                    set(
                        chance.sample(
                            goods.ids, min(14, 1 + int(chance.expovariate(0.3)))
                        )
                    )
                    for _number in range(60)
                ]
                self.sold(goods.browse(sorted(basket)) for basket in baskets)
                self.refresh()
                expected = closest(baskets, least, most, top)
                self.assertTrue(expected)
                self.assertPairsAre(expected)

    def test_the_oracle_by_hand(self):
        baskets = [{1, 2}, {1, 2, 3}, {1, 3}, {4}]
        self.assertEqual(
            closest(baskets, least=2),
            {
                (1, 2): (2, 2 / (3 * 2) ** 0.5, 1),
                (1, 3): (2, 2 / (3 * 2) ** 0.5, 2),
                (2, 1): (2, 2 / (3 * 2) ** 0.5, 1),
                (3, 1): (2, 2 / (3 * 2) ** 0.5, 1),
            },
        )

    def test_basket_cap(self):
        many = self.goods(*(f"Good {number}" for number in range(51)))
        self.settings.pairs_each = 100
        self.sold([many])
        self.refresh()
        self.assertFalse(self.pairs())
        self.sold([many[:50]])
        self.refresh()
        self.assertEqual(len(self.pairs()), 50 * 49)

    def test_least_together(self):
        self.settings.least_together = 5
        self.sold([self.tea + self.cup] * 4)
        self.refresh()
        self.assertFalse(self.pairs())
        self.sold([self.tea + self.cup])
        self.refresh()
        self.assertEqual(self.pairs()[self.tea, self.cup], (5, 1.0, 1))

    def test_window(self):
        """The first day counts from its midnight on, in the company's time zone."""
        self.company.rfm_tz = "Asia/Tehran"
        self.settings.days = 10
        # Midnight of 1 May in Tehran is 20:30 UTC of 30 April.
        self.bought(self.ali, self.tea + self.cup, days_ago=9 + 15.5 / 24 + 1 / 86400)
        self.refresh()
        self.assertFalse(self.pairs())
        self.bought(self.ali, self.tea + self.cup, days_ago=9 + 15.5 / 24)
        self.refresh()
        self.assertEqual(self.pairs()[self.cup, self.tea][0], 1)

    def test_twice_the_same_product_is_one(self):
        self.bought(self.ali, [self.tea, self.tea, self.cup])
        self.bought(self.ali, [self.tea, self.tea])
        self.refresh()
        self.assertEqual(self.pairs()[self.tea, self.cup], (1, 1.0, 1))
        self.assertNotIn((self.tea, self.tea), self.pairs())

    def test_only_goods_that_are_sold(self):
        service = self.goods("Delivery", type="service")
        unsold = self.goods("Old tea", sale_ok=False)
        archived = self.goods("Archived tea", active=False)
        south = self.new_company("South")
        foreign = self.goods("Of another company", company_id=south.id)
        own = self.goods("Own", company_id=self.company.id)
        reward = self.env["loyalty.reward"].create(
            {
                "program_id": self.club.points_program_id.id,
                "reward_type": "discount",
                "required_points": 1,
            }
        )
        voucher = reward.discount_line_product_id
        voucher.write({"type": "consu", "sale_ok": True})
        loads = self.goods("Gift card")
        self.env["loyalty.program"].create(
            {
                "name": "Gift cards",
                "program_type": "gift_card",
                "rule_ids": [(0, 0, {"product_ids": loads.ids})],
            }
        )
        every = self.tea + service + unsold + archived + foreign + own + voucher + loads
        self.sold([every])
        self.refresh()
        self.assertEqual(set(self.pairs()), {(self.tea, own), (own, self.tea)})

    def test_returned_goods_were_not_bought(self):
        sale = self.bought(self.ali, self.tea + self.cup + self.milk)
        sale.line_ids[1].returned_quantity = 1
        sale.line_ids[2].returned_quantity = 0.5
        self.refresh()
        self.assertEqual(
            set(self.pairs()), {(self.tea, self.milk), (self.milk, self.tea)}
        )

    def test_mirrored_purchases_are_not_counted_again(self):
        """Those of invoices and tills: the document itself is the basket."""
        for source in ("invoice", "pos", "sale"):
            self.bought(self.ali, self.tea + self.cup, source=source)
        self.refresh()
        self.assertFalse(self.pairs())

    def test_two_companies(self):
        south = self.new_company("South")
        branch = self.new_company("Branch", parent=self.company)
        hers = self.member("Sara", club=self.new_club("south", south))
        self.bought(hers, self.tea + self.milk)
        self.bought(self.ali, self.tea + self.cup, company_id=branch.id)
        other = self.settings_of(south)
        other.least_together = 1
        self.refresh()
        self.refresh(other)
        self.assertEqual(
            set(self.pairs()), {(self.tea, self.cup), (self.cup, self.tea)}
        )
        self.assertEqual(
            set(self.pairs(south)), {(self.tea, self.milk), (self.milk, self.tea)}
        )
        self.assertFalse(self.pairs(branch))

    def test_nothing_is_written_twice(self):
        def rows():
            self.env.cr.execute(
                "SELECT ctid, xmin, xmax, * FROM loyalty_club_rfm_pair"
                " WHERE company_id = %s ORDER BY id",
                [self.company.id],
            )
            return self.env.cr.fetchall()

        self.sold([self.tea + self.cup, self.tea + self.milk])
        self.assertEqual(self.refresh(), 4)
        before = rows()
        self.assertEqual(self.refresh(), 0)
        self.assertEqual(rows(), before)
        # One basket more changes what is counted of all three.
        self.sold([self.milk + self.cup])
        self.assertGreater(self.refresh(), 0)
        self.assertNotEqual(rows(), before)

    def test_what_is_no_pair_any_more_goes(self):
        self.sold([self.tea + self.cup, self.tea + self.milk])
        self.refresh()
        self.milk.active = False
        self.assertEqual(self.refresh(), 4)
        self.assertEqual(self.pairs()[self.tea, self.cup], (1, 1.0, 1))
        self.assertEqual(len(self.pairs()), 2)

    def test_as_many_statements_for_many_products(self):
        self.sold([self.tea + self.cup])
        few = self.queries(self.settings._refresh)
        self.sold([self.goods(*(f"Good {number}" for number in range(50)))] * 3)
        self.assertEqual(self.queries(self.settings._refresh), few)

    def test_what_a_refresh_says_of_itself(self):
        self.sold([self.tea + self.cup])
        self.refresh()
        self.assertEqual(self.settings.pairs, 2)
        self.assertEqual(self.settings.changed, 2)
        self.assertEqual(str(self.settings.refreshed_at), NOW)

    def test_the_cron(self):
        self.sold([self.tea + self.cup])
        off = self.settings_of(self.new_company("South"))
        off.active = False
        with self.enter_registry_test_mode():
            self.env.ref("loyalty_club_rfm.cron_recommend").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.settings.pairs, 2)
        self.assertFalse(off.refreshed_at)

    @mute_logger("odoo.sql_db")
    def test_settings_out_of_range(self):
        for values in ({"days": 0}, {"most_in_basket": 501}, {"least_together": 0}):
            with (
                self.subTest(values),
                self.assertDatabaseRefuses("sane"),
            ):
                self.settings.write(values)
                self.env.flush_all()

    # ------------------------------------------------------------------ on the product

    def test_on_the_product(self):
        self.sold([self.tea + self.cup, self.tea + self.milk, self.tea + self.milk])
        self.refresh()
        desk = self.users["desk"]
        tea = self.tea.with_user(desk).with_company(self.company)
        pairs = tea.product_tmpl_id.rfm_pair_ids
        self.assertEqual(pairs.other_id, self.milk + self.cup)
        self.assertEqual(pairs, tea.rfm_pair_ids)
        self.cup.active = False
        self.env.invalidate_all()
        self.assertEqual(tea.product_tmpl_id.rfm_pair_ids.other_id, self.milk)

    def test_a_template_shows_the_pairs_of_its_variants(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [(0, 0, {"name": n}) for n in ("S", "L")]}
        )
        shirt = self.env["product.template"].create(
            {
                "name": "Shirt",
                "attribute_line_ids": [
                    (
                        0,
                        0,
                        {
                            "attribute_id": attribute.id,
                            "value_ids": attribute.value_ids.ids,
                        },
                    )
                ],
            }
        )
        small, large = shirt.product_variant_ids
        self.sold([small + self.cup, large + self.milk])
        self.refresh()
        shirt = shirt.with_company(self.company)
        self.assertEqual(shirt.rfm_pair_ids.other_id, self.cup + self.milk)
        self.assertEqual(
            small.with_company(self.company).rfm_pair_ids.other_id, self.cup
        )

    def test_reading_a_hundred_products(self):
        goods = self.goods(*(f"Good {number}" for number in range(100)))
        self.sold([goods[n : n + 10] for n in range(0, 100, 10)])
        self.refresh()

        def read(products):
            products = products.with_company(self.company)
            return self.queries(lambda: products.mapped("rfm_pair_ids.together"))

        read(goods[:1])
        self.assertEqual(read(goods[:1]), read(goods))


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestInvoicedPairs(RecommendKit, InvoiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.setUpRecommend()

    def sell(self, *products, **values):
        lines = [(product, 1, 10) for product in products]
        return self.invoice(self.ali.partner_id, lines, **values)

    def test_posted_invoices(self):
        self.sell(self.tea, self.cup)
        self.sell(self.tea, self.milk, post=False)
        self.sell(self.cup, self.milk, move_type="out_receipt")
        self.sell(self.cup, self.milk, move_type="out_refund")
        self.refresh()
        pairs = {pair: row[0] for pair, row in self.pairs().items()}
        self.assertEqual(
            pairs,
            {
                (self.tea, self.cup): 1,
                (self.cup, self.tea): 1,
                (self.cup, self.milk): 1,
                (self.milk, self.cup): 1,
            },
        )

    def test_credited_goods_were_not_bought(self):
        invoice = self.sell(self.tea, self.cup, self.milk)
        self.credit(invoice, {self.cup: 1})
        self.refresh()
        self.assertEqual(
            set(self.pairs()), {(self.tea, self.milk), (self.milk, self.tea)}
        )

    def test_a_draft_credit_note_takes_nothing_back(self):
        self.credit(self.sell(self.tea, self.cup), post=False)
        self.refresh()
        self.assertEqual(len(self.pairs()), 2)

    def test_window_of_invoices(self):
        self.settings.days = 10
        self.sell(self.tea, self.cup, invoice_date="2026-04-30")
        self.refresh()
        self.assertFalse(self.pairs())
        self.sell(self.tea, self.cup, invoice_date="2026-05-01")
        self.refresh()
        self.assertEqual(self.pairs()[self.tea, self.cup][0], 1)
