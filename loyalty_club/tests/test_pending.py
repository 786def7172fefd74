from datetime import date, datetime

from odoo.tests import freeze_time
from odoo.tools.mail import html_to_inner_content

from ..ledger import Grant, Origin
from .common import ClubCase


@freeze_time("2026-03-10 09:00:00")
class TestPending(ClubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")

    def wait(self, units, day="2026-03-20", **options):
        return self.grant(
            self.ali, units, available_on=date.fromisoformat(day), **options
        )

    def earn_later(self, sale, units):
        self.wait(units, kind="earn", origin=sale._ledger_origin())
        sale.points += units

    def test_what_waits_cannot_be_spent(self):
        self.wait(100)
        balances = self.balances(self.ali)
        self.assertEqual((balances["available"], balances["pending"]), (0, 100))
        self.assertEqual(self.card(self.ali).points, 0)
        self.assertEqual(self.card(self.ali).club_pending, 100)
        with self.assertClubError("insufficient_balance"):
            self.spend(self.ali, 1)

    def test_it_is_released_on_its_day_and_once(self):
        self.wait(100)
        with freeze_time("2026-03-19 23:00:00"):
            self.assertEqual(self.ledger._release_due(self.club), (0, None))
        with freeze_time("2026-03-20 00:10:00"):
            done, last = self.ledger._release_due(self.club)
            self.assertEqual((done, last), (1, self.account(self.ali)))
            self.assertEqual(self.ledger._release_due(self.club), (0, None))
            self.assertEqual(self.available(self.ali), 100)
        self.assertEqual(self.entries(self.ali).mapped("kind"), ["bonus", "release"])
        self.assertEqual(self.entries(self.ali).mapped("balance"), [0, 100])

    def test_the_day_is_the_club_s_own(self):
        self.club.tz = "Asia/Tehran"  # half past three hours ahead
        self.wait(100)
        with freeze_time("2026-03-19 20:20:00"):
            self.assertEqual(self.ledger._release_due(self.club)[0], 0)
        with freeze_time("2026-03-19 20:40:00"):
            self.assertEqual(self.ledger._release_due(self.club)[0], 1)

    def test_the_expiry_counts_from_the_first_day_of_use(self):
        self.club.write({"expiry_mode": "days", "expiry_count": 30})
        self.wait(100)
        self.assertEqual(self.lots(self.ali)[0][2], date(2026, 4, 19))

    def test_a_waiting_lot_does_not_expire(self):
        self.wait(100, expires_on=date(2026, 3, 12))
        with freeze_time("2026-03-15"):
            self.assertEqual(self.ledger._expire_due(self.club)[0], 0)

    def test_released_points_pay_a_debt_first(self):
        self.wait(100)
        sale = self.purchase(self.ali, 30)
        self.spend(self.ali, 30)
        self.ledger._take_back(self.account(self.ali), 30, sale.id)
        self.assertEqual(self.balances(self.ali)["debt"], 30)
        with freeze_time("2026-03-20"):
            self.ledger._release_due(self.club)
        balances = self.balances(self.ali)
        self.assertEqual((balances["available"], balances["debt"]), (70, 0))

    def test_what_was_taken_back_while_waiting_is_not_released(self):
        sale = self.purchase(self.ali)
        self.ledger._grant_bulk(
            [
                Grant(
                    self.account(self.ali),
                    50,
                    "earn",
                    available_on=date(2026, 3, 20),
                    origin=Origin(purchase_id=sale.id),
                )
            ]
        )
        self.ledger._take_back(self.account(self.ali), 50, sale.id)
        self.assertEqual(self.balances(self.ali)["pending"], 0)
        with freeze_time("2026-03-20"):
            self.assertEqual(self.ledger._release_due(self.club)[0], 0)
        self.assertEqual(self.available(self.ali), 0)

    def test_each_release_names_its_purchase_and_its_day(self):
        first = self.purchase(self.ali, reference="S-1")
        second = self.purchase(self.ali, key="till-2")
        self.wait(5, day="2026-03-18", origin=Origin(reference="Welcome"))
        for sale, units in ((first, 37), (second, 20), (first, 3)):
            self.earn_later(sale, units)
        with freeze_time("2026-03-25"):  # the nightly job was late
            self.assertEqual(self.ledger._release_due(self.club)[0], 1)
        released = self.entries(self.ali).filtered(lambda e: e.kind == "release")
        first_day, later = date(2026, 3, 18), date(2026, 3, 20)
        self.assertEqual(
            [
                (e.amount, e.purchase_id, e.reference_name, e.effective_on)
                for e in released
            ],
            [
                (5, first.browse(), "Welcome", first_day),
                (40, first, "S-1", later),
                (20, second, "till-2", later),
            ],
        )
        self.assertEqual(set(released.mapped("date")), {datetime(2026, 3, 25)})
        self.assertEqual(released[-1].balance, 65)
        self.assertEqual(self.ledger._check_club(self.club)["details"], {})

    def test_each_release_is_of_the_branch_that_gave(self):
        branch = self.new_company("Corner Shop 9", parent=self.company)
        sale = self.purchase(self.ali, company_id=branch.id)
        self.wait(10, kind="earn", origin=sale._ledger_origin())
        with freeze_time("2026-03-20"):
            self.ledger._release_due(self.club)
        self.assertEqual(self.entries(self.ali).company_id, branch)

    def test_what_is_released_of_two_purchases_pays_a_debt_once(self):
        for _time in range(2):
            self.earn_later(self.purchase(self.ali), 20)
        sale = self.purchase(self.ali, 30)
        self.spend(self.ali, 30)
        self.ledger._take_back(self.account(self.ali), 30, sale.id)
        with freeze_time("2026-03-20"):
            self.ledger._release_due(self.club)
        balances = self.balances(self.ali)
        self.assertEqual((balances["available"], balances["debt"]), (10, 0))
        self.assertEqual(self.ledger._check_club(self.club)["details"], {})

    def test_other_entries_count_for_the_club_s_day(self):
        self.club.tz = "Asia/Tehran"
        with freeze_time("2026-03-20 20:40:00"):  # 00:10 of the 21st in Tehran
            self.grant(self.ali, 10)
        self.assertEqual(self.entries(self.ali).effective_on, date(2026, 3, 21))

    def test_what_waits_is_issued_on_the_day_of_giving(self):
        self.wait(37, kind="earn")
        self.grant(self.ali, 3)
        self.spend(self.ali, 2)
        with freeze_time("2026-04-02"):
            self.ledger._release_due(self.club)
        entries = self.entries(self.ali)
        self.assertEqual(entries.mapped("issued"), [37, 3, 0, 0])
        manager = entries.with_user(self.users["manager"])
        self.assertEqual(manager.fields_get(["issued"])["issued"]["aggregator"], "sum")
        groups = manager.formatted_read_group(
            [("id", "in", entries.ids)],
            ["kind", "date:month"],
            ["issued:sum", "amount:sum"],
        )
        self.assertEqual(
            {g["kind"]: (g["issued:sum"], g["amount:sum"]) for g in groups},
            {"earn": (37, 0), "bonus": (3, 3), "spend": (0, -2), "release": (0, 37)},
        )
        by_day = manager.formatted_read_group(
            [("id", "in", entries.ids)], ["date:month"], ["issued:sum"]
        )
        self.assertEqual([group["issued:sum"] for group in by_day], [40, 0])

    def test_issued_is_what_the_database_sums_up_for_every_kind(self):
        zari = self.member("Zari")
        self.grant(self.ali, 50, kind="opening")
        self.grant(self.ali, 5, kind="adjust")
        self.spend(self.ali, 4, kind="adjust")
        spent = self.spend(self.ali, 10)
        self.ledger._give_back(spent, 10)
        self.ledger._transfer(self.account(self.ali), self.account(zari), 6)
        sale = self.purchase(self.ali)
        self.wait(9, kind="earn", origin=sale._ledger_origin())
        self.ledger._take_back(self.account(self.ali), 9, sale.id)
        entries = self.entries(self.ali) | self.entries(zari)
        self.assertEqual(sum(entries.mapped("issued")), 50 + 5 + 9)
        [(total,)] = entries._read_group(
            [("id", "in", entries.ids)], [], ["issued:sum"]
        )
        self.assertEqual(total, 50 + 5 + 9)

    def test_the_statement_says_what_waits_and_since_when(self):
        self.wait(37, kind="earn")
        with freeze_time("2026-03-25 12:00:00"):
            self.ledger._release_due(self.club)
            html, _kind = self.env["ir.actions.report"]._render_qweb_html(
                "loyalty_club.report_member_statement", self.ali.ids
            )
        text = " ".join(html_to_inner_content(html.decode()).split())
        self.assertRegex(text, r"Earned\W+37\W+\(waiting\)")
        self.assertRegex(text, r"Released\W+Written on")

    def test_batches_stop_and_go_on(self):
        members = self.members(5)
        for member in members:
            self.grant(member, 10, available_on=date(2026, 3, 11))
        with freeze_time("2026-03-11"):
            done, last = self.ledger._release_due(self.club, limit=2)
            self.assertEqual(done, 2)
            # killed here: a new run starts at the beginning and finds the rest
            total, last = done, 0
            while last is not None:
                done, last = self.ledger._release_due(self.club, last, 2)
                total += done
            self.assertEqual(total, 5)
        self.assertEqual(members.mapped("points_balance"), [10] * 5)
