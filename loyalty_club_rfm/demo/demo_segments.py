"""Customers of old of the demo shop, and the snapshots of its last weeks.

Its members of the first year buy as evenly as random numbers do. These three hundred
came before there was a club, each in a rhythm of their own: some never miss a week,
some have stopped coming. The same every time but for the day that the year ends on.
"""

from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random

from odoo import fields, models

from odoo.addons.loyalty_club.demo.demo_year import FAMILIES, MEN, WOMEN

LATIN = (
    "Narges Rezaei, Dara Ahmadi, Mitra Karimi, Babak Hosseini, Laleh Nouri, Cyrus "
    "Moradi, Azar Yazdani, Kamran Taheri, Setareh Bagheri, Omid Sharifi, Golnar "
    "Akbari, Siavash Jafari, Parvin Sadeghi, Ramin Ghasemi, Elham Soltani, Navid Kazemi"
).split(", ")
# Goods that go together: by the last digits of their codes.
BASKETS = (
    ("001", "002", "006", "004"),
    ("010", "003", "019"),
    ("014", "017", "008", "016"),
    ("025", "026", "027", "028"),
    ("009", "007", "010", "008"),
    ("005", "004", "011"),
)
# How many there are of a kind, days between purchases, how long ago the first and the
# last purchase were (each from, to), and pieces of each product.
KINDS = (
    (34, 12, (350, 364), (1, 6), (1, 3)),  # never miss a week
    (52, 20, (300, 360), (2, 25), (1, 2)),  # come often
    (30, 18, (80, 130), (2, 20), (1, 2)),  # found us this season
    (24, 15, (4, 40), (2, 10), (1, 1)),  # are new
    (40, 16, (320, 360), (60, 140), (1, 2)),  # came often, and no longer
    (20, 10, (340, 364), (150, 240), (2, 4)),  # were the best, and no longer come
    (44, 45, (220, 320), (110, 200), (1, 1)),  # came now and then
    (46, 400, (60, 350), (1, 50), (1, 2)),  # came once
    (10, 300, (310, 330), (1, 20), (2, 3)),  # come at feasts
)
WEEKS = 6  # of snapshots


class LoyaltyClub(models.Model):
    # For demo databases only.
    _inherit = "loyalty.club"  # pylint: disable=consider-merging-classes-inherited

    def _make_demo_segments(self):
        """Add customers with a rhythm, and snapshots, pairs and favourites."""
        self.ensure_one()
        rng = Random(555)
        members = self._demo_customers(rng)
        purchases = self._demo_purchases(rng, members)
        self._demo_returns(rng, purchases)
        self._demo_snapshots()

    def _demo_customers(self, rng):
        """Contacts who become members, as a take-over of old customers makes them."""
        values = []
        for number in range(sum(kind[0] for kind in KINDS)):
            name = f"{rng.choice(WOMEN + MEN)} {rng.choice(FAMILIES)}"
            values.append(
                {
                    "name": rng.choice(LATIN) if number % 6 == 5 else name,
                    "phone": f"+98935{number:03d}{rng.randint(0, 9999):04d}",
                    "country_id": self.company_id.country_id.id,
                }
            )
        partners = self.env["res.partner"].with_context(tracking_disable=True)
        partners = partners.create(values)
        today = fields.Date.today()
        members = self.env["loyalty.club.member"]._join_partners(
            self, dict.fromkeys(partners.ids, today), "import"
        )
        members._claim_own_identifiers()
        members._start_tiers()
        return members

    def _demo_days(self, rng):
        """For each customer the days of purchases, and pieces of each product."""
        today = fields.Date.today()
        for count, pace, (first_from, first_to), (last_from, last_to), pieces in KINDS:
            for _number in range(count):
                ago = rng.randint(first_from, first_to)
                last = rng.randint(last_from, last_to)
                days = []
                while ago >= last:
                    days.append(today - timedelta(days=ago))
                    ago -= max(1, round(pace * rng.uniform(0.5, 1.5)))
                yield days, pieces

    def _demo_purchases(self, rng, members):
        products = {
            product.default_code[-3:]: product
            for product in self.env["product.product"].search(
                [("default_code", "=like", "NR-0__")]
            )
        }
        branches = self.company_id.child_ids
        values = []
        for member, (days, pieces) in zip(members, self._demo_days(rng), strict=True):
            tastes = rng.sample(BASKETS, 2)
            for day in days:
                goods = [code for code in rng.choice(tastes) if rng.random() < 0.7]
                if not goods or rng.random() < 0.3:
                    goods.append(rng.choice(list(products)))
                values.append(
                    self._demo_purchase(
                        member,
                        f"rfm-demo-{len(values)}",
                        datetime.combine(day, time(rng.randint(6, 17))),
                        rng.choice(branches),
                        {products[code]: rng.randint(*pieces) for code in goods},
                    )
                )
        purchases = self.env["loyalty.club.purchase"].create(values)
        for member, own in purchases.grouped("member_id").items():
            dates = own.mapped("date")
            member.write({"joined_on": min(dates), "last_purchase_at": max(dates)})
        return purchases

    def _demo_purchase(self, member, key, moment, branch, goods):
        lines = []
        for product, pieces in goods.items():
            price = round(product.list_price)
            lines.append(
                {
                    "key": str(len(lines) + 1),
                    "product_id": product.id,
                    "quantity": pieces,
                    "unit_price": price,
                    "total": price * pieces,
                    "untaxed": price * pieces,
                }
            )
        total = sum(line["total"] for line in lines)
        return {
            "club_id": self.id,
            "company_id": branch.id,
            "member_id": member.id,
            "source": "import",
            "key": key,
            "reference": key.replace("rfm-demo-", "OLD/"),
            "channel": "shop",
            "branch": branch.name,
            "date": moment,
            "day": self._day(moment),
            "currency_id": self.currency_id.id,
            "total": total,
            "untaxed": total,
            "visits": 1,
            "line_ids": [(0, 0, line) for line in lines],
        }

    def _demo_returns(self, rng, purchases):
        """Some bring something back, and some everything."""
        for purchase in rng.sample(list(purchases), 25):
            purchase._return(
                None if rng.random() < 0.3 else {"1": Decimal(1)},
                source="import",
                key=f"{purchase.key}-return",
                moment=purchase.date + timedelta(days=1),
            )

    def _demo_snapshots(self):
        """A snapshot of each of the last weeks, and what goes together."""
        company = self.company_id
        gathers = self.env["loyalty.club.rfm.gather"]
        gathers._ensure(company)
        for gather in gathers.search([("company_id", "=", company.id)]):
            while gather._read_batch(20000):
                pass
        definitions = self.env["loyalty.club.rfm.definition"]
        definitions._found(company)
        definition = definitions._main(company)
        for week in range(WEEKS, -1, -1):
            day = definition._today() - timedelta(weeks=week)
            definition._run(day, full=not week)
        recommendations = self.env["loyalty.club.rfm.recommendation"]
        recommendations._ensure()
        recommendations._of(company)._refresh()
