"""Loads the club's drivers, because the box's program does so on its own image only."""

import importlib
from pathlib import Path

from odoo.tools.misc import file_path

from odoo.addons.iot_drivers import interface as iot_interface

HANDLERS = "odoo.addons.iot_drivers.iot_handlers"


def start() -> None:
    """Look for the readers that are named, now and for as long as the box runs."""
    for found in _interfaces().values():
        found().start()


def _interfaces() -> dict[str, type]:
    """The club's interfaces, after its drivers, which an interface has to find.

    The files import one another by the names that they have on a box, where they are
    copied among Odoo's own.
    """
    # Into a list of our own: the box's manager goes through its list in another thread
    # meanwhile, and would start some of them too.
    native, iot_interface.interfaces = iot_interface.interfaces, {}
    try:
        for kind in ("drivers", "interfaces"):
            folder = Path(file_path(f"loyalty_club_pos/iot_handlers/{kind}"))
            importlib.import_module(f"{HANDLERS}.{kind}").__path__.append(str(folder))
            for path in sorted(folder.glob("*.py")):
                importlib.import_module(f"{HANDLERS}.{kind}.{path.stem}")
        return iot_interface.interfaces
    finally:
        iot_interface.interfaces = native
