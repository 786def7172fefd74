"""Which readers belong to the club: nothing that isn't named is ever opened.

A mute reader can't be told from a scale, nor a reader that types from a keyboard, so
the box can't find out by itself.
"""

import configparser
import os
from functools import cache

from odoo.tools import config

SECTION = "loyalty_club"


@cache
def setting(name: str) -> str:
    """``LOYALTY_CLUB_<NAME>`` of the environment, or ``name`` of the section
    ``[loyalty_club]`` in Odoo's configuration file; "" if in neither."""
    if value := os.environ.get(f"LOYALTY_CLUB_{name.upper()}"):
        return value
    parser = configparser.RawConfigParser()
    parser.read(config["config"] or [])
    return parser.get(SECTION, name, fallback="")


def names(setting_name: str) -> list[str]:
    """The setting's comma-separated names."""
    return [name.strip() for name in setting(setting_name).split(",") if name.strip()]


def devices(setting_name: str) -> dict[str, dict]:
    """Those of the named device files that are plugged in, as an interface wants them.

    Links of udev (``/dev/serial/by-id/…``) are followed, so that a device has the
    same identifier here as in Odoo's own interfaces and is opened only once.
    """
    paths = {os.path.realpath(path) for path in names(setting_name)}
    return {path: {"identifier": path} for path in paths if os.path.exists(path)}
