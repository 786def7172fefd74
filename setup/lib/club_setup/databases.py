"""Databases made once and copied afterwards, each with its filestore.

A template's name ends in a hash of what went into it; when that changes,
another one is built and the oldest ones go.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from psycopg2 import sql

from .paths import (
    CACHE,
    FILESTORES,
    LOGS,
    SetupError,
    addons,
    lock,
    say,
    shop_addons,
    short_hash,
    sources_hash,
)
from .reached import measured, on_path

# What our addons have to live with: Odoo's own loyalty in all its places.
NATIVE_MODULES = (
    "loyalty,pos_loyalty,sale_loyalty,website_sale_loyalty,"
    "account,portal,phone_validation,sms,rpc"
)
DROPS = 30  # times that dropping a database is tried
TEMPLATES_KEPT = 3  # of each kind: for other checkouts and branches


def _execute(query: str, *names: str, values=()):
    connection = psycopg2.connect(dbname="postgres")
    connection.autocommit = True  # CREATE DATABASE can't be in a transaction
    try:
        with connection.cursor() as cursor:
            identifiers = [sql.Identifier(name) for name in names]
            cursor.execute(sql.SQL(query).format(*identifiers), values)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def exists(database: str) -> bool:
    found = "SELECT 1 FROM pg_database WHERE datname = %s"
    return bool(_execute(found, values=[database]))


def copy(source: str, target: str) -> None:
    drop(target)
    _execute("CREATE DATABASE {} TEMPLATE {}", target, source)
    if (FILESTORES / source).is_dir():
        # Files there are named by their content and never written again, so
        # that links are as good as copies, and cost nothing.
        shutil.copytree(FILESTORES / source, FILESTORES / target, copy_function=os.link)


def drop(database: str) -> None:
    for again in range(DROPS):
        try:
            _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)
            break
        except psycopg2.errors.InsufficientPrivilege:
            # PostgreSQL's own vacuum is at work there; nobody but a superuser may
            # end it, and it ends by itself.
            if again == DROPS - 1:
                raise
            time.sleep(2)
    shutil.rmtree(FILESTORES / database, ignore_errors=True)


def rename(source: str, target: str) -> None:
    _execute("ALTER DATABASE {} RENAME TO {}", source, target)
    if (FILESTORES / source).is_dir():
        shutil.rmtree(FILESTORES / target, ignore_errors=True)
        (FILESTORES / source).rename(FILESTORES / target)


def note(database: str) -> str:
    """What ``set_note`` has written on the database."""
    query = """
        SELECT coalesce(shobj_description(oid, 'pg_database'), '')
        FROM pg_database WHERE datname = %s
    """
    rows = _execute(query, values=[database])
    return rows[0][0] if rows else ""


def set_note(database: str, text: str) -> None:
    _execute("COMMENT ON DATABASE {} IS %s", database, values=[text])


@contextmanager
def scratch(template: str, name: str):
    """A copy of a template that goes away with the block."""
    name = f"lc_tmp_{name}_{os.getpid()}"
    copy(template, name)
    try:
        yield name
    finally:
        drop(name)


def drop_abandoned() -> None:
    """Scratch databases whose process was killed before it could drop them,
    and what was logged about such databases more than a week ago."""
    query = "SELECT datname FROM pg_database WHERE datname ~ '^lc_tmp_.*_[0-9]+$'"
    for (name,) in _execute(query):
        if not Path(f"/proc/{name.rpartition('_')[2]}").exists():
            drop(name)
    a_week_ago = time.time() - 7 * 86400
    for path in LOGS.glob("*-lc_tmp_*.log"):
        if path.stat().st_mtime < a_week_ago:
            path.unlink()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def odoo(
    database: str,
    *arguments: str,
    log: str,
    times: Path | None = None,
    share: Path | None = None,
) -> str:
    """Runs Odoo's command line to its end and returns what it logged.

    :param times: a file for how long each test takes
    :param share: a folder that runs have in common which share the tests
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{log}-{database}.log"
    if times or share:
        command = measured("club_setup.odoo_tests")
    else:
        command = [sys.executable, "-m", "odoo"]
    command += ["-d", database, "--stop-after-init"]
    more = {"LOYALTY_CLUB_TIMES": times, "LOYALTY_CLUB_SHARE": share}
    given = {name: str(value) for name, value in more.items() if value}
    with open(path, "w") as file:
        status = subprocess.run(
            [*command, *arguments],
            env=on_path({**os.environ, **given}),
            stdout=file,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    text = path.read_text(errors="replace")
    if status and "--test-tags" not in arguments:
        tail = "\n".join(text.splitlines()[-25:])
        raise SetupError(f"Odoo stopped with an error; the end of {path}:\n{tail}")
    return text


def _template(kind: str, key: str, build: Callable[[str], None]) -> str:
    name = f"lc_{kind}_{key}"
    with lock(f"template-{kind}"):
        if not exists(name):
            building = f"lc_{kind}_building"
            drop(building)
            build(building)
            rename(building, name)
            _log_of(building).rename(_log_of(name))
            _drop_oldest(kind)
    return name


def _log_of(template: str) -> Path:
    return LOGS / f"template-{template}.log"


def template_log(template: str) -> str:
    """What Odoo logged when it made the template."""
    return _log_of(template).read_text(errors="replace")


def _drop_oldest(kind: str) -> None:
    query = """
        SELECT datname FROM pg_database WHERE datname ~ %s
        ORDER BY oid DESC OFFSET %s
    """
    pattern = f"^lc_{kind}_[0-9a-f]{{12}}$"
    for (name,) in _execute(query, values=[pattern, TEMPLATES_KEPT]):
        drop(name)
        _log_of(name).unlink(missing_ok=True)


def _odoo_id() -> bytes:
    return os.environ["ODOO_ID"].encode()


def native_template() -> str:
    """Odoo's own loyalty everywhere, without demo data and without us."""

    def build(name: str) -> None:
        say("database: installing Odoo's own modules (once)")
        odoo(name, "-i", NATIVE_MODULES, "--no-http", log="template")

    return _template("native", short_hash(_odoo_id(), NATIVE_MODULES.encode()), build)


def club_template() -> str:
    """The native template with our addons installed, without demo data."""
    native = native_template()

    def build(name: str) -> None:
        say("database: installing our addons (once for these sources)")
        copy(native, name)
        odoo(name, "-i", ",".join(addons()), "--no-http", log="template")
        say("database: preparing the pages' scripts and styles")
        in_shell(name, WARM_TESTS + WARM_ASSETS)

    return _template(
        "club", short_hash(native.encode(), sources_hash().encode()), build
    )


def demo_template() -> str:
    """Our addons alone with the demo shop, in English and Persian."""
    names = ",".join(shop_addons())
    set_card_secret()

    def build(name: str) -> None:
        say("database: installing the demo shop (once for these sources)")
        odoo(
            name,
            "-i",
            names,
            "--with-demo",
            "--load-language=en_US,fa_IR",
            "--no-http",
            log="template",
        )
        say("database: preparing the pages' scripts and styles")
        warm_assets(name)

    key = short_hash(_odoo_id(), names.encode(), sources_hash().encode())
    return _template("demo", key, build)


def set_card_secret() -> None:
    """A shop keeps this secret outside its database; without it no card can be
    enrolled. The demo shop's lies in the cache, unless there is one already."""
    variable, path = "LOYALTY_CLUB_CARD_PEPPER", CACHE / "card-pepper"
    if variable not in os.environ:
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32))
        os.environ[variable] = path.read_text()


WARM_ASSETS = """
for rtl in (False, True):
    for bundle in (
        "web.assets_web", "web.assets_frontend", "point_of_sale.assets_prod"
    ):
        for kind in ({"css": True, "js": False}, {"css": False, "js": True}):
            assets = env["ir.qweb"]._get_asset_bundle(bundle, rtl=rtl, **kind)
            assets.css() if kind["css"] else assets.js()
env.cr.commit()
"""
# What Odoo's test runner would make before the first test that needs a browser, and
# what many of those make.
WARM_TESTS = """
env["ir.qweb"]._pregenerate_assets_bundles()
for bundle in ("bus.websocket_worker_assets", "web.assets_emoji"):
    env["ir.qweb"]._get_asset_bundle(bundle, css=False, js=True).js()
"""


def warm_assets(database: str) -> None:
    """Builds the bundles that the first page would otherwise wait for."""
    in_shell(database, WARM_ASSETS)


def in_shell(database: str, script: str) -> None:
    """Runs a script in Odoo's shell; SetupError when it didn't come to its end."""
    result = subprocess.run(
        [sys.executable, "-m", "odoo", "shell", "-d", database, "--no-http"],
        input=f"{script}\nprint('to the end')",
        text=True,
        capture_output=True,
        check=False,
    )
    if result.returncode or "to the end" not in result.stdout:
        raise SetupError(f"Odoo's shell on {database} stopped:\n{result.stderr}")
