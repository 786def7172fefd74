import os
from unittest.mock import patch

from odoo.addons.loyalty_club.models.member.joining import PEPPER
from odoo.addons.loyalty_club.tests.common import ClubCase

from ..models.club.member import PEPPERED


class TestPinPepper(ClubCase):
    """A backup alone doesn't tell PINs: they are hashed with what isn't in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        pepper = patch.dict(os.environ, {PEPPER: "a pepper of the shop's"})
        cls.enterClassContext(pepper)
        cls.ali, cls.sara = cls.member("Ali"), cls.member("Sara")
        cls.crypt = cls.env["res.users"]._crypt_context()

    def test_the_hash_needs_the_pepper(self):
        self.ali._set_pin("2580")
        stored = self.ali.pin_hash
        self.assertTrue(stored.startswith(PEPPERED))
        self.assertNotIn("2580", stored)
        # Who has a backup tries each PIN, and finds none.
        self.assertFalse(self.crypt.verify("2580", stored.removeprefix(PEPPERED)))
        self.assertEqual(self.ali._check_pin("2580"), (True, 5))
        self.assertEqual(self.ali._check_pin("2581"), (False, 4))

    def test_another_pepper_or_member_is_another_hash(self):
        self.ali._set_pin("2580")
        self.sara.pin_hash = self.ali.pin_hash
        self.assertFalse(self.sara._check_pin("2580")[0])
        with patch.dict(os.environ, {PEPPER: "the pepper of somebody else"}):
            self.assertFalse(self.ali._check_pin("2580")[0])
        self.assertTrue(self.ali._check_pin("2580")[0])

    def test_an_old_hash_is_replaced_when_the_pin_is_right(self):
        self.ali.pin_hash = self.crypt.hash("2580")
        self.assertFalse(self.ali._check_pin("0000")[0])
        self.assertFalse(self.ali.pin_hash.startswith(PEPPERED))
        self.assertTrue(self.ali._check_pin("2580")[0])
        self.assertTrue(self.ali.pin_hash.startswith(PEPPERED))
        self.assertTrue(self.ali._check_pin("2580")[0])

    def test_without_a_pepper_no_pin_is_set(self):
        for pepper in ("", "short"):
            with patch.dict(os.environ, {PEPPER: pepper}):
                with self.assertClubError("invalid_payload") as caught:
                    self.ali._set_pin("2580")
                self.assertIn(PEPPER, str(caught.exception))
        self.assertFalse(self.ali.pin_hash)
        # One from before goes on, as it is.
        self.ali.pin_hash = self.crypt.hash("2580")
        with patch.dict(os.environ, {PEPPER: ""}):
            self.assertTrue(self.ali._check_pin("2580")[0])
        self.assertFalse(self.ali.pin_hash.startswith(PEPPERED))
