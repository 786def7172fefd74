"""Where things lie, and how to speak to the person at the terminal."""

import ast
import fcntl
import hashlib
import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(os.environ["CHECKOUT"])
CACHE = Path(os.environ["CACHE"])
FILESTORES = Path(os.environ["ODOO_DATA_DIR"]) / "filestore"
LOGS = CACHE / "logs"

STARTED = int(os.environ["LOYALTY_CLUB_STARTED"])


class SetupError(Exception):
    """Something the person at the terminal can mend; its text says what."""


def _interrupt(*_signal) -> None:
    raise KeyboardInterrupt


def clean_up_when_terminated() -> None:
    """Makes ``kill`` end a command as Ctrl-C does: databases are dropped, and
    servers stopped, on the way out."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)


def say(text: str) -> None:
    print(f"[{time.time() - STARTED:4.0f}s] {text}", file=sys.stderr, flush=True)


@contextmanager
def lock(name: str, wait: bool = True):
    """One process at a time over all checkouts; BlockingIOError if not waiting."""
    (CACHE / "locks").mkdir(parents=True, exist_ok=True)
    with open(CACHE / "locks" / name, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield


def addons() -> list[str]:
    """The addons of this checkout that a database can have installed."""
    return [name for name in all_addons() if _manifest(name).get("installable", True)]


def shop_addons() -> list[str]:
    """Those of them that a shop installs: not the one that tests the hooks."""
    return [name for name in addons() if not name.startswith("test_")]


def all_addons() -> list[str]:
    """The addons of this checkout, also those that no database can have."""
    return sorted(path.parent.name for path in CHECKOUT.glob("*/__manifest__.py"))


def is_for_tests(addon: str) -> bool:
    """Whether it is there to test the others, and no shop installs it."""
    return addon.startswith("test_")


def _manifest(name: str) -> dict:
    return ast.literal_eval((CHECKOUT / name / "__manifest__.py").read_text())


def with_what_they_need(names: Iterable[str]) -> list[str]:
    """These addons of ours and those of ours that they stand on."""
    found, ours = set(), set(addons())
    more = set(names) & ours
    while more:
        found |= more
        more = {on for name in more for on in _manifest(name)["depends"]} & ours - found
    return sorted(found)


def short_hash(*texts: bytes) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(len(text).to_bytes(8, "big") + text)
    return digest.hexdigest()[:12]


def sources_hash(names: Iterable[str] | None = None) -> str:
    """Names what of the addons ends in a database: all but tests, style and pages."""
    texts = []
    for addon in addons() if names is None else names:
        for path in sorted((CHECKOUT / addon).rglob("*")):
            parts = path.relative_to(CHECKOUT).parts
            ignored = {parts[1]} & {"tests", "static", "readme", "README.rst"}
            if path.is_file() and not ignored and "__pycache__" not in parts:
                texts += ["/".join(parts).encode(), path.read_bytes()]
    return short_hash(*texts)
