from odoo.exceptions import AccessError, UserError

from ..api.spending import reason_of
from .common import ClubCase, TwoCompaniesCase

# Model → what each group may do: r(ead), w(rite), c(reate), d(elete)
DESK, MANAGER, AUDITOR, INTEGRATION = range(4)
RIGHTS = {
    "loyalty.club": ("r", "rwc", "r", "r"),
    "loyalty.club.tier": ("r", "rwcd", "r", ""),
    "loyalty.club.tier.move": ("r", "r", "r", ""),
    "loyalty.club.reason": ("r", "rwc", "r", ""),
    "loyalty.club.member": ("rw", "rw", "r", ""),
    "loyalty.club.identifier": ("r", "r", "r", ""),
    "loyalty.club.consent": ("r", "r", "r", ""),
    "loyalty.club.purchase": ("r", "r", "r", ""),
    "loyalty.club.purchase.line": ("r", "r", "r", ""),
    "loyalty.club.entry": ("r", "r", "r", ""),
    "loyalty.club.lot": ("r", "r", "r", ""),
    "loyalty.club.allocation": ("r", "r", "r", ""),
    "loyalty.club.hold": ("r", "r", "r", ""),
    "loyalty.club.request": ("rwc", "rwc", "r", ""),
    "loyalty.club.limit.request": ("", "rwc", "r", ""),
    "loyalty.club.call": ("", "r", "r", ""),
    "loyalty.club.check": ("", "r", "r", ""),
    "loyalty.club.cap.use": ("", "r", "r", ""),
    "loyalty.club.exception": ("r", "r", "r", ""),
    "loyalty.club.event": ("", "r", "r", ""),
    "loyalty.club.take.over": ("", "rwc", "r", ""),
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}


class TestAccess(ClubCase):
    """Every model of ours against every group: a right that nobody meant shows here."""

    def assertRights(self, model, user, letters):
        for letter, operation in OPERATIONS.items():
            allowed = self.env[model].with_user(user).has_access(operation)
            self.assertEqual(
                allowed, letter in letters, f"{user.login} {operation} {model}"
            )

    def test_each_model_and_group(self):
        for model, letters in RIGHTS.items():
            for kind, of_group in zip(
                ("desk", "manager", "auditor", "integration"), letters, strict=True
            ):
                with self.subTest(model, group=kind):
                    self.assertRights(model, self.users[kind], of_group)

    def test_others_see_nothing_of_the_club(self):
        portal = self.env["res.users"].create(
            {
                "name": "Portal",
                "login": "club-portal",
                "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
            }
        )
        public = self.env.ref("base.public_user")
        for user in (self.users["internal"], self.users["seller"], portal, public):
            for model in RIGHTS:
                with self.subTest(model, user=user.login):
                    self.assertRights(model, user, "")

    def test_no_model_is_forgotten(self):
        ours = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("loyalty.club")
            and model._original_module == "loyalty_club"
            and not (model._abstract or model._transient)
        }
        self.assertEqual(ours, set(RIGHTS))

    def test_the_auditor_reads_all_and_writes_nothing(self):
        """The wizards too: what they may open must not change anything."""
        auditor = self.users["auditor"]
        for name, model in self.env.registry.items():
            if model._abstract or not name.startswith("loyalty."):
                continue
            for operation in ("write", "create", "unlink"):
                allowed = self.env[name].with_user(auditor).has_access(operation)
                self.assertFalse(allowed, f"{operation} {name}")

    def test_the_integration_reads_clubs_and_nothing_else(self):
        member = self.member("Ali")
        self.grant(member, 10)
        user = self.users["integration"]
        for record in (member, self.card(member), self.entries(member)):
            with self.subTest(record._name), self.assertRaises(AccessError):
                record.with_user(user).read(["display_name"])

    def test_a_desk_reads_what_it_needs_to_show_a_member(self):
        member = self.member("Ali")
        self.grant(member, 10)
        seen = member.with_user(self.users["desk"])
        self.assertEqual(seen.points_balance, 10)
        self.assertEqual(seen.entry_ids.mapped("amount"), [10])
        self.assertEqual(seen.card_ids.history_ids.mapped("issued"), [10])


class TestAccessOfCompanies(TwoCompaniesCase):
    """Every model of ours, every role, two companies: neither sees the other's."""

    # What isn't of one company: maps of segments are shared, their guard is elsewhere.
    SHARED = {"loyalty.club.rfm.map", "loyalty.club.rfm.segment"}
    ROLES = ("desk", "manager", "auditor", "integration")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {
            (place, role): cls.user(
                f"{place}-{role}", f"loyalty_club.group_{role}", companies=company
            )
            for place, company in (("north", cls.north_1), ("south", cls.south_1))
            for role in cls.ROLES
        }
        for place, club in (("north", cls.club), ("south", cls.south_club)):
            cls.fill(place, club)

    @classmethod
    def fill(cls, place, club):
        """A bit of everything, by the people of this place."""
        env = cls.env
        member = cls.member(f"Ali {place}", club=club, consent={"sms": True})
        other = cls.member(f"Sara {place}", club=club)
        env["loyalty.club.tier"].create(
            {"club_id": club.id, "name": "Gold", "code": "gold", "threshold": 5}
        )
        cls.grant(member, 100)
        cls.ledger._hold(cls.account(member), 10, 1000)
        cls.purchase(member, points=5)
        env["loyalty.club.reason"].create(
            {"name": place, "code": place, "company_id": club.company_id.id}
        )
        desk, manager = cls.people[place, "desk"], cls.people[place, "manager"]
        wizards = {
            "loyalty.club.member.join": {
                "club_id": club.id,
                "name": f"Secret of {place}",
                "mobile": "09121112233",
                "birthdate": "1990-01-01",
            },
            "loyalty.club.card.replace": {"member_id": member.id},
            "loyalty.club.member.merge": {
                "member_id": member.id,
                "target_id": other.id,
            },
            "loyalty.club.member.erase": {"member_id": member.id, "reason": "Asked"},
            "loyalty.club.tier.publish": {
                "club_id": club.id,
                "qualify_measure": "status",
                "qualify_period": "rolling",
                "qualify_months": 12,
                "tier_downgrade": "none",
                "line_ids": [(0, 0, {"name": "X", "code": "x", "threshold": 1})],
            },
        }
        for name, values in wizards.items():
            who = desk if name.endswith((".join", ".replace")) else manager
            env[name].with_user(who).create(values)
        draft = env["loyalty.club.tier.publish"].with_user(manager).search([])
        draft.with_context(active_test=False).line_ids[:1].threshold = 2
        for name in ("policy.preview", "rule.preview", "try"):
            dialog = env[f"loyalty.club.{name}"].with_user(manager)
            dialog.preview(club.id, 0, {})
        request = {"member_id": member.id, "amount": 5}
        request["reason_id"] = env.ref("loyalty_club.reason_goodwill").id
        env["loyalty.club.request"].with_user(desk).create(request).action_submit()

    def models(self):
        for name in sorted(self.env.registry):
            model = self.env[name]
            if name.startswith("loyalty.club") and not model._abstract:
                yield model

    def owners(self, model):
        """The two sets of records: of north and of south."""
        records = model.search([])
        places = []
        for place, club in (("north", self.club), ("south", self.south_club)):
            family = self.env["res.company"].search(
                [("id", "child_of", club.company_id.id)]
            )
            people = self.env["res.users"].browse(
                [self.people[place, role].id for role in self.ROLES]
            )
            if model._transient:
                places.append(records.filtered(lambda r, p=people: r.create_uid in p))
            elif "company_id" in model._fields:
                places.append(records.filtered(lambda r, f=family: r.company_id in f))
            elif "club_id" in model._fields:
                places.append(records.filtered(lambda r, c=club: r.club_id == c))
            else:
                places.append(records.browse())
        return places

    def test_nobody_sees_or_changes_what_is_another_company_s(self):
        met = set()
        for model in self.models():
            if model._name in self.SHARED:
                continue
            _north, theirs = self.owners(model)
            if theirs:
                met.add(model._name)
            for role in self.ROLES:
                user = self.people["north", role]
                mine = model.with_user(user)
                with self.subTest(model._name, role=role):
                    if mine.has_access("read"):
                        self.assertFalse(mine.search([]) & theirs)
                    for operation in OPERATIONS.values():
                        for record in theirs[:1]:
                            self.assertFalse(
                                record.with_user(user).has_access(operation), operation
                            )
        self.assertGreater(len(met), 16, met)

    def test_every_dialog_of_ours_belongs_to_who_opened_it(self):
        rules = self.env["ir.rule"]
        for model in self.models():
            if model._transient:
                with self.subTest(model._name):
                    domain = rules.search([("model_id.model", "=", model._name)])
                    self.assertIn("create_uid", str(domain.mapped("domain_force")))
        mine = self.env["loyalty.club.member.join"].search(
            [("create_uid", "=", self.people["north", "desk"].id)]
        )
        colleague = self.user("colleague", "loyalty_club.group_desk")
        self.assertFalse(mine.with_user(colleague).has_access("read"))

    def test_a_dialog_about_another_company_s_member_isn_t_opened(self):
        """Its related balances would tell."""
        _north, south = self.owners(self.env["loyalty.club.member"])
        for name, role in (("merge", "manager"), ("erase", "manager")):
            user = self.people["north", role]
            model = self.env[f"loyalty.club.member.{name}"].with_user(user)
            values = {"member_id": south[0].id, "target_id": south[1].id, "reason": "?"}
            values = {key: v for key, v in values.items() if key in model._fields}
            with self.subTest(name), self.assertRaises(AccessError):
                model.create(values)

    def test_a_form_tells_nothing_of_another_company_s_member(self):
        """A new record is nobody's yet: no rule of its own guards what it computes."""
        _north, south = self.owners(self.env["loyalty.club.member"])
        stranger, account = south[0].id, south.card_ids[:1].id
        for name, role, told in (
            ("loyalty.club.request", "desk", ("balance", "cap_words", "club_id")),
            ("loyalty.club.member.merge", "manager", ("points_balance",)),
            ("loyalty.club.member.erase", "manager", ("points_balance",)),
            ("loyalty.club.card.replace", "desk", ("member_id",)),
        ):
            model = self.env[name].with_user(self.people["north", role])
            asked = {field: {} for field in told}
            for value in (stranger, [stranger, "Ali"], {"card_ids": [[4, account]]}):
                with self.subTest(name, value=value), self.assertRaises(AccessError):
                    model.onchange({"member_id": value}, ["member_id"], asked)
            mine = self.owners(self.env["loyalty.club.member"])[0][0]
            model.onchange({"member_id": mine.id}, ["member_id"], asked)

    # ------------------------------------------------------------------ reasons

    def test_a_shared_reason_is_an_administrator_s_to_change(self):
        shared = self.env.ref("loyalty_club.reason_goodwill")
        manager = self.people["north", "manager"]
        with self.assertRaises(AccessError):
            shared.with_user(manager).write({"name": "Theft"})
        own = (
            self.env["loyalty.club.reason"]
            .with_user(manager)
            .create({"name": "Broken", "code": "broken"})
        )
        self.assertEqual(own.company_id, self.north)
        own.write({"name": "Broken cup"})
        with self.assertRaises(AccessError):
            own.with_user(self.people["south", "manager"]).write({"name": "Theft"})
        manager.group_ids += self.env.ref("base.group_system")
        shared.with_user(manager).write({"name": "Kindness"})
        self.assertEqual(shared.name, "Kindness")

    def test_a_company_s_own_reason_comes_before_the_shared_one(self):
        shared = self.env.ref("loyalty_club.reason_goodwill")
        reasons = self.env["loyalty.club.reason"]
        own = reasons.create(
            {"name": "Own", "code": "goodwill", "company_id": self.south.id}
        )
        self.assertEqual(reason_of(self.south_club, "goodwill"), own)
        self.assertEqual(reason_of(self.club, "goodwill"), shared)
        member = self.env["loyalty.club.member"].search(
            [("club_id", "=", self.club.id)], limit=1
        )
        with self.assertRaises(UserError):
            self.env["loyalty.club.request"].create(
                {"member_id": member.id, "amount": 5, "reason_id": own.id}
            )

    # ------------------------------------------------------------------ persons

    def test_birth_date_and_gender_are_not_everybody_s(self):
        partner = self.env["res.partner"].create(
            {"name": "Nadia", "birthdate_date": "1990-01-01", "gender": "female"}
        )
        for kind in ("internal", "seller", "integration"):
            for name in ("birthdate_date", "gender"):
                with self.subTest(name, by=kind), self.assertRaises(AccessError):
                    partner.with_user(self.users[kind]).read([name])
                theirs = partner.with_user(self.users[kind])
                with (
                    self.subTest(name, by=kind, how="search"),
                    self.assertRaises(AccessError),
                ):
                    theirs.search([(name, "!=", False)])
            self.assertEqual(partner.with_user(self.users[kind]).name, "Nadia")
        for kind in ("desk", "manager", "auditor"):
            theirs = partner.with_user(self.users[kind])
            self.assertEqual(theirs.gender, "female")
        member = self.member("Sara", birthdate="1990-01-01")
        self.assertTrue(member.with_user(self.users["desk"]).birthdate_date)

    def test_merged_contacts_keep_them_whoever_merges(self):
        keeper, gone = self.env["res.partner"].create(
            [{"name": "Nadia"}, {"name": "Nadia", "birthdate_date": "1990-01-01"}]
        )
        clerk = self.user("clerk", "base.group_partner_manager")
        # Where Odoo's website is installed, its own merge asks for this right.
        if editor := self.env.ref("website.group_website_designer", False):
            clerk.group_ids += editor
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(clerk)
        wizard.create({})._update_foreign_keys(
            gone.with_user(clerk), keeper.with_user(clerk)
        )
        self.assertEqual(str(keeper.birthdate_date), "1990-01-01")
