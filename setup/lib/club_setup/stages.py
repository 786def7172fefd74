"""The stages of ``setup/test``. Each returns its verdict; ``run`` prints them."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from . import databases
from .paths import CHECKOUT, SetupError, addons, lock, say, sources_hash
from .verdict import Verdict, of_junit, of_odoo_log, warnings_in

NATIVE = ("loyalty", "sale_loyalty", "website_sale_loyalty", "pos_loyalty")
# How Odoo's till makes, pays, refunds and invoices orders.
NATIVE_ORDERS = tuple(
    f"/point_of_sale:{name}"
    for name in (
        "TestPointOfSaleFlow",
        "TestPoSBasicConfig",
        "TestPosInvoiceConsolidation",
        "TestPosMargin",
        "TestPoSMultipleReceivableAccounts",
        "TestPoSOtherCurrencyConfig",
        "TestPoSProductsWithTax",
        "TestPoSSetup",
        "TestPosSimpleInvoicedOrders",
        "TestPosSimpleOrders",
        "TestPoSWithFiscalPosition",
    )
)
# The unit tests of Odoo's loyalty at the till, in Chromium.
NATIVE_UNITS = "/web:WebSuite.test_unit_desktop[@pos_loyalty]"
# Ten seconds each, and there are eighty: these cross what our addons change
# (points and wallets earned, spent, given back); --native-all runs all.
NATIVE_TOURS = (
    "test_ewallet_loyalty_history",
    "test_ewallet_program",
    "test_gift_card_program",
    "test_loyalty_free_product_rewards",
    "test_loyalty_program_different_orders",
    "test_max_usage_partner_with_point",
    "test_multiple_gift_wallet_programs",
    "test_points_awarded_ewallet",
    "test_refund_does_not_decrease_points",
    "test_refund_with_gift_card",
)


def _tags(addon_names: Sequence[str], *more: str) -> tuple[str, str]:
    return "--test-tags", ",".join([*(f"/{name}" for name in addon_names), *more])


def _ports() -> list[str]:
    return [
        f"--http-port={databases.free_port()}",
        f"--gevent-port={databases.free_port()}",
    ]


def _pytest(*arguments: str | Path, environment: dict | None = None) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                f"--junit-xml={report}",
                *map(str, arguments),
            ],
            cwd=CHECKOUT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            check=False,
        )
        return of_junit(report)


def _pytest_odoo(database: str, *arguments: str | Path) -> Verdict:
    return _pytest(
        f"--odoo-database={database}",
        "--odoo-http",
        "--odoo-log-level=error",
        f"--odoo-extra=http-port={databases.free_port()}",
        *arguments,
    )


# --- all of it --------------------------------------------------------------


def engine(paths: Sequence[str] = ("tests/engine",)) -> Verdict:
    """The plain-Python engine, where neither Odoo nor a database is in reach."""
    without_odoo = {"PYTHONPATH": str(CHECKOUT / "setup" / "lib")}
    return _pytest("-p", "no:odoo", *paths, environment=without_odoo)


def addons_in_odoo() -> Verdict:
    """Installing the addons and their tests, by Odoo's own runner."""
    with databases.scratch(databases.native_template(), "addons") as database:
        log = databases.odoo(
            database,
            "-i",
            ",".join(addons()),
            *_tags(addons()),
            *_ports(),
            log="addons",
        )
    return of_odoo_log(log)


def native(tours: Sequence[str] | None = NATIVE_TOURS) -> Verdict:
    """Odoo's own tests of loyalty, with our addons installed."""
    return _native_on(databases.club_template(), tours)


def native_without_us() -> Verdict:
    """The same tests on a database without our addons, to compare."""
    return _native_on(databases.native_template(), None)


def _native_on(template: str, tours: Sequence[str] | None) -> Verdict:
    more = ["-at_install", *NATIVE_ORDERS]
    if tours is not None:
        more.append("-/pos_loyalty:TestUi")
        more += [f"/pos_loyalty:TestUi.{tour}" for tour in tours]
    with databases.scratch(template, "native") as database:
        log = databases.odoo(database, *_tags(NATIVE, *more), *_ports(), log="native")
        units = ("--test-tags", NATIVE_UNITS)
        unit_log = databases.odoo(database, *units, *_ports(), log="native-units")
        return of_odoo_log(log) + of_odoo_log(unit_log) + _native_at_install(database)


def _native_at_install(database: str) -> Verdict:
    """Tests that Odoo's runner would run before our addons are loaded."""
    site = Path(os.environ["ODOO_SITE"]) / "odoo" / "addons"
    files = [
        path
        for addon in NATIVE
        for path in sorted(site.glob(f"{addon}/tests/test_*.py"))
        if "post_install" not in path.read_text()
    ]
    return _pytest_odoo(database, *files)


def demo_shop() -> Verdict:
    """Installing the addons alone, with the demo shop and in Persian."""
    problems = warnings_in(databases.template_log(databases.demo_template()))
    return Verdict(int(not problems), int(bool(problems)), problems=problems)


def out_of_process(paths: Sequence[str] | None = None) -> Verdict:
    """Tests in tests/ that talk to a real Odoo server from outside."""
    if paths is None:
        folders = sorted((CHECKOUT / "tests").glob("*/test_*.py"))
        paths = [
            str(path) for path in folders if path.parent.name not in ("engine", "bench")
        ]
    template = databases.club_template()
    environment = {
        "LOYALTY_CLUB_TEMPLATE": template,
        "PYTHONPATH": f"{CHECKOUT}:{os.environ['PYTHONPATH']}",
    }
    return _pytest("-p", "no:odoo", *paths, environment=environment)


def odoo_lint() -> Verdict:
    """Odoo's own rules for addons; they look at Odoo's addons as well."""
    left_out = (
        "-/test_lint:TestPyLint",  # setup/lint runs pylint with more rules
        "-/test_lint:TestESLint",  # needs a tool that Debian doesn't have
    )
    with databases.scratch(databases.club_template(), "lint") as database:
        log = databases.odoo(
            database,
            "-i",
            "test_lint",
            *_tags(["test_lint"], *left_out),
            *_ports(),
            log="lint",
        )
    return of_odoo_log(log)


# --- a part of it -----------------------------------------------------------


def loop_database() -> str:
    """This checkout's own database, brought up to date with the sources."""
    checkout = databases.short_hash(str(CHECKOUT).encode())
    name, native_template = f"lc_loop_{checkout}", databases.native_template()
    sources = sources_hash()
    was_native, _, was_sources = databases.note(name).partition(" ")
    if was_native != native_template:
        databases.drop(name)
        databases.copy(databases.club_template(), name)
    elif was_sources != sources:
        say("database: updating our addons")
        names = ",".join(addons())
        databases.odoo(name, "-i", names, "-u", names, "--no-http", log="loop")
    databases.set_note(name, f"{native_template} {sources}")
    return name


def one_addon(paths: Sequence[str]) -> Verdict:
    """Some tests of the addons, under pytest-odoo: the fast loop."""
    with lock("loop"):
        return _pytest_odoo(loop_database(), *paths)


# --- running them -----------------------------------------------------------


def for_paths(paths: Sequence[str]) -> dict[str, Callable[[], Verdict]]:
    """The stages that ``setup/test PATH…`` needs.

    Paths are relative to the checkout and may end in ``::test``.
    """
    of_stage: dict[str, list[str]] = {}
    for path in paths:
        where = Path(path.partition("::")[0])
        if not (CHECKOUT / where).exists():
            raise SetupError(f"there is nothing to test at {where}")
        parts = (CHECKOUT / where).resolve().relative_to(CHECKOUT.resolve()).parts
        if parts[:2] == ("tests", "engine"):
            stage = "engine"
        elif parts[:1] == ("tests",):
            stage = "out of process"
        else:
            stage = "addons"
        of_stage.setdefault(stage, []).append(path)
    runners = {"engine": engine, "addons": one_addon, "out of process": out_of_process}
    return {
        stage: lambda stage=stage: runners[stage](of_stage[stage]) for stage in of_stage
    }


def everything() -> dict[str, Callable[[], Verdict]]:
    return {
        "engine": engine,
        "addons in Odoo": addons_in_odoo,
        "demo shop": demo_shop,
        "Odoo's own loyalty and tills": native,
        "out of process": out_of_process,
    }


def native_all() -> dict[str, Callable[[], Verdict]]:
    """All of Odoo's own tests, with us and without."""
    return {
        "Odoo's own, without us": native_without_us,
        "Odoo's own, with us": lambda: native(None),
    }


def run(stages: dict[str, Callable[[], Verdict]]) -> bool:
    """Runs the stages one after the other; the last line is the sum of all."""
    total = Verdict()
    for name, stage in stages.items():
        say(f"stage: {name}")
        started = time.time()
        try:
            verdict = stage()
        except SetupError as error:
            verdict = Verdict(failed=1, problems=[str(error)])
        for problem in verdict.problems:
            print(problem)
        say(f"stage: {name}: {verdict} in {time.time() - started:.0f} s")
        total += verdict
    if total.problems:
        print(f"\n{len(total.problems)} problems, shown above")
    print(total, flush=True)
    return not total.problems and not total.failed
