from .common import ClubCase


class TestMergeContacts(ClubCase):
    """Odoo's own merging of contacts loses no point and no number."""

    def setUp(self):
        super().setUp()
        self.ali = self.member("Ali", mobile="09121110001")
        self.twin = self.member("Ali again", mobile="09121110002")

    def merge(self, *partners, into):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        ids = [partner.id for partner in (*partners, into)]
        wizard._merge(ids, into, extra_checks=False)
        self.env.invalidate_all()

    def test_both_members_become_one(self):
        self.grant(self.ali, 100)
        self.grant(self.twin, 30)
        self.grant(self.twin, 700, "wallet")
        number = self.twin.number
        self.merge(self.twin.partner_id, into=self.ali.partner_id)
        self.assertEqual(self.available(self.ali), 130)
        self.assertEqual(self.available(self.ali, "wallet"), 700)
        find = self.env["loyalty.club.member"]._find
        for text in (number, self.ali.number, "09121110001", "09121110002"):
            self.assertEqual(find(self.club, text), self.ali)
        self.assertEqual(self.twin.merged_into_id, self.ali)
        self.assertEqual(self.ledger._check_club(self.club)["differences"], 0)

    def test_the_way_of_the_points_is_told_by_entries(self):
        self.grant(self.twin, 30)
        self.merge(self.twin.partner_id, into=self.ali.partner_id)
        kinds = [
            (entry.kind, entry.amount, entry.counterpart_id.member_id)
            for entry in self.env["loyalty.club.entry"].search(
                [("kind", "=", "transfer"), ("club_id", "=", self.club.id)], order="id"
            )
        ]
        self.assertEqual(
            kinds, [("transfer", -30, self.ali), ("transfer", 30, self.twin)]
        )

    def test_a_contact_that_is_no_member_takes_the_membership_over(self):
        stranger = self.env["res.partner"].create({"name": "Ali (new)"})
        self.grant(self.ali, 40)
        self.merge(self.ali.partner_id, into=stranger)
        self.assertEqual(self.ali.partner_id, stranger)
        self.assertEqual(self.available(self.ali), 40)

    def test_accounts_without_members_are_folded(self):
        program = self.club.points_program_id
        partners = self.env["res.partner"].create([{"name": "A"}, {"name": "B"}])
        cards = self.env["loyalty.card"].create(
            [{"program_id": program.id, "partner_id": p.id} for p in partners]
        )
        for card, units in zip(cards, (10, 5), strict=True):
            self.ledger._grant(card.id, units, "bonus")
        self.merge(partners[0], into=partners[1])
        self.assertEqual(cards[1].points, 15)
        self.assertEqual((cards[0].points, cards[0].active), (0, False))
