from odoo.addons.base.tests.common import BaseCommon

from ..fetching import fetch_lines


class TestFetching(BaseCommon):
    """Lines that are read with what they hold are those that Odoo reads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Club = cls.env["loyalty.club"]
        cls.clubs = Club.create(
            [
                {
                    "name": code,
                    "code": code,
                    "company_id": cls.env["res.company"].create({"name": code}).id,
                }
                for code in ("fetch1", "fetch2")
            ]
        )
        for club in cls.clubs:
            club.tier_ids.unlink()
            cls.env["loyalty.club.tier"].create(
                [
                    {"club_id": club.id, "name": n, "code": n, "threshold": t}
                    for n, t in (("Gold", 500), ("Bronze", 0), ("Silver", 100))
                ]
            )
        cls.clubs.tier_ids.filtered(lambda tier: tier.code == "Silver").active = False
        cls.clubs.program_ids[:1].active = False

    def reading(self, name, fetched):
        self.env.flush_all()
        self.env.invalidate_all()
        if fetched:
            order = "threshold, id" if name == "tier_ids" else None
            fetch_lines(self.clubs, name, order)
        before = self.env.cr.sql_log_count
        clubs = self.clubs.with_context(active_test=False)
        lines = [
            ([line.id for line in each[name]], [line.id for line in every[name]])
            for each, every in zip(self.clubs, clubs, strict=True)
        ]
        self.clubs[name].mapped("name")
        return lines, self.env.cr.sql_log_count - before

    def test_the_same_lines_in_the_same_order(self):
        for name in ("tier_ids", "program_ids"):
            lines, statements = self.reading(name, fetched=False)
            self.assertTrue(all(each and every for each, every in lines))
            self.assertGreater(statements, 0)
            self.assertEqual(self.reading(name, fetched=True), (lines, 0))

    def test_what_is_known_is_not_read_again(self):
        self.env.invalidate_all()
        fetch_lines(self.clubs, "program_ids")
        before = self.env.cr.sql_log_count
        fetch_lines(self.clubs, "program_ids")
        self.assertEqual(self.env.cr.sql_log_count, before)

    def test_what_has_no_lines(self):
        self.clubs.tier_ids.unlink()
        self.clubs.with_context(active_test=False).tier_ids.unlink()
        self.assertEqual(
            self.reading("tier_ids", fetched=True)[0], [([], []), ([], [])]
        )
