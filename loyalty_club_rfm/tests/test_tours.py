from datetime import timedelta

from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.web.tests import test_js

from .test_runs import DAY, RunCase


@tagged("post_install", "-at_install")
class TestTours(RunCase, HttpCase):
    def test_from_the_overview_to_one_customer_and_to_the_movement(self):
        """Twelve regulars; in the second month two of them come back at last."""
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
        manager = new_test_user(
            self.env,
            login="segments",
            groups="base.group_user,loyalty_club.group_manager",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.start_tour("/odoo/club-segments", "loyalty_club_rfm", login=manager.login)

    def test_an_empty_company_begins_with_one_button(self):
        company = self.env["res.company"].create({"name": "New Shop"})
        self.env["loyalty.club.rfm.definition"].search(
            [("company_id", "=", company.id)]
        ).unlink()
        manager = new_test_user(
            self.env,
            login="segments",
            groups="base.group_user,loyalty_club.group_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.start_tour(
            "/odoo/club-segments", "loyalty_club_rfm_begin", login=manager.login
        )
        definition = self.env["loyalty.club.rfm.definition"]._main(company)
        self.assertTrue(definition.run_asked)


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
