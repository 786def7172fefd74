"""The table of bank cards' numbers that server, till and box share, and its issuers."""

import json
import re
from pathlib import Path

STATIC = Path(__file__).parents[2] / "loyalty_club_pos" / "static"


def cases(name="BANK_CARD_CASES"):
    """List of [text, whether it holds a card's number, why]."""
    return _array(STATIC / "tests" / "unit" / "bank_card_cases.js", name)


def issuers():
    """The till's table of issuers."""
    return _array(STATIC / "src" / "app" / "utils" / "card_numbers.js", "ISSUERS")


def _array(path, name):
    found = re.search(rf"export const {name} = (\[.*?\n\]);", path.read_text(), re.S)
    return json.loads(re.sub(r",\s*\]$", "]", found[1]))
