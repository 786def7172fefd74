"""On Odoo's own image the drivers' files are copied among the box's: that is all."""

import json
import os
import pty
import shutil
import subprocess
import sys
import tty
from pathlib import Path

from club_setup.paths import CHECKOUT

HANDLERS = "iot_handlers"
# What the box does at its start, where the kernel's name says that it is a box.
AS_ON_A_BOX = """
import json, os, sys, time
import odoo
from odoo.tools import config
config.parse_config(["--http-interface=127.0.0.1"])
odoo.modules.module.initialize_sys_path()
import odoo.addons
odoo.addons.__path__ = [os.environ["BOX_ADDONS"], *odoo.addons.__path__]
import schedule
from odoo.addons.iot_drivers import main
from odoo.addons.iot_drivers.event_manager import event_manager
from odoo.addons.iot_drivers.tools import helpers
while not schedule.jobs:  # until the manager, which knows no box here, has finished
    time.sleep(0.05)
helpers.IS_RPI = True
helpers.load_iot_handlers()
interfaces = {n: i for n, i in main.interfaces.items() if n.startswith("LoyaltyClub")}
for interface in interfaces.values():
    interface().start()
while not main.iot_devices:
    time.sleep(0.05)
time.sleep(0.5)
os.write(int(os.environ["READER"]), bytes.fromhex("02") + b"0A0060D6D16D\\x03")
while not event_manager.events:
    time.sleep(0.05)
print(json.dumps({
    "loyalty_club_pos": "odoo.addons.loyalty_club_pos" in sys.modules,
    "interfaces": sorted(interfaces),
    "device": type(next(iter(main.iot_devices.values()))).__name__,
    "value": event_manager.events[0]["value"],
}), flush=True)
os._exit(0)
"""


def test_the_files_alone_are_enough(tmp_path):
    native = Path(os.environ["ODOO_SITE"]) / "odoo" / "addons"
    shutil.copytree(native / "iot_drivers", tmp_path / "addons" / "iot_drivers")
    shutil.copytree(
        CHECKOUT / "loyalty_club_pos" / HANDLERS,
        tmp_path / "addons" / "iot_drivers" / HANDLERS,
        dirs_exist_ok=True,
    )
    terminal, slave = pty.openpty()
    tty.setraw(slave)
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME")},
        "PYTHONPATH": os.environ["ODOO_SITE"],
        "ODOO_RC": os.devnull,
        "BOX_ADDONS": str(tmp_path / "addons"),
        "LOYALTY_CLUB_SERIAL_READERS": os.ttyname(slave),
        "READER": str(terminal),
    }
    os.close(slave)
    try:
        done = subprocess.run(
            [sys.executable, "-c", AS_ON_A_BOX],
            cwd=tmp_path,
            env=environment,
            pass_fds=[terminal],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(terminal)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "loyalty_club_pos": False,
        "interfaces": [
            "LoyaltyClubKeyboardInterface",
            "LoyaltyClubPcscInterface",
            "LoyaltyClubSerialInterface",
        ],
        "device": "LoyaltyClubSerialReader",
        "value": "0A0060D6D1",
    }
