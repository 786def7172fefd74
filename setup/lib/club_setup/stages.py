"""The stages of ``setup/test``: jobs that return verdicts. ``run`` prints them.

What a stage proves is said in ``setup/README.md``; how its jobs share the machine, in
``lanes.py``.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import databases, lanes
from .lanes import Job
from .paths import (
    CHECKOUT,
    SetupError,
    addons,
    lock,
    say,
    sources_hash,
    with_what_they_need,
)
from .reached import measured, on_path
from .verdict import Verdict, of_junit, of_odoo_log, of_shares, warnings_in

# How long a file of tests outside Odoo's process takes, in seconds on two cores. It
# only says which begins first; those that are not named take half a minute.
SECONDS = {
    "api/test_contract.py": 80,
    "concurrency/test_tills.py": 75,
    "faults/test_killed.py": 135,
    "faults/test_tills_killed.py": 60,
    "iot": 65,
    "real/test_replay.py": 160,
    "real/test_rfm_exact.py": 120,
    "setup/test_run.py": 60,
}
# Folders whose files are one job. It mostly waits for a box to forget or to notice.
WAITING = ("iot",)
CLUB, DEMO = "template with our addons", "demo shop"
ALL_TAKEN = "all-taken"  # in the folder of those who share the addons' tests

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


def _odoo_tests(
    database: str, *arguments: str, log: str, share: Path | None = None
) -> Verdict:
    """A run of Odoo's own test runner, on ports of its own."""
    with tempfile.TemporaryDirectory() as folder:
        times = Path(folder) / "times"
        text = databases.odoo(
            database, *arguments, *_ports(), log=log, times=times, share=share
        )
        return of_odoo_log(text, times, shared=bool(share))


def _pytest(*arguments: str | Path, environment: dict | None = None) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        subprocess.run(
            [
                *measured("pytest"),
                "-q",
                "-p",
                "no:cacheprovider",
                f"--junit-xml={report}",
                *map(str, arguments),
            ],
            cwd=CHECKOUT,
            env=on_path({**os.environ, **(environment or {})}),
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


def club_installed() -> Verdict:
    """The template with our addons, which installs without a warning."""
    return Verdict(
        problems=warnings_in(databases.template_log(databases.club_template()))
    )


def addons_in_odoo(share: Path) -> Verdict:
    """The addons' tests, by Odoo's own runner: those that no other run has taken."""
    if (share / ALL_TAKEN).exists():
        return Verdict()
    with databases.scratch(databases.club_template(), "addons") as database:
        verdict = _odoo_tests(database, *_tags(addons()), log="addons", share=share)
    (share / ALL_TAKEN).touch()
    return verdict


def native(names: Sequence[str], more: Sequence[str], template=None) -> Verdict:
    """Odoo's own tests of loyalty and tills, with our addons installed."""
    template = template or databases.club_template()
    with databases.scratch(template, "native") as database:
        return _odoo_tests(database, *_tags(names, *more), log="native")


def native_at_install(template=None) -> Verdict:
    """Tests that Odoo's runner would run before our addons are loaded."""
    site = Path(os.environ["ODOO_SITE"]) / "odoo" / "addons"
    files = [
        path
        for addon in NATIVE
        for path in sorted(site.glob(f"{addon}/tests/test_*.py"))
        if "post_install" not in path.read_text()
    ]
    template = template or databases.club_template()
    with databases.scratch(template, "native_early") as database:
        return _pytest_odoo(database, *files)


def demo_shop() -> Verdict:
    """Installing the addons alone, with the demo shop and in Persian."""
    problems = warnings_in(databases.template_log(databases.demo_template()))
    return Verdict(int(not problems), int(bool(problems)), problems=problems)


def out_of_process(paths: Sequence[str]) -> Verdict:
    """Tests in tests/ that talk to a real Odoo server from outside."""
    environment = {
        "LOYALTY_CLUB_TEMPLATE": databases.club_template(),
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
        return _odoo_tests(
            database, "-i", "test_lint", *_tags(["test_lint"], *left_out), log="lint"
        )


# --- a part of it -----------------------------------------------------------


def loop_database(names: Sequence[str]) -> str:
    """This checkout's own database with these addons alone, brought up to date.

    The first time it is installed; later only what has changed since is updated.
    """
    checkout = databases.short_hash(str(CHECKOUT).encode(), *map(str.encode, names))
    database = f"lc_loop_{checkout}"
    now = {name: sources_hash([name]) for name in names}
    known = databases.note(database)
    was = json.loads(known) if known.startswith("{") else {}
    odoo_id = os.environ["ODOO_ID"]
    if was.pop("odoo", None) != odoo_id:
        say(f"database: installing {', '.join(names)} (once for this checkout)")
        databases.drop(database)
        databases.odoo(database, "-i", ",".join(names), "--no-http", log="loop")
    elif changed := ",".join(name for name in names if now[name] != was.get(name)):
        say(f"database: updating {changed}")
        databases.odoo(database, "-u", changed, "--no-http", log="loop")
    databases.set_note(database, json.dumps({"odoo": odoo_id, **now}))
    return database


def one_addon(paths: Sequence[str]) -> Verdict:
    """Some tests of the addons, under pytest-odoo: the fast loop."""
    parts = [(CHECKOUT / path.partition("::")[0]).resolve() for path in paths]
    names = {path.relative_to(CHECKOUT.resolve()).parts[0] for path in parts}
    with lock("loop"):
        return _pytest_odoo(loop_database(with_what_they_need(names)), *paths)


# --- running them -----------------------------------------------------------


@dataclass(frozen=True)
class Stage:
    """Jobs that prove one thing, and what there is to say when all of them are over."""

    name: str
    jobs: tuple[Job, ...]
    check: Callable[[], Verdict] = Verdict


def for_paths(paths: Sequence[str]) -> list[Stage]:
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
    return [
        Stage(stage, (Job(stage, partial(runners[stage], of_stage[stage])),))
        for stage in of_stage
    ]


def everything() -> list[Stage]:
    return [
        Stage("engine", (Job("engine", engine, 90),)),
        _addons(),
        Stage("demo shop", (Job(DEMO, demo_shop, 2000),)),
        _native("Odoo's own loyalty and tills", None, NATIVE_TOURS, (CLUB,)),
        Stage("out of process", tuple(_outside())),
    ]


def in_reach() -> list[Stage]:
    """What ``--coverage`` measures: all that runs our Python in its own process."""
    return [Stage("engine", (Job("engine", engine, 90),)), _addons()]


def _addons() -> Stage:
    """One run of all the tests, and one that helps it in each other lane at the end."""
    share = lanes.shared_folder()
    work = partial(addons_in_odoo, share)
    # It begins with those that need a browser, and waits for it.
    runs = [Job("addons 1", work, 1000, (CLUB,), waits=True)]
    runs += [Job(f"addons {n}", work, 1, (CLUB,)) for n in range(2, lanes.CORES + 1)]
    jobs = (Job(CLUB, club_installed, 3000), *runs)
    return Stage("addons in Odoo", jobs, partial(of_shares, share))


def _native(stage, template, tours, needs=()) -> Stage:
    """Odoo's tests of loyalty and tills; all its tours, or some of them.

    The tours have a job of their own, and so have unit tests in the browser and what
    Odoo runs while an addon is installed.
    """
    no_tours = ("-at_install", "-/pos_loyalty:TestUi", *NATIVE_ORDERS)
    names = [""] if tours is None else [f".{tour}" for tour in tours]
    tags = [f"/pos_loyalty:TestUi{name}" for name in names]
    kinds = {
        "tests": (partial(native, NATIVE, no_tours), 200),
        "tours": (partial(native, (), ("-at_install", *tags)), 120),
        "units": (partial(native, (), (NATIVE_UNITS,)), 40),
        "early tests": (native_at_install, 40),
    }
    return Stage(
        stage,
        tuple(
            Job(f"{stage}: {kind}", partial(work, template=template), seconds, needs)
            for kind, (work, seconds) in kinds.items()
        ),
    )


def _outside() -> list[Job]:
    """A job for each file of tests outside Odoo's process."""
    files: dict[str, list[str]] = {}
    for path in sorted((CHECKOUT / "tests").glob("*/test_*.py")):
        folder = path.parent.name
        if folder not in ("engine", "bench"):
            key = folder if folder in WAITING else f"{folder}/{path.name}"
            files.setdefault(key, []).append(str(path))
    return [
        Job(
            f"tests/{key}",
            partial(out_of_process, paths),
            SECONDS.get(key, 30),
            (CLUB, DEMO) if key.startswith("setup/") else (CLUB,),
            waits=key in WAITING,
        )
        for key, paths in files.items()
    ]


def native_all() -> list[Stage]:
    """All of Odoo's own tests, with us and without."""
    return [
        _native("Odoo's own, without us", databases.native_template(), None),
        _native("Odoo's own, with us", databases.club_template(), None),
    ]


def run(
    stages: Sequence[Stage],
    beside: Sequence[Job] = (),
    before_the_end: Callable[[], str] | None = None,
) -> bool:
    """Runs the stages; the last line is the sum of all.

    :param beside: jobs of another command, which only have to be good
    :param before_the_end: what else there is to print then
    """
    jobs = [job for stage in stages for job in stage.jobs]
    if len(jobs) == 1 and not beside:
        verdicts = {jobs[0].name: _at_once(jobs[0])}
    else:
        verdicts = lanes.run([*jobs, *beside])
    total = sum((verdicts[job.name] for job in beside), start=Verdict())
    for stage in stages:
        verdict = sum((verdicts[job.name] for job in stage.jobs), start=stage.check())
        if not verdict.passed and not verdict.failed:
            verdict.problems.append(f"{stage.name}: no test ran")
        say(f"stage: {stage.name}: {verdict}")
        total += verdict
    if before_the_end:
        print(f"\n{before_the_end()}")
    if len(total.times) > 1:
        print(f"\nThe slowest tests:\n{total.slowest()}")
    if total.problems:
        print(f"\n{len(total.problems)} problems:", *total.problems, sep="\n")
    print(total, flush=True)
    return total.good


def _at_once(job: Job) -> Verdict:
    """A job alone, whose output is seen while it works."""
    started = time.time()
    try:
        verdict = job.work()
    except SetupError as error:
        verdict = Verdict(failed=1, problems=[str(error)])
    say(f"{job.name}: {verdict} in {time.time() - started:.0f} s")
    return verdict
