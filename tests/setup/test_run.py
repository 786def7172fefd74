"""``setup/run`` as a person at a terminal meets it."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
import xmlrpc.client

import pytest
from club_setup import databases
from club_setup.paths import CHECKOUT

FIRST_START = 600  # seconds: what is promised for a machine without anything
LATER_START = 20
LOGINS = ("admin", "manager", "cashier", "integration", "member")


def command(*arguments):
    return [str(CHECKOUT / "setup" / "run"), *arguments]


def refused(*arguments, **environment):
    """The sentence with which ``setup/run`` declines."""
    result = subprocess.run(
        command(*arguments),
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 1
    return result.stderr


@contextlib.contextmanager
def served(database, port, seconds):
    """``setup/run`` in the foreground of a session of its own, then Ctrl-C."""
    process = subprocess.Popen(
        command(f"--database={database}", f"--port={port}"),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        started = time.monotonic()
        output = ""
        for line in process.stdout:
            output += line
            if "Ctrl-C" in line:
                break
        assert time.monotonic() - started < seconds
        yield output
    finally:
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=30) == 0


@pytest.fixture(scope="module")
def database():
    name = f"lc_run_{os.getpid()}"
    yield name
    databases.drop(name)


@pytest.mark.parametrize("seconds", [FIRST_START, LATER_START])
def test_serves_the_demo_shop_and_stops(database, seconds):
    port = databases.free_port()
    with served(database, port, seconds) as output:
        url = re.search(r"http://localhost:\d+", output)[0]
        assert url.endswith(f":{port}")
        assert urllib.request.urlopen(f"{url}/web/login").status == 200
        common = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common")
        for login in LOGINS:
            assert login in output
            assert common.authenticate(database, login, login, {}), login
        assert not common.authenticate(database, "manager", "wrong", {})
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)), "the server goes on"


def test_busy_port_is_named():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"port {port} is busy" in refused("--port", str(port))


def test_wrong_series_is_named(tmp_path):
    (tmp_path / "odoo").mkdir()
    release = tmp_path / "odoo" / "release.py"
    release.write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    port = str(databases.free_port())
    said = refused("--port", port, "--odoo", str(tmp_path))
    assert "runs on Odoo 19.0" in said and "holds Odoo 18.0" in said


def test_missing_odoo_is_named(tmp_path):
    port = str(databases.free_port())
    said = refused("--port", port, LOYALTY_CLUB_ODOO=str(tmp_path))
    assert f"there is no Odoo in {tmp_path}" in said


@pytest.mark.parametrize(
    "arguments", [["--port", "many"], ["--database", "a b"], ["--colour"], ["--port"]]
)
def test_nonsense_is_refused_before_anything_is_done(arguments):
    assert refused(*arguments).startswith("run: ")
