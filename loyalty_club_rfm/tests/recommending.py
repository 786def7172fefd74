"""A shop whose baskets are known, and what should be recommended for them.

class TestSomething(RecommendCase):
    def test_it(self):
        self.bought(self.ali, self.tea + self.cup, days_ago=3)
        self.refresh()
        self.assertEqual(self.pairs()[self.tea, self.cup], (1, 1.0, 1))
"""

from collections import Counter
from datetime import timedelta
from itertools import combinations
from math import sqrt

from odoo import fields

from odoo.addons.loyalty_club.tests.common import ClubCase


def closest(baskets, least=5, most=50, top=10):
    """What the pairs must be, counted basket by basket.

    :param baskets: list of sets of products
    :return: dict of (product, other) to (together, cosine, rank)
    """
    baskets = [basket for basket in baskets if 2 <= len(basket) <= most]
    alone = Counter(one for basket in baskets for one in basket)
    together = Counter(
        pair for basket in baskets for pair in combinations(sorted(basket), 2)
    )
    others = {}
    for (one, other), number in together.items():
        if number >= least:
            cosine = number / sqrt(alone[one] * alone[other])
            others.setdefault(one, []).append((-cosine, -number, other))
            others.setdefault(other, []).append((-cosine, -number, one))
    return {
        (one, other): (-number, -cosine, rank)
        for one, found in others.items()
        for rank, (cosine, number, other) in enumerate(sorted(found)[:top], 1)
    }


class RecommendKit:
    """The helpers, beside ``ClubKit``: call ``setUpRecommend()`` after ``setUpKit()``.

    One basket is enough for a pair here, unless a test says else.
    """

    @classmethod
    def setUpRecommend(cls):
        cls.ali = cls.member("Ali")
        cls.settings = cls.settings_of(cls.company)
        cls.settings.least_together = 1
        cls.tea, cls.cup, cls.milk = cls.goods("Tea", "Cup", "Milk")

    @classmethod
    def settings_of(cls, company):
        recommendation = cls.env["loyalty.club.rfm.recommendation"]
        recommendation._ensure()
        return recommendation._of(company)

    @classmethod
    def goods(cls, *names, **values):
        return cls.env["product.product"].create(
            [
                {"name": name, "type": "consu", "taxes_id": False, **values}
                for name in names
            ]
        )

    @classmethod
    def bought(cls, member, products, days_ago=1, **values):
        """A purchase that an integration reported, of one piece of each product."""
        moment = fields.Datetime.now() - timedelta(days=days_ago)
        lines = [
            (
                0,
                0,
                {
                    "key": str(number),
                    "product_id": product.id,
                    "quantity": 1,
                    "total": 10,
                    "untaxed": 10,
                },
            )
            for number, product in enumerate(products)
        ]
        return cls.purchase(
            member, date=moment, day=moment.date(), line_ids=lines, total=10, **values
        )

    @classmethod
    def refresh(cls, settings=None):
        """Refresh; number of rows that were written or deleted."""
        changed = (settings or cls.settings)._refresh()
        cls.env.invalidate_all()
        return changed

    @classmethod
    def pairs(cls, company=None):
        """Dict of (product, other) to (together, cosine, rank)."""
        found = cls.env["loyalty.club.rfm.pair"].search(
            [("company_id", "=", (company or cls.company).id)]
        )
        return {
            (pair.product_id, pair.other_id): (pair.together, pair.cosine, pair.rank)
            for pair in found
        }

    @classmethod
    def recommended(cls, partner, limit=5, **options):
        """The dicts about a customer, or member."""
        if partner._name == "loyalty.club.member":
            partner = partner.partner_id
        options.setdefault("company", cls.company)
        return cls.env["loyalty.club.rfm.pair"]._next_best(partner, limit, **options)

    @classmethod
    def products(cls, rows):
        return cls.env["product.product"].browse(row["product_id"] for row in rows)

    def queries(self, step):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        step()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before


class RecommendCase(RecommendKit, ClubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.setUpRecommend()
