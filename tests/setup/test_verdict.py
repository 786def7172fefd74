"""A stage is good only when tests ran, none failed and Odoo was quiet."""

import doctest

import pytest
from club_setup import reached, scripts_reached, verdict

STAMP = "2026-01-01 00:00:00,000 7"
RAN = f"{STAMP} INFO db odoo.tests.result: 0 failed, 0 error(s) of 3 tests"
DEPRECATED = "DeprecationWarning: 'url_encode' is deprecated"


def log(*lines):
    return "\n".join(lines)


@pytest.mark.parametrize(
    "module", [verdict, reached, scripts_reached], ids=lambda module: module.__name__
)
def test_examples_of_the_documentation(module):
    result = doctest.testmod(module)
    assert result.attempted and not result.failed


def test_a_quiet_run_is_good():
    found = verdict.of_odoo_log(log(f"{STAMP} INFO db odoo: loading", RAN))
    assert (found.passed, found.failed, found.skipped) == (3, 0, 0)
    assert not found.problems


def test_a_run_of_shared_tests_may_come_too_late_but_not_end_too_early():
    nothing_left = f"{STAMP} INFO db odoo.tests.result: 0 failed, 0 error(s) of 0 tests"
    assert not verdict.of_odoo_log(nothing_left, shared=True).problems
    died = f"{STAMP} INFO db odoo: loading"
    assert verdict.of_odoo_log(died, shared=True).problems


def test_failures_are_counted():
    ran = f"{STAMP} ERROR db odoo.tests.result: 1 failed, 1 error(s) of 3 tests"
    found = verdict.of_odoo_log(ran)
    assert (found.passed, found.failed) == (1, 2)
    assert found.problems


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{STAMP} INFO db odoo.tests.result: 0 failed, 0 error(s) of 0 tests",
        log(f"{STAMP} WARNING db odoo.addons.base: no access rules", RAN),
        log(f"{STAMP} CRITICAL db odoo: it broke", RAN),
        log(f"{STAMP} INFO db odoo: skipped TestX.test_y : no browser", RAN),
        log(
            f"{STAMP} WARNING db py.warnings: /shop/loyalty_club/a.py:1: {DEPRECATED}",
            RAN,
        ),
    ],
)
def test_it_is_bad_when(text):
    assert verdict.of_odoo_log(text).problems


def test_what_odoo_does_to_itself_is_expected():
    its_own = f"/usr/lib/python3/dist-packages/odoo/addons/mail/a.py:1: {DEPRECATED}"
    warning = f"{STAMP} WARNING db py.warnings: {its_own}"
    assert not verdict.of_odoo_log(log(warning, RAN)).problems


@pytest.mark.parametrize(
    ("case", "passed", "failed", "bad"),
    [
        ("", 1, 0, False),
        ("<failure message='no'/>", 0, 1, True),
        ("<error message='no'/>", 0, 1, True),
        ("<skipped message='no browser'/>", 0, 0, True),
    ],
)
def test_of_pytest(tmp_path, case, passed, failed, bad):
    report = tmp_path / "report.xml"
    report.write_text(
        f"<testsuites><testcase classname='a' name='b'>{case}</testcase></testsuites>"
    )
    found = verdict.of_junit(report)
    assert (found.passed, found.failed, bool(found.problems)) == (passed, failed, bad)


def test_a_pytest_that_wrote_no_report_is_bad(tmp_path):
    assert verdict.of_junit(tmp_path / "none.xml").problems


def test_a_verdict_survives_the_way_between_processes(tmp_path):
    told = verdict.Verdict(3, 1, 2, ["no"], [(0.5, "a")])
    told.write(tmp_path / "verdict.json")
    heard = verdict.Verdict.read(tmp_path / "verdict.json")
    assert (str(heard), heard.problems) == (str(told), told.problems)
    assert heard.slowest() == told.slowest()


def test_no_verdict_is_a_failure(tmp_path):
    found = verdict.Verdict.read(tmp_path / "none.json")
    assert found.failed and found.problems and not found.good


@pytest.mark.parametrize(
    ("collected", "ran", "good"),
    [
        (["ab", "ab"], ["a", "b"], True),
        (["ab", "ab"], ["ab", ""], True),  # one came too late
        (["ab"], ["ab"], True),
        ([], [], False),  # nobody collected anything
        (["ab", "ab"], ["a", ""], False),  # one is lost
        (["ab", "ab"], ["ab", "b"], False),  # one was run twice
        (["ab", "ab"], ["a", "bc"], False),  # one was never collected
        (["ab", "a"], ["a", "b"], False),  # they looked at different tests
    ],
)
def test_shared_tests_are_run_once_each(tmp_path, collected, ran, good):
    for kind, runs in (("collected", collected), ("ran", ran)):
        for number, names in enumerate(runs):
            (tmp_path / f"{kind}-{number}").write_text("\n".join(names))
    assert verdict.of_shares(tmp_path).good == good
