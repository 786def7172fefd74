"""A real Odoo server in a process of its own, on a database of its own.

with database_from_template() as database, running_server(database) as server:
    requests.get(f"{server.url}/web/login", timeout=60)
    server.kill()  # as kill -9 does
    server.start()
"""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

from club_setup import databases
from club_setup.paths import LOGS

START_SECONDS = 120


@contextmanager
def database_from_template(name: str = "outside"):
    """Name of a fresh database with our addons, Odoo's own loyalty in all its
    places, and no demo data (user admin, password admin). Dropped afterwards."""
    template = os.environ.get("LOYALTY_CLUB_TEMPLATE") or databases.club_template()
    with databases.scratch(template, name) as database:
        yield database


class Server:
    """``workers=0`` is one process with threads; more are forked processes."""

    def __init__(self, database, workers=0, environment=None, arguments=()):
        self.database = database
        self.port = databases.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = LOGS / f"server-{database}.log"
        self._environment = {**os.environ, **(environment or {})}
        self._command = [
            sys.executable,
            str(Path(__file__).with_name("odoo_cli.py")),
            "-d",
            database,
            f"--db-filter=^{database}$",
            f"--workers={workers}",
            "--max-cron-threads=0",
            f"--http-port={self.port}",
            f"--gevent-port={databases.free_port()}",
            *arguments,
        ]
        self._process = None

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        """Returns when the server answers."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "a") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_served()
        except BaseException:
            self.kill()
            raise

    def _wait_until_served(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{self.url}/web/health", timeout=30).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"Odoo did not start; see {self.log}")

    def kill(self) -> None:
        """Ends the server and its workers at once, whatever they are doing."""
        if self._process is not None:
            with suppress(ProcessLookupError):  # it had ended by itself
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """Lets the server finish its requests."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()


@contextmanager
def running_server(database, workers=0, environment=None, arguments=()):
    """A started ``Server``, stopped afterwards.

    ``environment`` is added to this process's (another cluster, the pepper),
    ``arguments`` to Odoo's command line.
    """
    server = Server(database, workers, environment, arguments)
    server.start()
    try:
        yield server
    finally:
        server.stop()
