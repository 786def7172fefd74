from odoo.exceptions import AccessError

from .common import ClubCase

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
    "loyalty.club.call": ("", "r", "r", ""),
    "loyalty.club.check": ("", "r", "r", ""),
    "loyalty.club.cap.use": ("", "r", "r", ""),
    "loyalty.club.exception": ("r", "r", "r", ""),
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
        """The wizards too: what he may open must not change anything."""
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
        his = member.with_user(self.users["desk"])
        self.assertEqual(his.points_balance, 10)
        self.assertEqual(his.entry_ids.mapped("amount"), [10])
        self.assertEqual(his.card_ids.history_ids.mapped("issued"), [10])
