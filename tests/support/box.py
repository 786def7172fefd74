"""Odoo's real box program in a process of its own, with our addon and no database.

with running_box() as box:
    till = Till(box)
    box.tap("0A0060D6D1")
    till.hear()  # {"kind": "em4100", "value": "0A0060D6D1", "tap": …}

The serial reader is a pseudo-terminal. There is no kernel in which a test could plug in
a keyboard or a PC/SC reader, nor one whose clock it may set: for these three a library
is replaced (``box_hardware``), the rest is the real thing.
"""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
import tty
import urllib.error
import urllib.request
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path

from club_setup import databases
from club_setup.paths import CHECKOUT, LOGS

from tests.support.box_hardware import evdev

START_SECONDS = 60
FRAME_SECONDS = 0.05  # an RDM6300 repeats its frame so often while a card is near
ADDONS = "base,web,iot_drivers,loyalty_club_box"
# Of a keyboard's numbers (linux/input-event-codes.h) those that readers type here.
KEYS = {
    **{digit: code for code, digit in enumerate("1234567890", start=2)},
    **dict(zip("ABCDEF", (30, 48, 46, 32, 18, 33), strict=True)),
    **{"=": 13, ";": 39, "\n": 28},
}
SHIFT = 42


def frame(card: str) -> bytes:
    """An RDM6300's frame, by its data sheet and not by our driver."""
    numbers = [int(card[i : i + 2], 16) for i in range(0, 10, 2)]
    checksum = 0
    for number in numbers:
        checksum = checksum ^ number
    return b"\x02" + f"{card}{checksum:02X}".encode() + b"\x03"


def ask(url: str, params: dict, origin: str | None = None, timeout: float = 60):
    """The answer of a route that speaks JSON-RPC, as a browser asks it."""
    headers = {"Content-Type": "application/json"}
    if origin:
        headers["Origin"] = origin
    body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
    request = urllib.request.Request(url, body, headers)
    with urllib.request.urlopen(request, timeout=timeout) as response:
        answer = json.load(response)
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["result"]


class Till:
    """A browser that polls the box as Odoo's own client does.

    :param device: its identifier or its type
    :param since: time of the event that it had last; 0 before it had any
    """

    def __init__(self, box, device: str = "device", since: float = 0):
        self._box = box
        self._listener = {
            "session_id": uuid.uuid4().hex,
            "devices": {device: {"device_identifier": device}},
            "last_event": since,
        }

    def hear(self, timeout: float = 20) -> dict | None:
        """The next event, or None when there is none within so many seconds."""
        url = f"{self._box.url}/iot_drivers/event"
        try:
            event = ask(url, {"listener": self._listener}, timeout=timeout)
        except TimeoutError:
            return None
        if event:
            # What Odoo's client insists on.
            assert event["session_id"] == self._listener["session_id"]
            assert event["device_identifier"] in self._listener["devices"]
            self._listener["last_event"] = event["time"]
        return event

    def hear_all(self, quiet: float = 2) -> list[dict]:
        """Events until there are none for so many seconds."""
        events = []
        while event := self.hear(quiet):
            events.append(event)
            assert len(events) < 100, "this has no end"
        return events


class Box:
    """``readers`` are those that the box is told of: serial, keyboard, pcsc.

    ``settings`` go into the configuration file's section ``[loyalty_club]`` too.
    """

    def __init__(self, folder: Path, readers=("serial",), addons=ADDONS, **settings):
        self.port = databases.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = LOGS / f"box-{folder.name}.log"
        self.folder = folder
        self.serial = folder / "serial"  # as udev's link in /dev/serial/by-id
        self.keyboard = folder / "keyboard"
        self.pcsc = folder / "pcsc"
        self.clock = 0  # seconds by which its clock is ahead, from the next start on
        self._addons = addons
        named = {
            "serial": self.serial,
            "keyboard": self.keyboard,
            "pcsc": "acr122, another",
        }
        self._readers = len(readers)
        self._settings = {f"{reader}_readers": named[reader] for reader in readers}
        self._settings.update(settings)
        self._process = None
        self._terminal = None

    # --- the program -----------------------------------------------------

    def configure(self) -> None:
        os.mkfifo(self.keyboard)
        self.pcsc.mkdir()
        self.lay("")
        # Odoo's box looks for its file above the folder that it is started in.
        (self.folder / "program").mkdir()
        options = {
            "addons_path": os.environ["ODOO_ADDONS_PATH"],
            "data_dir": self.folder / "data",
            "http_interface": "127.0.0.1",
            "http_port": self.port,
            "list_db": False,
            "max_cron_threads": 0,
            "server_wide_modules": self._addons,
        }
        lines = ["[options]", *(f"{name} = {options[name]}" for name in options)]
        lines += ["[loyalty_club]", *(f"{k} = {v}" for k, v in self._settings.items())]
        (self.folder / "odoo.conf").write_text("\n".join(lines) + "\n")

    def start(self) -> None:
        """Returns when the box answers and its readers listen."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        heard = self._listening()
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ODOO_", "PG", "LOYALTY_CLUB_"))
        }
        environment["PYTHONPATH"] = os.pathsep.join(
            [os.environ["ODOO_SITE"], str(CHECKOUT / "tests/support/box_hardware")]
        )
        environment["BOX_PCSC_FOLDER"] = str(self.pcsc)
        environment["BOX_CLOCK"] = str(self.clock)
        environment["PGHOST"] = str(self.folder / "nowhere")  # a box has none
        with open(self.log, "a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "odoo", "-c", str(self.folder / "odoo.conf")],
                cwd=self.folder / "program",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until(self._answers)
            self.wait_for_readers(heard + self._readers)
        except BaseException:
            self.kill()
            raise

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError(f"the box did not start; see {self.log}")
        try:
            urllib.request.urlopen(f"{self.url}/hw_proxy/hello", timeout=10).close()
        except urllib.error.HTTPError:
            raise
        except OSError:
            return False
        return True

    def _wait_until(self, condition) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                raise RuntimeError(f"the box waits for something; see {self.log}")
            time.sleep(0.05)

    def _listening(self) -> int:
        text = self.log.read_text() if self.log.exists() else ""
        return len(re.findall(r"Card reader .* is listening", text))

    def wait_for_readers(self, count: int) -> None:
        """Until readers began to listen so many times since the first start."""
        self._wait_until(lambda: self._listening() >= count)

    def kill(self) -> None:
        """As ``kill -9`` and a power cut do."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def freeze(self) -> None:
        """It stops in the middle of what it does, while connections stay open."""
        os.killpg(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self._process.pid, signal.SIGCONT)

    def restart(self) -> None:
        self.kill()
        self.start()

    # --- its readers -----------------------------------------------------

    def plug(self) -> str:
        """Plug the serial reader in. :return: its device file"""
        self._terminal, slave = pty.openpty()
        tty.setraw(slave)
        path = os.ttyname(slave)
        os.close(slave)
        self.serial.unlink(missing_ok=True)
        self.serial.symlink_to(path)
        return path

    def unplug(self) -> None:
        if self._terminal is not None:
            os.close(self._terminal)
            self._terminal = None

    def send(self, data: bytes) -> None:
        """Bytes from the serial reader."""
        os.write(self._terminal, data)

    def tap(self, card: str, seconds: float = 0.3) -> None:
        """Hold a card, ten hexadecimal digits, near the serial reader."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.send(frame(card))
            time.sleep(FRAME_SECONDS)

    def type(self, text: str) -> None:
        """Let the keyboard reader type."""
        events = b""
        for char in text:
            key = KEYS[char]
            shift = char.isalpha()
            if shift:
                events += evdev.EVENT.pack(1, SHIFT, 1)
            events += evdev.EVENT.pack(1, key, 1) + evdev.EVENT.pack(0, 0, 0)
            events += evdev.EVENT.pack(1, key, 0) + evdev.EVENT.pack(0, 0, 0)
            if shift:
                events += evdev.EVENT.pack(1, SHIFT, 0)
        with open(self.keyboard, "r+b", buffering=0) as keyboard:
            keyboard.write(events)

    def lay(self, card: str, reader: str = "ACR122U") -> None:
        """Lay a card on a PC/SC reader: its serial number, "bank", or "" to take it."""
        file = self.folder / "card"
        file.write_text(card)
        file.rename(self.pcsc / reader)


@contextmanager
def running_box(readers=("serial",), addons: str = ADDONS, **settings):
    """A started ``Box`` whose serial reader is plugged in, stopped afterwards."""
    with tempfile.TemporaryDirectory(prefix="box") as folder:
        box = Box(Path(folder), readers, addons, **settings)
        box.configure()
        box.plug()
        try:
            box.start()
            yield box
            box.log.unlink()  # kept when a test fails
        finally:
            box.kill()
            box.unplug()
