"""``setup/lint``: style, Odoo's own rules for addons, complete translations."""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial

from . import databases, lanes, readmes, translations
from .lanes import Job
from .paths import CHECKOUT, all_addons, clean_up_when_terminated
from .stages import CLUB, DEMO, odoo_lint
from .verdict import Verdict

SCRIPTS = "loyalty_club*/static/**/*.js"
AT_ONCE = 4000  # so quick that nobody should wait for it


def passes(*command: str) -> Verdict:
    """What it prints is shown when it isn't content."""
    status = subprocess.run(command, cwd=CHECKOUT, check=False).returncode
    said = " ".join(command[:2])
    return Verdict(problems=[f"{said} is not content; see above"] if status else [])


def node_passes(tool: str, *arguments: str) -> Verdict:
    """A check of JavaScript, by what npm has installed for ``setup/lint``."""
    modules = f"{os.environ['NODE_LINT']}/node_modules"
    os.environ["NODE_PATH"] = modules  # where eslint's settings find their packages
    return passes(f"{modules}/.bin/{tool}", *arguments)


def finds_nothing(check: Callable[[], list[str]]) -> Verdict:
    return Verdict(problems=list(check()))


def engines() -> list[str]:
    return sorted(
        str(path.relative_to(CHECKOUT))
        for path in CHECKOUT.glob("loyalty_club*/engine")
    )


def shell_scripts() -> list[str]:
    paths = [*(CHECKOUT / "setup").glob("*"), *(CHECKOUT / "setup").glob("lib/*.sh")]
    paths += (CHECKOUT / ".ci").glob("*")
    scripts = [path for path in paths if path.is_file()]
    return [
        str(path.relative_to(CHECKOUT))
        for path in sorted(scripts)
        if path.suffix == ".sh" or path.read_bytes().startswith(b"#!/usr/bin/env bash")
    ]


def odoo_rules() -> Verdict:
    """Odoo's test_lint, which has to be good; its tests aren't the product's."""
    verdict = odoo_lint()
    failed = [f"{verdict.failed} tests of test_lint failed"] if verdict.failed else []
    return Verdict(problems=verdict.problems + failed)


def jobs() -> list[Job]:
    ruff = partial(passes, "ruff")
    translated = partial(finds_nothing, translations.check)
    return [
        Job("ruff check", partial(ruff, "check", "--no-cache", "."), AT_ONCE),
        Job("ruff format", partial(ruff, "format", "--check", "--no-cache"), AT_ONCE),
        Job("shellcheck", partial(passes, "shellcheck", *shell_scripts()), AT_ONCE),
        Job("mypy", partial(passes, "mypy", "--config-file=.mypy.ini", *engines()), 10),
        Job("eslint", partial(node_passes, "eslint", SCRIPTS), 10),
        Job("prettier", partial(node_passes, "prettier", "--check", SCRIPTS), 10),
        Job("pylint-odoo", partial(passes, "pylint", *all_addons()), 80),
        Job("readmes", partial(finds_nothing, readmes.check), 10),
        Job("Odoo's test_lint", odoo_rules, 40, (CLUB,)),
        Job("translations", translated, 40, (DEMO,)),
    ]


def templates() -> list[Job]:
    """What the jobs need when ``setup/test`` doesn't make it."""

    def made(template) -> Verdict:
        template()
        return Verdict()

    return [
        Job(CLUB, partial(made, databases.club_template), 3000),
        Job(DEMO, partial(made, databases.demo_template), 2000),
    ]


def main() -> int:
    clean_up_when_terminated()
    verdicts = lanes.run([*jobs(), *templates()])
    for verdict in verdicts.values():
        print(*verdict.problems, sep="\n", end="\n" if verdict.problems else "")
    for name, verdict in verdicts.items():
        print(f"{'good' if verdict.good else 'BAD '}  {name}")
    return 0 if all(verdict.good for verdict in verdicts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
