"""Cards are tapped at a reader of Odoo's real box program, and a till hears of it.

Everything but the reader itself is real: the box is a process with the addon
``loyalty_club_box``, the till is Chromium, and a cable that can be pulled out lies
between them. A tour tells by ``[box] …`` on its console what happens at the box.
"""

import functools
import importlib
import os
import queue
import sys
import threading
import time
import unittest
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import ChromeBrowser

from odoo.addons.loyalty_club.models.member.joining import PEPPER
from odoo.addons.loyalty_club.tests.common import ClubKit
from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon

from .common import TillCase

CHECKOUT = Path(__file__).resolve().parents[2]
# A number that passes the check of bank cards, and belongs to nobody.
PAN = "6037990000000006"
CARDS = {
    "sara": "0A0060D6D1",
    "omid": "0A0060D6D2",
    "lost": "0A0060D6D3",
    # Hexadecimal, though it could as well be the decimal number on another card.
    "new": "0012345678",
}
SENT = {name: card[2:] for name, card in CARDS.items()}


def of_checkout(name):
    """A module of the checkout's ``tests/support``, which no addon has with it."""
    with patch.object(sys, "path", [str(CHECKOUT), *sys.path]):
        return importlib.import_module(f"tests.support.{name}")


@tagged("post_install", "-at_install")
@unittest.skipUnless(
    (CHECKOUT / "tests" / "support" / "box.py").exists() and "CHECKOUT" in os.environ,
    "the box's program is started with what setup/lib/env.sh prepares",
)
class TestBox(ClubKit, TestPointOfSaleHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(su=True)
        cls.env["loyalty.program"].search([]).active = False
        shop = cls._get_main_company()
        cls.club = cls.new_club("till", shop, name="Corner Club")
        cls.startClassPatcher(
            patch.dict(os.environ, {PEPPER: "of-the-tests-0123456789"})
        )
        cls.sara = cls._with_card("Sara Member", "sara")
        cls.omid = cls._with_card("Omid Member", "omid")
        lost = cls._with_card("Lina Loser", "lost")
        card = lost.identifier_ids.filtered(lambda item: item.scheme == "card")
        lost._block_identifier(card, "Lost")
        cls.support = of_checkout("box")
        cls.box = cls.enterClassContext(
            cls.support.running_box(readers=("serial", "keyboard"))
        )

    @classmethod
    def _with_card(cls, name, card):
        card = {"scheme": "card", "value": CARDS[card]}
        return cls.member(name, identifiers=[card])

    def setUp(self):
        super().setUp()
        # A box remembers taps for five seconds: those of the test before as well.
        self.box.restart()
        self.wire = self.enterContext(of_checkout("wire").running_wire(self.box.port))
        self.asked = []
        self._write_down_what_is_asked()
        self._listen_to_the_tour()
        self._open(self.main_pos_config)

    def _open(self, config):
        config.write({"club_id": self.club.id, "club_box_ip": self._address()})
        config.with_user(self.pos_user).open_ui()
        config.current_session_id.set_opening_control(0, "")

    def _address(self):
        return f"127.0.0.1:{self.wire.port}"

    def _write_down_what_is_asked(self):
        model = type(self.env["loyalty.club.till"])
        recognise, asked = model.recognise, self.asked

        @functools.wraps(recognise)
        def written(self, config_id, text, scheme=False):
            asked.append((config_id, text, scheme))
            return recognise(self, config_id, text, scheme)

        self.startPatcher(patch.object(model, "recognise", written))

    # -------------------------------------------------------- what happens at the box

    def _listen_to_the_tour(self):
        console = ChromeBrowser._handle_console
        orders = queue.SimpleQueue()
        self.problems = []

        def handle_console(browser, type, args=None, **kw):
            text = str(args[0].get("value", "")) if args else ""
            if text.startswith("[box] "):
                orders.put((browser, text.removeprefix("[box] ")))
            return console(browser, type, args=args, **kw)

        def obey():
            while order := orders.get():
                browser, text = order
                name, *arguments = text.split()
                try:
                    getattr(self, f"_box_{name}")(browser, *arguments)
                except Exception as error:
                    self.problems.append(f"{text}: {error!r}")
                done = f"document.body.dataset.box = '{text}'"
                browser._websocket_send("Runtime.evaluate", params={"expression": done})

        self.startPatcher(
            patch.object(ChromeBrowser, "_handle_console", handle_console)
        )
        worker = threading.Thread(target=obey)
        worker.start()
        self.addCleanup(worker.join)
        self.addCleanup(orders.put, None)

    def _box_tap(self, _browser, card, seconds="0.3"):
        self.box.tap(CARDS[card], float(seconds))

    def _box_taps(self, _browser, *cards):
        for card in cards:
            self.box.tap(CARDS[card])
            time.sleep(1.2)

    def _box_swipe(self, _browser, reader):
        if reader == "serial":
            self.box.send(b"\x02" + PAN.encode() + b"\x03")
        else:
            self.box.type(f";{PAN}=29011010000\n")

    def _box_kill(self, _browser):
        self.box.kill()

    def _box_start(self, _browser, clock="0"):
        self.box.clock = int(clock)
        self.box.start()

    def _box_freeze(self, _browser):
        self.box.freeze()

    def _box_thaw(self, _browser):
        self.box.thaw()

    def _box_cut(self, _browser):
        self.wire.cut()

    def _box_mend(self, _browser):
        self.wire.mend()

    # ---------------------------------------------------------------------- the tests

    def _tour(self, name):
        self.start_pos_tour(name, timeout=240)
        self.assertFalse(self.problems)

    def assertAsked(self, *cards, config=None):
        """So many questions and no more, in this order."""
        config = config or self.main_pos_config
        self.assertEqual(
            [(text, scheme) for id_, text, scheme in self.asked if id_ == config.id],
            [(SENT[card], "card") for card in cards],
        )

    def test_cards(self):
        """A member's, one that nobody has yet, a blocked one, and a bank's."""
        self._tour("ClubBoxCardsTour")
        self.assertAsked("sara", "new", "new", "lost", "omid")
        # A keyboard wedge types the decimal number that is printed on the card.
        find = self.env["loyalty.club.member"]._find
        self.assertEqual(find(self.club, str(0x12345678).zfill(10)), self.sara)
        self.assertIn(CARDS["sara"].encode(), self.wire.carried)
        self.assertIn(b'"bank_card"', self.wire.carried)
        # Nor the account number of it, without what all cards of a bank begin with.
        self.assertNotIn(PAN[6:].encode(), self.wire.carried)

    def test_box_starts_anew(self):
        """After a power cut, also with a clock that is years behind or ahead."""
        self.addCleanup(setattr, self.box, "clock", 0)
        self._tour("ClubBoxStartsAnewTour")
        self.assertAsked("sara", "omid", "sara", "omid")

    def test_network_is_cut(self):
        """A pulled cable is noticed, and so is a box that takes calls in silence."""
        self._tour("ClubBoxCutTour")
        self.assertAsked("sara", "omid", "sara", "omid")

    def test_two_tills(self):
        """Two pages of Chromium and a program hear of all that is tapped at one box."""
        other = self.main_pos_config.copy({"name": "Till 2"})
        self._open(other)
        heard, stopped = [], threading.Event()

        def listen():
            till = self.support.Till(self.box, since=time.time())
            while not stopped.is_set():
                if event := till.hear(timeout=1):
                    heard.append(event["value"])

        program = threading.Thread(target=listen)
        program.start()
        self.addCleanup(program.join)
        self.addCleanup(stopped.set)
        self.other_url = f"{self.base_url()}{self._get_url(other)}"
        self._tour("ClubBoxTwoTillsTour")
        taps = ["sara", "omid"] * 4
        self.assertAsked(*taps)
        self.assertAsked(*taps, config=other)
        self.assertEqual(heard, [CARDS[card] for card in taps])

    def _box_open(self, browser):
        """Open the other till in a page of its own, as if somebody had clicked."""
        code = f"window.otherTill = window.open('{self.other_url}')"
        params = {"expression": code, "userGesture": True}
        browser._websocket_send("Runtime.evaluate", params=params)

    def _box_hear(self, _browser, count):
        """Wait until both pages asked about so many taps."""
        deadline = time.monotonic() + 30
        while len(self.asked) < 2 * int(count):
            self.assertLess(time.monotonic(), deadline, self.asked)
            time.sleep(0.1)


class TestCardNumbers(TillCase):
    """One card, whatever kind of reader says its number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(
            patch.dict(os.environ, {PEPPER: "of-the-tests-0123456789"})
        )
        cls.ali = cls.member("Ali")

    def status(self, text, **options):
        answer = self.ask("recognise", text, **options)
        if answer["status"] == "found":
            self.assertEqual(
                answer["member"]["partner_id"], self.ali.partner_id.id, text
            )
        return answer["status"]

    def test_a_card_attached_at_the_box_is_found_by_what_a_keyboard_types(self):
        for serial in (0x00BC614E, 0xFFFFFFFF, 0x12345678, 0x00000042):
            at_box = f"{serial:08X}"
            with self.subTest(at_box):
                self.assertEqual(self.status(at_box, scheme="card"), "unknown")
                self.ask("attach_card", self.ali.partner_id.id, at_box)
                self.assertEqual(self.status(at_box, scheme="card"), "found")
                self.assertEqual(self.status(f"{serial:010d}"), "found")
                self.assertEqual(self.status(at_box), "found")
                self.assertEqual(self.status(at_box.lower()), "found")
                self.assertEqual(self.status(f"A0{at_box}"), "found")
                other = f"{serial ^ 1:08X}"
                self.assertEqual(self.status(other, scheme="card"), "unknown")
