from datetime import date

from odoo.tests import freeze_time, tagged

from .test_recommend_till import RecommendTillCase

NOW = "2026-03-10 09:00:00"
TOMORROW = date(2026, 3, 11)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTillSegment(RecommendTillCase):
    """The segment of the member, and what their segment likes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.club.rfm.definition"].search(
            [("company_id", "=", cls.company.id)]
        ).active = False
        cls.definition = cls.env["loyalty.club.rfm.definition"].create(
            {"name": "Customers", "company_id": cls.company.id}
        )

    def told(self, member=None):
        return self.ask("recognise", (member or self.ali).number)["member"]

    def test_after_a_run(self):
        self.sold([self.tea])
        self.assertEqual(self.told()["segment"], False)
        self.definition._run(day=TOMORROW)
        self.env.invalidate_all()
        pairs = self.env["loyalty.club.rfm.pair"]
        segment = pairs._segment_of(self.ali.partner_id, self.definition)
        self.assertTrue(segment.name)
        self.assertEqual(
            self.told()["segment"], {"name": segment.name, "color": segment.color}
        )

    def test_in_the_language_of_the_cashier(self):
        self.env["res.lang"]._activate_lang("fa_IR")
        self.sold([self.tea])
        self.definition._run(day=TOMORROW)
        self.env.invalidate_all()
        pairs = self.env["loyalty.club.rfm.pair"]
        segment = pairs._segment_of(self.ali.partner_id, self.definition)
        segment.with_context(lang="fa_IR").name = "مشتری وفادار"
        self.cashier.lang = "fa_IR"
        model = self.env["loyalty.club.till"].with_user(self.cashier)
        model = model.with_context(lang="fa_IR").with_company(self.company)
        answer = model.recognise(self.till.id, self.ali.number)
        self.assertEqual(answer["member"]["segment"]["name"], "مشتری وفادار")

    def test_a_newcomer_gets_the_favourites(self):
        self.sold([self.tea])
        self.definition._run(day=TOMORROW)
        self.refresh()
        newcomer = self.member("New")
        told = self.told(newcomer)
        self.assertEqual(told["segment"], False)
        self.assertEqual(
            [(row["name"], row["kind"]) for row in told["next_best"]],
            [("Tea", "all")],
        )

    def test_a_customer_who_was_left_out_has_no_segment(self):
        self.sold([self.tea])
        self.definition.excluded_partner_ids = self.ali.partner_id
        self.definition._run(day=TOMORROW)
        self.assertEqual(self.told()["segment"], False)
