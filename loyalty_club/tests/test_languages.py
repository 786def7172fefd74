"""What is stored once is read in the reader's language; a statement in the member's."""

from unittest.mock import patch

from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools.translate import code_translations

from .common import ClubCase, ClubKit


@tagged("post_install", "-at_install")
class TestLanguages(ClubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fa_IR")
        ours = [("name", "=", "loyalty_club")]
        cls.env["ir.module.module"].search(ours)._update_translations(["fa_IR"])

    def persian(self, record):
        return record.with_context(lang="fa_IR")

    def test_a_first_club_has_its_names_in_all_languages(self):
        shop = self.new_company("Another shop")
        club = self.env["loyalty.club"].with_company(shop)._create_first()
        self.assertEqual(club.tier_ids.mapped("name"), ["Bronze", "Silver", "Gold"])
        names = self.persian(club).tier_ids.mapped("name")
        self.assertEqual(names, ["برنزی", "نقره‌ای", "طلایی"])
        self.assertEqual(club.points_program_id.name, "Loyalty Club points")
        self.assertNotEqual(self.persian(club).points_program_id.name, "")
        self.assertNotIn("points", self.persian(club).points_program_id.name)
        self.assertNotEqual(self.persian(club).name, club.name)
        unit = self.persian(club).points_program_id.portal_point_name
        self.assertEqual(
            (club.points_program_id.portal_point_name, unit), ("points", "امتیاز")
        )

    def test_a_new_contact_gets_the_language_they_were_served_in(self):
        self.env["ir.default"].set("res.partner", "lang", "en_US")
        for lang, mobile in (("fa_IR", "09121110001"), ("en_US", "09121110002")):
            with self.subTest(lang):
                api = self.env["loyalty.club"].with_user(self.users["integration"])
                api = api.with_company(self.company).with_context(lang=lang)
                answer = api.enroll(key=mobile, mobile=mobile, name="Sara")
                self.assertTrue(answer["created"])
                contact = self.env["res.partner"].search(
                    [("phone", "like", mobile[1:])]
                )
                self.assertEqual(contact.lang, lang)

    def test_a_check_is_called_by_its_day(self):
        self.club.write({"calendar": "jalali", "tz": "Asia/Tehran"})
        check = self.env["loyalty.club.check"].create(
            {"club_id": self.club.id, "date": "2026-11-28 21:00:00"}
        )
        self.assertEqual(check.display_name, "11/29/2026")
        self.assertEqual(self.persian(check).display_name, "۱۴۰۵/۰۹/۰۸")

    def test_rewards_are_called_as_their_accounts(self):
        wallet = self.club.wallet_program_id.reward_ids
        self.assertEqual(wallet.description, "Wallet")
        shop = self.new_company("Another shop")
        club = self.env["loyalty.club"].with_company(shop)._create_first()
        reward = club.credit_program_id.reward_ids
        self.assertEqual(reward.description, "Promotional credit")
        self.assertEqual(self.persian(reward).description, "اعتبار هدیه")
        # A new worth doesn't bring Odoo's words back.
        points = club.points_program_id.reward_ids
        points.discount = 7
        self.assertEqual(points.description, "Points used")

    def reward(self, **values):
        program = self.club.points_program_id
        return self.env["loyalty.reward"].create({"program_id": program.id, **values})

    def say_in_persian(self, **words):
        """Some of our words in Persian, whatever the translations say today."""
        own = code_translations.get_python_translations("loyalty_club", "fa_IR")
        said = {("loyalty_club", "fa_IR"): {**own, **words}}
        self.enterContext(patch.dict(code_translations.python_translations, said))

    def test_rewards_are_called_by_what_they_are_in_all_languages(self):
        self.say_in_persian(
            **{
                "Free Product - %(names)s": "کالای رایگان - %(names)s",
                "%(discount)s on %(what)s": "%(discount)s روی %(what)s",
                "%(number)s%%": "%(number)s%%",
                "your order": "سفارش شما",
                "the cheapest product": "ارزان‌ترین کالا",
            }
        )
        tea = self.env["product.product"].create({"name": "Tea"})
        self.persian(tea).name = "چای"
        gift = self.reward(
            reward_type="product", reward_product_id=tea.id, required_points=50
        )
        discount = self.reward(discount=10, required_points=80)
        made_in_persian = self.persian(self.env["loyalty.reward"]).create(
            {
                "program_id": self.club.points_program_id.id,
                "discount": 5,
                "discount_mode": "per_order",
                "discount_applicability": "cheapest",
                "required_points": 90,
            }
        )
        self.assertEqual(gift.description, "Free Product - Tea")
        self.assertEqual(self.persian(gift).description, "کالای رایگان - چای")
        self.assertEqual(discount.description, "10% on your order")
        self.assertEqual(self.persian(discount).description, "10% روی سفارش شما")
        self.assertIn("روی ارزان‌ترین کالا", made_in_persian.description)
        in_english = made_in_persian.with_context(lang="en_US").description
        self.assertIn("on the cheapest product", in_english)
        # They follow what they are, whoever changes it, and in which language.
        self.persian(discount).discount = 20
        self.assertEqual(discount.description, "20% on your order")
        self.assertEqual(self.persian(discount).description, "20% روی سفارش شما")

    def test_a_reward_that_somebody_named_keeps_its_name(self):
        reward = self.reward(discount=10, description="For our best", required_points=9)
        reward.discount_max_amount = 100
        self.assertEqual(reward.description, "For our best")
        self.assertEqual(self.persian(reward).description, "For our best")
        wallet = self.club.wallet_program_id.reward_ids
        wallet.write({"description": "My purse", "discount_max_amount": 5})
        self.assertEqual(wallet.description, "My purse")

    def test_other_programs_keep_the_words_of_odoo(self):
        program = self.env["loyalty.program"].create(
            {
                "name": "Cards",
                "program_type": "loyalty",
                "reward_ids": [
                    (
                        0,
                        0,
                        {
                            "reward_type": "discount",
                            "discount_mode": "per_point",
                            "discount": 1,
                        },
                    )
                ],
            }
        )
        self.assertIn("per point", program.reward_ids.description)

    def test_a_welcome_is_read_in_the_reader_s_language(self):
        self.club.write({"welcome_points": 50})
        ali = self.persian(self.member("Ali"))
        ali._welcome()  # by a Persian, who isn't the only one to read it
        entry = self.entries(ali)[-1]
        self.assertEqual(entry.reference, "Welcome")
        self.assertEqual(entry.with_context(lang="en_US").reference_name, "Welcome")
        self.assertEqual(self.persian(entry).reference_name, "خوش‌آمد")
        self.assertIn("خوش‌آمد", self.persian(entry).display_name)

    def test_native_history_is_read_in_the_reader_s_language(self):
        """Written by a Persian and by somebody else, it has the same words stored."""
        self.club.write({"welcome_points": 50})
        for name, writer in (("Ali", "fa_IR"), ("Reza", "en_US")):
            member = self.member(name).with_context(lang=writer)
            member._welcome()
            line = self.card(member).history_ids.with_context(lang="en_US")
            self.assertEqual(line.description, "Bonus · Welcome")
            self.assertEqual(line.club_description, "Bonus · Welcome")
            self.assertEqual(self.persian(line).club_description, "پاداش · خوش‌آمد")
            seller = self.users["seller"]
            self.assertEqual(line.with_user(seller).club_description, "Bonus · Welcome")

    def test_a_line_tells_of_its_own_account_alone(self):
        """Nobody reads another account's entry by naming it in a line of their own."""
        ali = self.member("Ali")
        self.grant(ali, 5)
        program = self.env["loyalty.program"].create(
            {"name": "Cards", "program_type": "loyalty"}
        )
        card = self.env["loyalty.card"].create({"program_id": program.id})
        line = self.env["loyalty.history"].create(
            {
                "card_id": card.id,
                "description": "Mine",
                "club_entry_id": self.entries(ali)[-1].id,
                "club_taken_over_by_id": self.club.id,
            }
        )
        self.assertEqual(line.club_description, "Mine")

    def test_what_a_client_writes_is_read_as_it_is(self):
        ali = self.member("Ali")
        self.grant(ali, 5)
        entry = self.entries(ali)[-1]
        self.assertEqual(self.persian(entry).reference_name, entry.reference)

    @freeze_time("2026-03-25 10:00:00")
    def test_a_statement_is_the_member_s_whoever_prints_it(self):
        self.club.write({"welcome_points": 50, "calendar": "jalali"})
        ali = self.member("Ali")
        ali.partner_id.lang = "fa_IR"
        ali._welcome()
        report = self.env["ir.actions.report"].with_context(lang="en_US")
        html, _kind = report._render_qweb_html(
            "loyalty_club.report_member_statement", ali.ids
        )
        text = html.decode()
        self.assertIn('dir="rtl"', text)
        self.assertIn("خوش‌آمد", text)
        self.assertIn("شمارهٔ عضویت", text)
        self.assertIn("۱۴۰۵", text, "in the calendar of the club")
        for word in ("Member number", "Welcome", "Statement of", "2026", "Points"):
            self.assertNotIn(word, text)

    @freeze_time("2026-03-25 10:00:00")
    def test_a_statement_writes_days_as_its_reader_does(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.club.write({"welcome_points": 50, "calendar": "jalali"})
        ali = self.member("Ali")
        ali._welcome()
        for lang, day in (("en_US", "03/25/2026"), ("de_DE", "25.03.2026")):
            with self.subTest(lang):
                ali.partner_id.lang = lang
                html, _kind = self.env["ir.actions.report"]._render_qweb_html(
                    "loyalty_club.report_member_statement", ali.ids
                )
                self.assertIn(day, html.decode())
                self.assertNotIn("2026-03-25", html.decode())

    def test_native_forms_speak_persian(self):
        view = self.env.ref("loyalty.loyalty_program_view_form")
        self.assertNotIn("قانون‌ها و پاداش‌ها", view.arch)
        self.assertIn("قانون‌ها و پاداش‌ها", self.persian(view).arch)

    def test_words_of_scripts_are_said_for_their_own_addon(self):
        http = self.env["ir.http"]
        words = http._foreign_words(["loyalty", "loyalty_club"], "fa_IR")
        self.assertLessEqual(words.keys(), {"loyalty"})
        source = "Last Transactions"
        self.assertIn(source, words["loyalty"])
        translations, _params = http._get_translations_for_webclient(
            ["loyalty", "loyalty_club"], "fa_IR"
        )
        said = {m["id"]: m["string"] for m in translations["loyalty"]["messages"]}
        self.assertEqual(said[source], words["loyalty"][source])


@tagged("post_install", "-at_install")
class TestPortalHistory(ClubKit, HttpCase):
    def test_a_member_reads_words_and_days_of_their_own(self):
        self.setUpKit()
        persian = self.env["res.lang"]._activate_lang("fa_IR")
        ours = [("name", "=", "loyalty_club")]
        self.env["ir.module.module"].search(ours)._update_translations(["fa_IR"])
        place = "/my"
        if "website" in self.env:  # it has languages of its own, in its addresses
            self.env["website"].search([]).language_ids += persian
            place = f"/{persian.url_code}/my"
        self.club.write({"welcome_points": 50})
        sara = self.member("Sara")
        sara._welcome()
        card = self.card(sara)
        self.env.flush_all()
        self.env.cr.execute(  # 00:30 on 1 Farvardin in Tehran
            "UPDATE loyalty_history SET create_date = '2026-03-20 21:00'"
            " WHERE card_id = %s",
            [card.id],
        )
        self.env.invalidate_all()
        portal = self.env["res.users"].create(
            {
                "login": "portal-sara",
                "password": "portal-sara",
                "partner_id": sara.partner_id.id,
                "lang": "fa_IR",
                "tz": "Asia/Tehran",
                "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)],
            }
        )
        self.authenticate(portal.login, portal.login)
        page = self.url_open(f"{place}/loyalty_card/{card.id}/history").text
        self.assertIn("پاداش · خوش‌آمد", page)
        self.assertNotIn("Bonus", page)
        self.assertIn("1405/01/01", page)
        values = self.make_jsonrpc_request(f"/my/loyalty_card/{card.id}/values", {})
        said = [line["description"] for line in values["history_lines"]]
        self.assertEqual(said, ["پاداش · خوش‌آمد"])
