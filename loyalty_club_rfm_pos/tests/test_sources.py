"""Till orders are one of the sources that a definition counts, or leaves out."""

from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.loyalty_club_rfm.tests.test_runs import DAY, RunCase

USES = ("use_pos", "use_invoice", "use_door")


@tagged("post_install", "-at_install")
class TestSources(RunCase):
    def test_till_orders_are_chosen(self):
        customer = self._customers(1)
        for number, source in enumerate(("pos", "inv", "door")):
            self._fact(customer, DAY - timedelta(days=3), 10**number, source=source)
        for use, expected in (
            ((True, True, True), 111),
            ((True, True, False), 11),
            ((False, True, True), 110),
            ((True, False, False), 1),
        ):
            with self.subTest(use=use):
                self.definition.write(dict(zip(USES, use, strict=True)))
                self.definition._run(DAY)
                self.assertEqual(self._rows()[customer.id][3], expected)
