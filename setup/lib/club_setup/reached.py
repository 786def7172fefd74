"""``setup/test --coverage``: the lines and branches that tests reach.

What the engines' tests and the addons' tests in Odoo reach of our Python; servers that
tests talk to from outside aren't measured. Whatever runs tests asks ``measured`` for
the beginning of its command.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from .paths import CACHE, CHECKOUT, SetupError, addons, lock, say, short_hash

PINS = CHECKOUT / "setup" / "coverage.txt"
VARIABLE = "LOYALTY_CLUB_COVERAGE"  # the folder with what was measured
SETTINGS = """
[run]
branch = True
parallel = True
data_file = {folder}/data
source = {sources}
omit =
    */tests/*
    */__manifest__.py
    */migrations/*
    */iot_handlers/*
"""
LEAST_REACHED = 10  # files in the table of where most is missing


def measured(*module: str) -> list[str]:
    """``python -m MODULE …``, measured if that is wanted."""
    folder = os.environ.get(VARIABLE)
    more = ["-m", "coverage", "run", f"--rcfile={folder}/settings"] if folder else []
    return [sys.executable, *more, "-m", *module]


def begin(folder: Path) -> None:
    """From now on tests are measured, also in processes that this one starts."""
    sources = "".join(f"\n    {CHECKOUT / addon}" for addon in addons())
    text = SETTINGS.format(folder=folder, sources=sources)
    (folder / "settings").write_text(text)
    os.environ[VARIABLE] = str(folder)


def on_path(environment: dict[str, str]) -> dict[str, str]:
    """An environment in which the measuring program is found if it is wanted."""
    if VARIABLE not in os.environ:
        return environment
    path = environment.get("PYTHONPATH", "")
    return {**environment, "PYTHONPATH": f"{path}:{_program()}"}


def _program() -> Path:
    home = CACHE / f"coverage-{short_hash(PINS.read_bytes())}"
    with lock("coverage"):
        if not (home / "complete").exists():
            say("coverage: installing what setup/coverage.txt names (once)")
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", home]
            if subprocess.run([*pip, "--requirement", PINS], check=False).returncode:
                raise SetupError("pip could not install setup/coverage.txt")
            (home / "complete").touch()
    return home


def report(folder: Path) -> str:
    """Tables of the addons, and of the files where most is missing."""
    settings, found = f"--rcfile={folder}/settings", folder / "found.json"
    for command in (("combine", "--quiet"), ("json", "--quiet", "-o", str(found))):
        subprocess.run(
            [sys.executable, "-m", "coverage", command[0], settings, *command[1:]],
            env=on_path(dict(os.environ)),
            cwd=CHECKOUT,
            check=True,
        )
    python = tables(json.loads(found.read_text())["files"])
    return f"{python}\n\n{script_table(folder)}"


def script_table(folder: Path) -> str:
    """What browsers have run of our scripts; each run of tests has its own count."""
    most: dict[str, list[int]] = {}
    for path in folder.glob("scripts-*.json"):
        for name, counts in json.loads(path.read_text()).items():
            most[name] = max(most.get(name, counts), counts)
    if not most:
        return "No browser has run a script."
    groups = _summed(most)
    rows = [
        f"{_percent(*counts)} {counts[0]:6} of {counts[1]:6}  {name}"
        for name, counts in groups.items()
    ]
    return "\n".join(["Scripts, in characters of code:", *rows])


def tables(files: dict) -> str:
    """The tables of what ``coverage json`` says of each file.

    >>> counts = ("covered_lines", "num_statements", "covered_branches", "num_branches")
    >>> def file(*numbers):
    ...     return {"summary": dict(zip(counts, numbers, strict=True))}
    >>> print(tables({"a/b.py": file(9, 10, 3, 4), "a/c/d.py": file(5, 5, 0, 0)}))
                        lines                  branches
      93.3 %     14 of     15   75.0 %      3 of      4  a
      93.3 %     14 of     15   75.0 %      3 of      4  all
    <BLANKLINE>
    Where most is missing:
      90.0 %      9 of     10   75.0 %      3 of      4  a/b.py
    """
    counts = ("covered_lines", "num_statements", "covered_branches", "num_branches")
    by_file = {
        name: [about["summary"][count] for count in counts]
        for name, about in files.items()
    }

    def missing(name):
        lines, all_lines, branches, all_branches = by_file[name]
        return all_lines - lines + all_branches - branches

    worst = sorted(filter(missing, by_file), key=missing, reverse=True)
    return "\n".join(
        [
            f"{'lines':>25}{'branches':>26}",
            *(_row(name, counts) for name, counts in _summed(by_file).items()),
            "\nWhere most is missing:",
            *(_row(name, by_file[name]) for name in worst[:LEAST_REACHED]),
        ]
    )


def _summed(by_file: dict[str, list[int]]) -> dict[str, list[int]]:
    """The counts of the files by addon, and of all of them."""
    sums: dict[str, list[int]] = {}
    for name in sorted(by_file):
        counts, group = by_file[name], Path(name).parts[0]
        so_far = sums.get(group, [0] * len(counts))
        sums[group] = [*map(sum, zip(so_far, counts, strict=True))]
    sums["all"] = [*map(sum, zip(*sums.values(), strict=True))]
    return sums


def _row(name: str, numbers) -> str:
    lines, all_lines, branches, all_branches = numbers
    return (
        f"{_percent(lines, all_lines)} {lines:6} of {all_lines:6} "
        f"{_percent(branches, all_branches)} {branches:6} of {all_branches:6}  {name}"
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole if whole else 100:6.1f} %"
