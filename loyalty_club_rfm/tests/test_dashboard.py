"""The spreadsheet of the segments names nothing that isn't there."""

import json

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestDashboard(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref("loyalty_club_rfm.dashboard_segments")

    def test_models_fields_and_menus_exist(self):
        """Odoo looks at them in tests only, whenever the file is written."""
        self.dashboard.spreadsheet_data = self.dashboard.spreadsheet_data
        wrong = self.dashboard.spreadsheet_data.replace('"buyers"', '"byers"')
        with self.assertRaisesRegex(ValidationError, "byers"):
            self.dashboard.spreadsheet_data = wrong

    def test_without_a_snapshot_a_sample_is_shown(self):
        self.env.cr.execute("DELETE FROM loyalty_club_rfm_run_cell")
        self.env.invalidate_all()
        self.assertTrue(self.dashboard._dashboard_is_empty())
        sample = self.dashboard._get_sample_dashboard()
        data = json.loads(self.dashboard.spreadsheet_data)
        for sheets in zip(sample["sheets"], data["sheets"], strict=True):
            shown, real = ([one["id"] for one in sheet["figures"]] for sheet in sheets)
            self.assertEqual(shown, real)
        # Nothing in it is asked of the database.
        self.assertFalse(sample["pivots"] or sample["lists"])
        self.assertNotIn("ODOO.LIST", json.dumps(sample))

    def test_it_is_shown_to_the_desk_and_auditors(self):
        groups = self.dashboard.group_ids
        self.assertEqual(
            groups,
            self.env.ref("loyalty_club.group_desk")
            + self.env.ref("loyalty_club.group_auditor"),
        )
        self.assertTrue(self.dashboard.is_published)
