"""The API's ``recommendations``, and what people may do with what it is made of."""

import json

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .recommending import RecommendCase

NOW = "2026-05-10 12:00:00"
MODELS = (
    "loyalty.club.rfm.pair",
    "loyalty.club.rfm.favourite",
    "loyalty.club.rfm.recommendation",
    "loyalty.club.rfm.next.best",
)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestApi(RecommendCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sara = cls.member("Sara", mobile="09121234567")
        cls.cup.default_code = "CUP"
        cls.tea.barcode = "4006381333931"
        cls.bought(cls.ali, cls.tea + cls.cup + cls.milk)
        cls.bought(cls.sara, cls.tea, days_ago=40)
        cls.refresh()
        cls.api = cls.api_of("integration")

    @classmethod
    def api_of(cls, kind):
        return cls.env(user=cls.users[kind], context={})["loyalty.club"]

    def test_answer(self):
        answer = self.api.recommendations(member="09121234567")
        self.assertEqual(answer, json.loads(json.dumps(answer)))
        self.assertEqual(
            [{**row, "score": 0} for row in answer["products"]],
            [
                {
                    "product_id": self.cup.id,
                    "sku": "CUP",
                    "name": "Cup",
                    "score": 0,
                    "why": "Goes with Tea, bought on 03/31/2026",
                },
                {
                    "product_id": self.milk.id,
                    "sku": False,
                    "name": "Milk",
                    "score": 0,
                    "why": "Goes with Tea, bought on 03/31/2026",
                },
            ],
        )
        self.assertGreater(answer["products"][0]["score"], 0)

    def test_limit_and_basket(self):
        number = self.sara.number
        answer = self.api.recommendations(member=number, limit=1)
        self.assertEqual(len(answer["products"]), 1)
        for item in ({"sku": "4006381333931"}, {"product_id": self.tea.id}):
            with self.subTest(item):
                answer = self.api.recommendations(
                    member=number, basket=[item, {"sku": "CUP"}]
                )
                self.assertEqual([row["name"] for row in answer["products"]], ["Milk"])

    def test_refusals(self):
        number = self.sara.number
        for code, values in (
            ("unknown_member", {"member": "00009999"}),
            ("unknown_product", {"member": number, "basket": [{"sku": "nothing"}]}),
            ("invalid_payload", {}),
            ("invalid_payload", {"member": number, "limit": 0}),
            ("invalid_payload", {"member": number, "limit": 21}),
            ("invalid_payload", {"member": number, "limit": True}),
            ("invalid_payload", {"member": number, "basket": {"sku": "CUP"}}),
            ("invalid_payload", {"member": number, "basket": [{}]}),
            ("invalid_payload", {"member": number, "basket": ["CUP"]}),
            ("invalid_payload", {"member": number, "basket": [{"sku": "CUP"}] * 101}),
            ("invalid_payload", {"member": number, "basket": [{"product_id": "1"}]}),
            ("invalid_payload", {"member": number, "company": 1}),
        ):
            with self.subTest(values), self.assertClubError(code):
                self.api.recommendations(**values)
        with self.assertClubError("invalid_payload"):
            self.api.recommendations(number)

    def test_callers(self):
        for kind in ("desk", "auditor", "internal", "seller"):
            with self.subTest(kind), self.assertRaises(AccessError):
                self.api_of(kind).recommendations(member=self.sara.number)
        self.assertTrue(
            self.api_of("manager").recommendations(member=self.sara.number)["products"]
        )

    def test_not_of_another_company(self):
        south = self.new_company("South")
        caller = self.user("south", "loyalty_club.group_integration", companies=south)
        api = self.env(user=caller, context={})["loyalty.club"]
        self.new_club("south", south)
        with self.assertClubError("unknown_member"):
            api.recommendations(member=self.sara.number)
        with self.assertClubError("invalid_payload"):
            api.recommendations(member=self.sara.number, club="test")

    # ------------------------------------------------------------------ rights

    def records(self, model, kind):
        records = self.env[model].search([], limit=1)
        return records.with_user(self.users[kind]).with_company(self.company)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_writes(self):
        """But a manager the settings, which they neither make nor delete."""
        for model in MODELS:
            for kind in ("desk", "manager", "auditor", "integration", "internal"):
                records = self.records(model, kind)
                with self.subTest(model=model, kind=kind):
                    settings = kind == "manager" and model.endswith("recommendation")
                    self.assertEqual(records.browse().has_access("write"), settings)
                    self.assertFalse(records.browse().has_access("create"))
                    self.assertFalse(records.browse().has_access("unlink"))
                    reads = kind in ("desk", "manager", "auditor")
                    self.assertEqual(records.browse().has_access("read"), reads)
        pair = self.records("loyalty.club.rfm.pair", "manager")
        self.assertTrue(pair)
        for attack in (
            lambda: pair.write({"cosine": 1}),
            pair.unlink,
            lambda: pair.create({"product_id": self.tea.id}),
        ):
            with self.assertRaises(AccessError):
                attack()

    def test_a_manager_sets_and_asks(self):
        settings = self.settings.with_user(self.users["manager"])
        settings.write({"days": 90})
        self.assertEqual(self.settings.days, 90)
        self.assertTrue(settings.action_refresh()["params"]["message"])
        with self.assertRaises(AccessError):
            self.settings.with_user(self.users["desk"]).action_refresh()

    def test_rows_of_other_companies_are_not_read(self):
        south = self.new_company("South")
        for kind in ("desk", "manager", "auditor"):
            user = self.user(
                f"{kind}-south", f"loyalty_club.group_{kind}", companies=south
            )
            for model in MODELS[:3]:
                with self.subTest(kind=kind, model=model):
                    seen = self.env[model].with_user(user).search([])
                    self.assertLessEqual(seen.company_id, south)
        branch = self.new_company("Branch", parent=self.company)
        user = self.user("branch", "loyalty_club.group_desk", companies=branch)
        self.assertTrue(self.env[MODELS[0]].with_user(user).search([]))

    def test_the_product_of_people_without_rights(self):
        for kind in ("internal", "seller"):
            tea = self.tea.product_tmpl_id.with_user(self.users[kind])
            self.assertNotIn("rfm_pair_ids", tea.fields_get())
            with self.assertRaises(AccessError):
                tea.read(["rfm_pair_ids"])
