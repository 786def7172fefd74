"""A stage is good only when tests ran, none failed and Odoo was quiet."""

import doctest

import pytest
from club_setup import verdict

STAMP = "2026-01-01 00:00:00,000 7"
RAN = f"{STAMP} INFO db odoo.tests.result: 0 failed, 0 error(s) of 3 tests"
DEPRECATED = "DeprecationWarning: 'url_encode' is deprecated"


def log(*lines):
    return "\n".join(lines)


def test_examples_of_the_documentation():
    result = doctest.testmod(verdict)
    assert result.attempted and not result.failed


def test_a_quiet_run_is_good():
    found = verdict.of_odoo_log(log(f"{STAMP} INFO db odoo: loading", RAN))
    assert (found.passed, found.failed, found.skipped) == (3, 0, 0)
    assert not found.problems


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
