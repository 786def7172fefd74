"""The demo shop's members, and a year of what they bought.

The same every time but for the day it ends on: the random numbers have a fixed seed.
Everything goes the way that real purchases go, so that balances, tiers and history are
what the shop would have.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from odoo import fields, models

from ..clock import Clock
from ..facts import LineFacts, PurchaseFacts
from .demo_pictures import demo_barcode

MEMBERS = 300
WOMEN = (
    "سارا زهرا مریم نرگس فاطمه لیلا نازنین مینا پریسا الهام شیرین مهسا رویا آزاده"
).split()
MEN = "علی رضا محمد حسین امیر مهدی کاوه بهرام سعید آرش پویا فرهاد کیان حمید".split()
FAMILIES = (
    "رضایی احمدی محمدی کریمی حسینی موسوی جعفری صادقی رحیمی نوری قاسمی اکبری "
    "یزدانی شریفی کاظمی مرادی عباسی سلطانی طاهری باقری"
).split()
BRANCHES = ("loyalty_club.demo_branch_valiasr", "loyalty_club.demo_branch_tajrish")


class LoyaltyClub(models.Model):
    # A part of the model: the demo shop's year.
    _inherit = "loyalty.club"  # pylint: disable=consider-merging-classes-inherited

    def _make_demo_year(self):
        """Enrol the members and let them shop for a year up to today."""
        self.ensure_one()
        if self.member_ids:
            return
        rng = Random(1404)
        products = self.env["product.product"].search(
            [("default_code", "like", "NR-")], order="default_code"
        )
        today = fields.Date.today()
        events = self._demo_events(rng, today)
        self.points_program_id.rule_ids.club_per_amount = 100_000  # rial for a point
        members = {}
        month = events[0][0].month
        for number, (moment, who, what) in enumerate(events):
            club = self.with_context(loyalty_club_clock=Clock(moment))
            if moment.month != month:
                month = moment.month
                club._demo_release()
            if what == "join":
                members[who] = club._demo_join(rng, who, today)
            elif what == "buy":
                club._demo_buy(rng, members[who], products, number, moment)
        self._demo_spend(rng, members.values())

    def _demo_events(self, rng, today):
        """Who joins and shops when: sorted list of (moment, who, what)."""
        events = []
        for who in range(MEMBERS):
            joined = today - timedelta(days=rng.randint(20, 365))
            events.append((self._demo_moment(rng, joined), who, "join"))
            pace = rng.choice((9, 20, 20, 45, 45, 45, 90, 150))  # days between visits
            day = joined
            while (day := day + timedelta(days=1 + rng.randint(0, 2 * pace))) < today:
                events.append((self._demo_moment(rng, day), who, "buy"))
        return sorted(events)

    @staticmethod
    def _demo_moment(rng, day):
        opened = timedelta(minutes=rng.randint(5 * 60, 17 * 60))
        return datetime.combine(day, time()) + opened

    def _demo_join(self, rng, who, today):
        woman = rng.random() < 0.55
        first = "سارا" if who == 0 else rng.choice(WOMEN if woman else MEN)
        last = "رضایی" if who == 0 else rng.choice(FAMILIES)
        values = {
            "name": f"{first} {last}",
            "mobile": f"0912{who:03d}{rng.randint(0, 9999):04d}",
            "gender": "female" if woman or who == 0 else "male",
            "birthdate": date(rng.randint(1960, 2004), 1, 1)
            + timedelta(days=rng.randint(0, 364)),
            "consent": {"sms": rng.random() < 0.8, "email": rng.random() < 0.3},
        }
        if who % 3 == 0:  # has a card of the club's, with a barcode
            barcode = demo_barcode(f"0429{who:08d}")
            values["identifiers"] = [{"scheme": "barcode", "value": barcode}]
        Member = self.env["loyalty.club.member"].with_context(tracking_disable=True)
        if who == 0:
            # The login "member" is the first of them.
            partner = self.env.ref("loyalty_club.demo_user_member").partner_id
            # Joining changes nothing of a user's contact.
            partner.write(
                {
                    "name": values["name"],
                    "phone": self._mobile(values["mobile"]),
                    "gender": values["gender"],
                    "birthdate_date": values["birthdate"],
                }
            )
        member, _created = Member._enrol(self, values, how="desk", source="demo")
        member._welcome()
        return member

    def _demo_buy(self, rng, member, products, number, moment):
        branch = self.env.ref(rng.choice(BRANCHES))
        lines = []
        for index, product in enumerate(rng.sample(list(products), rng.randint(1, 5))):
            quantity = rng.choice((1, 1, 1, 2, 3))
            total = round(product.list_price) * quantity
            lines.append(
                LineFacts(
                    key=str(index + 1),
                    product_id=product.id,
                    quantity=Decimal(quantity),
                    unit_price=Decimal(round(product.list_price)),
                    total=total,
                    untaxed=total,
                    total_before_discount=total,
                    untaxed_before_discount=total,
                    cost=round(product.standard_price) * quantity,
                )
            )
        facts = PurchaseFacts(
            source="import",
            key=f"demo-{number}",
            moment=moment,
            lines=lines,
            channel="shop",
            branch=branch.name,
            company_id=branch.id,
            reference=f"NR/{number:05d}",
        )
        member = self.env["loyalty.club.member"].browse(member.id)
        purchase = self.env["loyalty.club.purchase"]._record(self, member, facts)
        if rng.random() < 0.03:
            purchase._return(
                {lines[0].key: Decimal(1)},
                source="import",
                key=f"demo-{number}-return",
                moment=moment,
            )

    def _demo_release(self):
        """Let points be used whose waiting is over, as the hourly job does."""
        last_id = 0
        while last_id is not None:
            _done, last_id = self.env["loyalty.club.ledger"]._release_due(self, last_id)

    def _demo_spend(self, rng, members):
        """Every fourth member uses points, every tenth fills a wallet and spends."""
        self._demo_release()
        ledger = self.env["loyalty.club.ledger"]
        for member in members:
            available = ledger._balances(member)["points"]["available"]
            if available > 100 and rng.random() < 0.25:
                ledger._spend(ledger._account(member, "points"), available // 2)
            if rng.random() < 0.1:
                wallet = ledger._account(member, "wallet")
                loaded = rng.choice((2_000_000, 5_000_000, 10_000_000))
                ledger._grant(wallet, loaded, "top_up")
                if tenths := rng.choice((0, 2, 5, 8)):
                    ledger._spend(wallet, loaded * tenths // 10)
