"""``setup/lint``: style, Odoo's own rules for addons, complete translations."""

import subprocess
import sys

from . import translations
from .paths import (
    CHECKOUT,
    SetupError,
    all_addons,
    clean_up_when_terminated,
    say,
)
from .stages import odoo_lint

# A file for each subject is our rule; README.md describes all the addons.
PYLINT_DISABLED = "consider-merging-classes-inherited,missing-readme"


def passes(*command: str) -> bool:
    say(" ".join(command[:3]))
    return subprocess.run(command, cwd=CHECKOUT, check=False).returncode == 0


def shell_scripts() -> list[str]:
    paths = [*(CHECKOUT / "setup").glob("*"), *(CHECKOUT / "setup").glob("lib/*.sh")]
    paths += (CHECKOUT / ".ci").glob("*")
    scripts = [path for path in paths if path.is_file()]
    return [
        str(path.relative_to(CHECKOUT))
        for path in sorted(scripts)
        if path.suffix == ".sh" or path.read_bytes().startswith(b"#!/usr/bin/env bash")
    ]


def checks() -> dict[str, bool]:
    results = {
        "ruff check": passes("ruff", "check", "--no-cache", "."),
        "ruff format": passes("ruff", "format", "--no-cache", "--check", "."),
        "shellcheck": passes("shellcheck", *shell_scripts()),
        "pylint-odoo": passes("pylint", f"--disable={PYLINT_DISABLED}", *all_addons()),
    }
    try:
        verdict = odoo_lint()
        print(*verdict.problems, sep="\n")
        results["Odoo's test_lint"] = not verdict.problems and not verdict.failed
        problems = translations.check()
        print(*problems, sep="\n")
        results["translations"] = not problems
    except SetupError as error:
        print(error)
        results["installing the addons"] = False
    return results


def main() -> int:
    clean_up_when_terminated()
    results = checks()
    for name, good in results.items():
        print(f"{'good' if good else 'BAD '}  {name}")
    return 0 if all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
