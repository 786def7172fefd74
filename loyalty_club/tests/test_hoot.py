from odoo.tests import HttpCase, tagged

from odoo.addons.web.tests import test_js


@tagged("post_install", "-at_install")
class TestHoot(HttpCase):
    """The unit tests of our JavaScript, in Chromium."""

    def test_unit(self):
        # Written out, as WebSuite runs under Odoo's own runner only.
        suite = test_js.HOOTCommon._generate_hash(self, "@loyalty_club")
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
        self.assertIn("[HOOT] Passed 21 tests", "\n".join(logs.output))
