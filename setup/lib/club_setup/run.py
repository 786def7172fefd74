"""``setup/run``: the demo shop (or an empty one), served until Ctrl-C."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psycopg2

from . import databases
from .paths import (
    LOGS,
    SetupError,
    clean_up_when_terminated,
    lock,
    say,
    shop_addons,
    sources_hash,
)

DEMO_LOGINS = ("admin", "manager", "cashier", "integration", "member")
START_SECONDS = 120


def prepare_database(name: str, demo: bool, fresh: bool) -> None:
    """Makes the database, or brings an older one up to date with the sources."""
    if fresh:
        databases.drop(name)
    sources = sources_hash()
    if not databases.exists(name):
        databases.copy(
            databases.demo_template() if demo else databases.club_template(), name
        )
    elif databases.note(name) == sources:
        say(f"database {name}: up to date")
    else:
        say(f"database {name}: the addons have changed, updating")
        names = ",".join(shop_addons())
        databases.odoo(name, "-i", names, "-u", names, "--no-http", log="update")
        databases.warm_assets(name)
    databases.set_note(name, sources)


def let_reports_find(database: str, url: str) -> None:
    """What prints a PDF fetches its style from the server, at the port of this run."""
    connection = psycopg2.connect(dbname=database)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO ir_config_parameter (key, value) VALUES ('report.url', %s)
                ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
                """,
                [url],
            )
    finally:
        connection.close()


def check_port(port: int) -> None:
    """The shell script has looked before; preparing may have taken minutes."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            reason = f"port {port} can't be used ({error.strerror})"
            raise SetupError(f"{reason}; choose another one with --port") from None


def wait_until_served(server: subprocess.Popen, url: str, log: str) -> None:
    """Returns when the first page has been delivered."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SetupError(f"Odoo stopped while starting; see {log}")
        try:
            urllib.request.urlopen(f"{url}/web/login", timeout=START_SECONDS).close()
            return
        except urllib.error.HTTPError as error:
            raise SetupError(
                f"Odoo answers with an error ({error}); see {log}"
            ) from None
        except OSError:
            time.sleep(0.2)
    raise SetupError(f"Odoo has not answered for {START_SECONDS} seconds; see {log}")


def serve(port: int, database: str, demo: bool) -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"run-{database}.log"
    url = f"http://localhost:{port}"
    check_port(port)
    let_reports_find(database, url)
    # A session of its own: Ctrl-C reaches this process alone, which then asks
    # Odoo to finish what it is doing.
    with open(log, "w") as file:
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "odoo",
                "-d",
                database,
                f"--db-filter=^{database}$",
                f"--http-port={port}",
                f"--gevent-port={databases.free_port()}",
            ],
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        say("Odoo: starting")
        wait_until_served(server, url, str(log))
        say(f"Loyalty Club: {url}   (log: {log})")
        logins = ", ".join(DEMO_LOGINS if demo else DEMO_LOGINS[:1])
        print(f"\n  {url}\n  log in as {logins} (the password is the login)")
        print("  Ctrl-C stops it\n", flush=True)
        return server.wait()
    except KeyboardInterrupt:
        say("stopping")
        return 0
    finally:
        stop(server)


def stop(server: subprocess.Popen) -> None:
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def main() -> int:
    clean_up_when_terminated()
    database = os.environ["LOYALTY_CLUB_DATABASE"]
    port = int(os.environ["LOYALTY_CLUB_PORT"])
    databases.set_card_secret()
    demo = not os.environ.get("LOYALTY_CLUB_NO_DEMO")
    fresh = bool(os.environ.get("LOYALTY_CLUB_FRESH"))
    try:
        with lock(f"run-{database}", wait=False):
            prepare_database(database, demo, fresh)
            return serve(port, database, demo)
    except BlockingIOError:
        reason = (
            f"another setup/run serves the database {database};"
            " name another one with --database"
        )
    except SetupError as error:
        reason = str(error)
    except KeyboardInterrupt:
        reason = "interrupted"
    print(f"run: {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
