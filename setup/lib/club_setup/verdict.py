"""Reads what the test runners wrote, and judges it.

A stage is good when it ran at least one test, none failed, none was skipped
without a reason on record, and Odoo logged no warning that isn't expected. What runs
in a process of its own hands its verdict over as a file; none is a failure.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from .paths import CHECKOUT

EXPECTED_WARNINGS = CHECKOUT / "setup" / "expected-warnings.txt"
EXPECTED_SKIPS = CHECKOUT / "setup" / "expected-skips.txt"

LOG_LINE = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ ([A-Z]+) (\S+) (\S+): "
)
TOTALS = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
BAD_LEVELS = ("WARNING", "ERROR", "CRITICAL")
SKIPPED = re.compile(r"skipped (\S+ : .*)")


@dataclass
class Verdict:
    """Of one stage. ``problems`` are texts for the person who has to mend it;
    ``times`` are the seconds that each test took, with its name."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    problems: list[str] = field(default_factory=list)
    times: list[tuple[float, str]] = field(default_factory=list)

    def __add__(self, other: "Verdict") -> "Verdict":
        return Verdict(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.problems + other.problems,
            self.times + other.times,
        )

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"

    @property
    def good(self) -> bool:
        return not self.problems and not self.failed

    def write(self, path: Path) -> None:
        """Hands it over to another process, whole or not at all."""
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(asdict(self)))
        unfinished.rename(path)

    @classmethod
    def read(cls, path: Path) -> "Verdict":
        """What ``write`` has written; a process that wrote nothing has failed."""
        if not path.exists():
            return cls(failed=1, problems=["it ended without a verdict"])
        return cls(**json.loads(path.read_text()))

    def slowest(self, count: int = 10) -> str:
        """A table of the tests that took longest.

        >>> print(Verdict(times=[(0.5, "a"), (12, "b"), (3, "c")]).slowest(2))
          12.0 s  b
           3.0 s  c
        """
        longest = sorted(self.times, key=lambda time: -time[0])[:count]
        return "\n".join(f"{seconds:6.1f} s  {name}" for seconds, name in longest)


def expected(path: Path) -> list[re.Pattern]:
    """The regular expressions of a file of "# reason" and expression lines."""
    lines = path.read_text().splitlines()
    return [re.compile(line, re.DOTALL) for line in lines if line and line[0] != "#"]


def _any_matches(patterns: list[re.Pattern], text: str) -> bool:
    return any(pattern.search(text) for pattern in patterns)


def log_entries(text: str) -> Iterator[tuple[str, str]]:
    """Level and whole text (with its traceback) of each entry of Odoo's log.

    >>> log = '''2026-01-01 00:00:00,000 7 INFO db odoo: fine
    ... 2026-01-01 00:00:00,000 7 ERROR db odoo: bad
    ... Traceback'''
    >>> [(level, entry.partition("odoo: ")[2]) for level, entry in log_entries(log)]
    [('INFO', 'fine'), ('ERROR', 'bad\\nTraceback')]
    """
    level, lines = "", []
    for line in text.splitlines():
        match = LOG_LINE.match(line)
        if match:
            if level:
                yield level, "\n".join(lines)
            level, lines = match[1], []
        lines.append(line)
    if level:
        yield level, "\n".join(lines)


def warnings_in(text: str) -> list[str]:
    """The warnings and errors in Odoo's log that nobody expects."""
    warnings = expected(EXPECTED_WARNINGS)
    return [
        entry
        for level, entry in log_entries(text)
        if level in BAD_LEVELS and not _any_matches(warnings, entry)
    ]


def of_odoo_log(text: str, times: Path | None = None, shared: bool = False) -> Verdict:
    """The verdict on a run of Odoo's own test runner.

    :param times: what ``odoo_tests`` wrote of how long each test took
    :param shared: whether others may have taken all the tests
    """
    skips = expected(EXPECTED_SKIPS)
    verdict = Verdict(problems=warnings_in(text))
    if times and times.exists():
        rows = map(json.loads, times.read_text().splitlines())
        verdict.times = [(seconds, _short(name)) for name, seconds in rows]
    for _level, entry in log_entries(text):
        skip = SKIPPED.search(entry)
        if skip:
            verdict.skipped += 1
            if not _any_matches(skips, skip[1]):
                verdict.problems.append(
                    f"skipped without a reason on record: {skip[1]}"
                )
    totals = TOTALS.findall(text)
    if totals:
        failures, errors, total = map(int, totals[-1])
        verdict.failed = failures + errors
        verdict.passed = max(total - verdict.failed - verdict.skipped, 0)
    return verdict if shared and totals else _with_something_run(verdict)


def of_junit(path: Path) -> Verdict:
    """The verdict on a run of pytest with ``--junit-xml``."""
    skips = expected(EXPECTED_SKIPS)
    verdict = Verdict()
    cases = ElementTree.parse(path).iter("testcase") if path.exists() else []
    for case in cases:
        name = f"{case.get('classname')}.{case.get('name')}"
        verdict.times.append((float(case.get("time", 0)), name))
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            verdict.failed += 1
            verdict.problems.append(f"failed: {name}")
        elif skip is not None:
            verdict.skipped += 1
            reason = f"{name} : {skip.get('message')}"
            if not _any_matches(skips, reason):
                verdict.problems.append(f"skipped without a reason on record: {reason}")
        else:
            verdict.passed += 1
    return _with_something_run(verdict)


def _short(name: str) -> str:
    return name.removeprefix("odoo.addons.")


def of_shares(folder: Path) -> Verdict:
    """Whether the runs that shared tests have together run each of them once.

    :param folder: what ``odoo_tests`` has left there
    """
    collected = [set(_lines(path)) for path in folder.glob("collected-*")]
    ran = Counter(name for path in folder.glob("ran-*") for name in _lines(path))
    every = set().union(*collected)
    problems = [
        f"it was run {ran[name]} times: {name}"
        for name in sorted({*every, *ran})
        if ran[name] != 1 or name not in every
    ]
    if not every:
        problems.append("no tests were shared out")
    if any(names != every for names in collected):
        problems.append("those who shared the tests have found different ones")
    return Verdict(problems=problems)


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def _with_something_run(verdict: Verdict) -> Verdict:
    if not verdict.passed and not verdict.failed:
        verdict.problems.append("no test ran")
    return verdict
