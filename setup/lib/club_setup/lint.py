"""``setup/lint``: style, Odoo's own rules for addons, complete translations."""

import os
import subprocess
import sys

from . import readmes, translations
from .paths import (
    CHECKOUT,
    SetupError,
    all_addons,
    clean_up_when_terminated,
    say,
)
from .stages import odoo_lint

# A file for each subject is our rule.
PYLINT_DISABLED = "consider-merging-classes-inherited"
SCRIPTS = "loyalty_club*/static/**/*.js"


def passes(*command: str) -> bool:
    say(" ".join(command[:3]))
    return subprocess.run(command, cwd=CHECKOUT, check=False).returncode == 0


def node_passes(tool: str, *arguments: str) -> bool:
    """A check of JavaScript, by what npm has installed for ``setup/lint``."""
    modules = f"{os.environ['NODE_LINT']}/node_modules"
    os.environ["NODE_PATH"] = modules  # where eslint's settings find their packages
    return passes(f"{modules}/.bin/{tool}", *arguments)


def engines() -> list[str]:
    return sorted(
        str(path.relative_to(CHECKOUT))
        for path in CHECKOUT.glob("loyalty_club*/engine")
    )


def readmes_current() -> bool:
    problems = readmes.check()
    print(*problems, sep="\n")
    return not problems


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
        "mypy": passes("mypy", "--config-file=.mypy.ini", *engines()),
        "eslint": node_passes("eslint", SCRIPTS),
        "prettier": node_passes("prettier", "--check", SCRIPTS),
        "pylint-odoo": passes("pylint", f"--disable={PYLINT_DISABLED}", *all_addons()),
        "readmes": readmes_current(),
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
