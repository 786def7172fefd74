from datetime import timedelta

from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.web.tests import test_js

from .test_runs import DAY, RunCase


class SegmentsCase(RunCase, HttpCase):
    def twelve_regulars(self):
        """In the second month two of them come back at last. → a manager's login"""
        customers = self._customers(12)
        for number, customer in enumerate(customers, start=1):
            customer.name = f"Regular {number:02d}"
            for purchase in range(number):
                ago = timedelta(days=40 + 15 * number + 2 * purchase)
                self._fact(customer, DAY - ago, 10 * number)
        self.definition._run(DAY - timedelta(days=30))
        for customer in customers[10:]:
            self._fact(customer, DAY - timedelta(days=2), 50)
        self.definition._run(DAY)
        return self.manager_of(self.company)

    def manager_of(self, company):
        return new_test_user(
            self.env,
            login="segments",
            groups="base.group_user,loyalty_club.group_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        ).login


@tagged("post_install", "-at_install")
class TestTours(SegmentsCase):
    def test_from_the_overview_to_one_customer_and_to_the_movement(self):
        login = self.twelve_regulars()
        self.start_tour("/odoo/club-segments", "loyalty_club_rfm", login=login)

    def test_an_empty_company_begins_with_one_button(self):
        company = self.env["res.company"].create({"name": "New Shop"})
        self.env["loyalty.club.rfm.definition"].search(
            [("company_id", "=", company.id)]
        ).unlink()
        login = self.manager_of(company)
        self.start_tour("/odoo/club-segments", "loyalty_club_rfm_begin", login=login)
        definition = self.env["loyalty.club.rfm.definition"]._main(company)
        self.assertTrue(definition.run_asked)


@tagged("post_install", "-at_install")
class TestPhone(SegmentsCase):
    """Grid and movement at the width of a phone, in either direction."""

    browser_size = "390x844"
    touch_enabled = True

    def test_overview_and_movement_on_a_phone(self):
        login = self.twelve_regulars()
        user = self.env["res.users"].search([("login", "=", login)])
        self.env["res.lang"]._activate_lang("fa_IR")
        for lang in ("en_US", "fa_IR"):
            with self.subTest(lang):
                user.lang = lang
                for path, tour in (
                    ("club-segments", "loyalty_club_rfm_phone"),
                    ("club-segment-movement", "loyalty_club_rfm_phone_movement"),
                ):
                    self.start_tour(f"/odoo/{path}", tour, login=login)


@tagged("post_install", "-at_install")
class TestHoot(HttpCase):
    """The unit tests of our JavaScript, in Chromium."""

    def test_unit(self):
        suite = test_js.HOOTCommon._generate_hash(self, "@loyalty_club_rfm")
        with self.assertLogs(__name__, "INFO") as logs:
            self.browser_js(
                "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
                f"&id={suite}",
                "",
                "",
                login="admin",
                timeout=300,
                success_signal="[HOOT] Test suite succeeded",
                error_checker=test_js.unit_test_error_checker,
            )
        # A suite that finds no test succeeds as well.
        self.assertIn("[HOOT] Passed 14 tests", "\n".join(logs.output))
