"""A bank card is swiped at the till; then its number is searched for everywhere."""

import logging
import re
import threading
import time
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import ChromeBrowser
from odoo.tools import SQL

from odoo.addons.loyalty_club.tests.common import ClubKit
from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon

PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"
PAN = "6037990000000006"  # passes Luhn's check; nobody has it
TRACK = f";{PAN}=29011010000012345?"
# A reader's card that is no bank's, to see that what is sent is seen.
OTHER_CARD = "04A22B1C"
TEXTS = {
    "number": f"{PAN}\n",
    "track": f"{TRACK}\n",
    "tracks": f"%B{PAN}^REZAEI/ALI^29011010000012345?\n{TRACK}\n",
    "card": f"{OTHER_CARD}\n",
}
# In ASCII and Persian digits, with blanks or dashes between or not.
FOUND = re.compile(
    "|".join(
        "[ -]?".join(digits[at : at + 4] for at in range(0, 16, 4))
        for digits in (PAN, PAN.translate(str.maketrans("0123456789", PERSIAN_DIGITS)))
    )
)
# What a US keyboard and a Persian layout (ISIRI 9147) have on the keys that are typed.
KEYS = {
    ";": ("Semicolon", False, "ک"),
    "=": ("Equal", False, "="),
    "?": ("Slash", True, "؟"),
    "/": ("Slash", False, "/"),
    "%": ("Digit5", True, "٪"),
    "^": ("Digit6", True, "×"),
}
LETTERS = dict(zip("ABCEILRZ", "ؤ\u200cژ\u064d\u0651أ\u064bك", strict=True))
SHIFT = 8


def key_events(char, persian):
    """The two events of a key, as Chromium's protocol wants them."""
    if char == "\n":
        key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
        return [{**key, "type": "keyDown", "text": "\r"}, {**key, "type": "keyUp"}]
    if char.isdigit():
        code, shift, there = f"Digit{char}", False, PERSIAN_DIGITS[int(char)]
    elif char in KEYS:
        code, shift, there = KEYS[char]
    else:
        code, shift, there = f"Key{char}", True, LETTERS[char]
    typed = there if persian else char
    key = {"key": typed, "code": code, "modifiers": SHIFT * shift}
    return [{**key, "type": "keyDown", "text": typed}, {**key, "type": "keyUp"}]


class Watch(logging.Handler):
    """Remembers which loggers wrote a card's number, not what they wrote."""

    def __init__(self):
        super().__init__()
        self.guilty = set()
        self.heard = set()

    def emit(self, record):
        message = record.getMessage()
        if FOUND.search(message):
            self.guilty.add(record.name)
        if OTHER_CARD in message:
            self.heard.add(record.name)


@tagged("post_install", "-at_install")
class TestBankCard(ClubKit, TestPointOfSaleHttpCommon):
    # Those that write what is sent and stored, when one asks them to.
    TALKATIVE = ("odoo.service.model", "odoo.sql_db", "odoo.http")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(su=True)
        cls.club = cls.new_club("till", cls._get_main_company(), name="Corner Club")
        cls.main_pos_config.club_id = cls.club
        cls.main_pos_config.with_user(cls.pos_user).open_ui()

    def setUp(self):
        super().setUp()
        self.requests = []
        self.typists = []
        self.watch = Watch()
        for name in self.TALKATIVE:
            self._listen(logging.getLogger(name), logging.DEBUG, propagate=False)
        root = logging.getLogger()
        root.addHandler(self.watch)
        self.addCleanup(root.removeHandler, self.watch)

    def _listen(self, logger, level, propagate):
        before = logger.level, logger.propagate
        logger.addHandler(self.watch)
        logger.setLevel(level)
        logger.propagate = propagate

        def restore():
            logger.removeHandler(self.watch)
            logger.setLevel(before[0])
            logger.propagate = before[1]

        self.addCleanup(restore)

    # ------------------------------------------------------------ the browser's side

    def _watched_browser(self):
        """Let the browser type for the tour, and write down what it sends."""
        test = self
        console = ChromeBrowser._handle_console
        paused = ChromeBrowser._handle_request_paused

        def handle_console(browser, type, args=None, **kw):
            text = str(args[0].get("value", "")) if args else ""
            if text.startswith("[keys] "):
                typist = threading.Thread(target=test._type, args=(browser, text))
                test.typists.append(typist)
                typist.start()
            return console(browser, type, args=args, **kw)

        def handle_request_paused(browser, **params):
            request = params["request"]
            test.requests.append(f"{request['url']} {request.get('postData', '')}")
            return paused(browser, **params)

        patches = {
            "_handle_console": handle_console,
            "_handle_request_paused": handle_request_paused,
        }
        for name, method in patches.items():
            self.startPatcher(patch.object(ChromeBrowser, name, method))

    def _type(self, browser, order):
        _keys, name, *how = order.split()
        for char in TEXTS[name]:
            for event in key_events(char, "persian" in how):
                browser._websocket_send("Input.dispatchKeyEvent", params=event)
            time.sleep(0.08 if "slowly" in how else 0.004)

    # -------------------------------------------------------------------- the search

    def _tables_with_number(self):
        """Names of tables in which any column of any row has the number."""
        self.env.flush_all()
        tables = self.env.execute_query(
            SQL(
                """SELECT tablename FROM pg_tables
                WHERE schemaname = current_schema() ORDER BY tablename"""
            )
        )
        return [
            table
            for (table,) in tables
            if self.env.execute_query(
                SQL(
                    "SELECT 1 FROM %s AS row WHERE row::text ~ %s LIMIT 1",
                    SQL.identifier(table),
                    FOUND.pattern,
                )
            )
        ]

    def test_swiped_bank_card_is_nowhere(self):
        """Fast and slow, on the page and in fields, with a Latin and Persian layout."""
        self._watched_browser()
        self.start_pos_tour("ClubBankCardTour", timeout=120)
        for typist in self.typists:
            typist.join()
        self.assertEqual(len(self.typists), 9)
        sent = "\n".join(self.requests)
        self.assertIn(OTHER_CARD, sent, "what is sent isn't seen here")
        self.assertFalse(FOUND.search(sent), "the browser sent the number")
        self.assertIn("odoo.service.model", self.watch.heard, "nor what is logged")
        self.assertFalse(self.watch.guilty, "the number is in the log")
        self.assertFalse(self._tables_with_number(), "the number is in the database")

    def test_search_finds_what_is_there(self):
        """Negative control: the number is found where somebody did write it."""
        for spelled in (PAN, "6037 9900 0000 0006", "۶۰۳۷۹۹۰۰۰۰۰۰۰۰۰۶"):
            with self.subTest(spelled):
                partner = self.env["res.partner"].create(
                    {"name": "Ali", "comment": f"card {spelled}"}
                )
                self.assertIn("res_partner", self._tables_with_number())
                logging.getLogger("odoo.service.model").debug("paid by %s", spelled)
                self.assertIn("odoo.service.model", self.watch.guilty)
                partner.unlink()
                self.watch.guilty.clear()
        self.assertFalse(self._tables_with_number())
