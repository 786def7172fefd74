from odoo.tests import freeze_time

from odoo.addons.loyalty_club.tests.common import ClubCase


@freeze_time("2026-03-10 09:00:00")
class TestLists(ClubCase):
    """What another addon adds to a list is taken wherever the list is asked."""

    def call(self, method, **arguments):
        clubs = self.env["loyalty.club"].with_user(self.users["integration"])
        return getattr(clubs, method)(club="test", **arguments)

    def fob(self, value):
        return [{"scheme": "fob", "value": value}]

    def test_a_scheme_of_identifiers(self):
        self.call("enroll", key="1", name="Ali", identifiers=self.fob("f-123456"))
        for text in ("F123456", "f-123456"):
            answer = self.call("member_get", member=text)
            self.assertEqual(answer["name"], "Ali")
        with self.assertClubError("unknown_member"):
            self.call("member_get", member="F123457")

    def test_what_is_none_of_the_scheme_is_refused(self):
        for value in ("123456", "F12345", "4111 1111 1111 1111"):
            with self.subTest(value), self.assertClubError("invalid_payload"):
                self.call("enroll", key="1", name="Ali", identifiers=self.fob(value))
        for scheme in ("number", "tattoo"):
            with self.subTest(scheme), self.assertClubError("invalid_payload"):
                self.call(
                    "enroll",
                    key="1",
                    name="Ali",
                    identifiers=[{"scheme": scheme, "value": "F123456"}],
                )
        self.assertFalse(
            self.env["loyalty.club.member"].search_count(
                [("club_id", "=", self.club.id)]
            )
        )

    def test_two_members_have_no_fob_in_common(self):
        self.call("enroll", key="1", name="Ali", identifiers=self.fob("F123456"))
        with self.assertClubError("ambiguous_member"):
            self.call(
                "enroll",
                key="2",
                name="Sara",
                mobile="+989121234567",
                identifiers=self.fob("F123456"),
            )

    def test_a_channel_of_consent(self):
        answer = self.call("enroll", key="1", name="Ali", consent={"push": True})
        member = self.env["loyalty.club.member"].search(
            [("number", "=", answer["number"])]
        )
        self.assertTrue(member.consent_push)
        self.assertEqual(member.consent_ids.mapped("channel"), ["push"])
        with self.assertClubError("invalid_payload"):
            self.call("enroll", key="2", name="Sara", consent={"pigeon": True})
        member._erase("they asked for it")
        self.assertFalse(member.consent_push)

    def test_a_kind_of_entries(self):
        self.club.write({"expiry_mode": "inactivity", "expiry_count": 2})
        member = self.member("Ali")
        self.grant(member, 10)
        card = self.card(member)
        before = card.club_idle_expires_on
        with freeze_time("2026-04-10 09:00:00"):
            self.grant(member, 5, kind="prize")
        card.invalidate_recordset()
        self.assertGreater(card.club_idle_expires_on, before, "it is activity")
        entry = self.entries(member)[-1]
        self.assertEqual((entry.kind, entry.issued), ("prize", 5))
        self.assertEqual(
            card.history_ids.sorted("id")[-1].description, "Won", "native history"
        )
