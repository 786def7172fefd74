"""Odoo's command line, with the time of each test, and tests that runs can share.

``python -m club_setup.odoo_tests`` stands for ``python -m odoo``. Two variables say
more:

``LOYALTY_CLUB_TIMES``
    a file for one line of JSON, ``[test, seconds]``, after each test and each set-up
``LOYALTY_CLUB_SHARE``
    a folder that several runs have in common, each on a database of its own. All of
    them collect the same tests; each class is run by the one that claims it first.
    ``collected-…`` and ``ran-…`` tell which tests there were, and which each run took;
    ``verdict.of_shares`` compares them.
"""

import json
import os
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from odoo.cli.command import main
from odoo.tests import HttpCase, loader
from odoo.tests.result import OdooTestResult
from odoo.tests.suite import OdooSuite

from .reached import VARIABLE
from .scripts_reached import watch_browsers


class Times:
    """Writes down how long everything took, whatever day a test has made of today."""

    # Not as names of the module: freezegun would replace those.
    clock = staticmethod(time.perf_counter)
    started = 0.0

    def __init__(self, path: str):
        self._file = open(path, "a", buffering=1)  # noqa: SIM115 as long as the process

    def start(self) -> None:
        self.started = self.clock()

    def stop(self, name: str) -> None:
        self._file.write(json.dumps([name, self.clock() - self.started]) + "\n")


def write_times(path: str) -> None:
    times = Times(path)
    start_test, stop_test = OdooTestResult.startTest, OdooTestResult.stopTest
    set_up_class = OdooSuite._handleClassSetUp

    def start(self, test):
        start_test(self, test)
        times.start()

    def stop(self, test):
        times.stop(test.id())
        stop_test(self, test)

    def set_up(self, test, result):
        first = result._previousTestClass is not type(test)
        times.start()
        set_up_class(self, test, result)
        if first:
            times.stop(f"{name_of(type(test))} (set-up)")

    OdooTestResult.startTest, OdooTestResult.stopTest = start, stop
    OdooSuite._handleClassSetUp = set_up


def name_of(case: type) -> str:
    return f"{case.__module__}.{case.__qualname__}"


class SharedSuite(OdooSuite):
    """Tests of which this run takes the classes that no other one has taken.

    Those that need a browser come first: they are the longest, and what comes last
    should be short, so that all runs end at the same time.
    """

    def __init__(self, tests, folder: Path):
        super().__init__(tests)
        self._folder = folder
        names = [test.id() for test in self._tests]
        (folder / f"collected-{os.getpid()}").write_text("\n".join(names))

    def __iter__(self) -> Iterator:
        in_order = sorted(self._tests, key=lambda test: not isinstance(test, HttpCase))
        for case, tests in groupby(in_order, key=type):
            if self._claims(name_of(case)):
                yield from tests

    def _claims(self, name: str) -> bool:
        try:
            (self._folder / name).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def has_http_case(self) -> bool:
        return any(isinstance(test, HttpCase) for test in self._tests)


def share_tests(folder: Path) -> None:
    make_suite = loader.make_suite

    def make_shared_suite(module_names, position="at_install"):
        # Everything is installed already, so that Odoo asks once, at the end. A test
        # that would run while its addon is being installed is not to be lost.
        positions = ("at_install", "post_install") if position == "post_install" else ()
        suites = [make_suite(module_names, one) for one in positions]
        return SharedSuite([test for suite in suites for test in suite], folder)

    stop_test, ran = OdooTestResult.stopTest, folder / f"ran-{os.getpid()}"

    def stop(self, test):
        with open(ran, "a") as file:
            file.write(f"{test.id()}\n")
        stop_test(self, test)

    OdooTestResult.stopTest = stop
    loader.make_suite = make_shared_suite


if __name__ == "__main__":
    if "LOYALTY_CLUB_TIMES" in os.environ:
        write_times(os.environ["LOYALTY_CLUB_TIMES"])
    if "LOYALTY_CLUB_SHARE" in os.environ:
        share_tests(Path(os.environ["LOYALTY_CLUB_SHARE"]))
    if VARIABLE in os.environ:
        watch_browsers(Path(os.environ[VARIABLE]))
    main()
