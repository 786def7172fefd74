import logging
import re

from odoo.tests import HttpCase, tagged

from odoo.addons.web.tests import test_js


class Lines(logging.Handler):
    """Keeps what is logged, and lets it be seen: a failure must tell what failed."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


@tagged("post_install", "-at_install")
class TestHoot(HttpCase):
    """The unit tests of the till's JavaScript, in Chromium."""

    # A suite that finds no test succeeds as well. To be raised with the tests.
    LEAST_PASSED = 137

    def test_unit(self):
        # Written out, as WebSuite runs under Odoo's own runner only.
        suite = test_js.HOOTCommon._generate_hash(self, "@loyalty_club_pos")
        log = Lines()
        logger = logging.getLogger(__name__)
        logger.addHandler(log)
        self.addCleanup(logger.removeHandler, log)
        self.addCleanup(logger.setLevel, logger.level)
        logger.setLevel(logging.INFO)
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )
        passed = re.search(r"\[HOOT\] Passed (\d+) tests", "\n".join(log.lines))
        self.assertTrue(passed, "no test was found")
        self.assertGreaterEqual(int(passed[1]), self.LEAST_PASSED)
