"""Other people's programs for what ours calculates, to compare with in tests."""

import json
import os
import shutil
import subprocess
import sys
import venv
from functools import cache

from .paths import CACHE, CHECKOUT, lock, say, short_hash

PINS = CHECKOUT / "setup" / "oracles.txt"


def ask(program: str, question) -> object:
    """What ``program`` prints as JSON when it reads ``question`` as JSON.

    It runs where ``setup/oracles.txt`` is installed.
    """
    answer = subprocess.run(
        [_python(), "-W", "ignore", "-c", program],
        input=json.dumps(question),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=_environment(),
    )
    return json.loads(answer.stdout)


def run(program: str, *arguments: str) -> None:
    """Run ``program`` where ``setup/oracles.txt`` is installed, with arguments."""
    subprocess.run(
        [_python(), "-W", "ignore", "-c", program, *arguments],
        check=True,
        env=_environment(),
    )


@cache
def _python() -> str:
    home = CACHE / f"oracles-{short_hash(PINS.read_bytes())}"
    python = home / "bin" / "python"
    with lock("oracles"):
        if not (home / "complete").exists():
            say("oracles: installing what setup/oracles.txt names (once)")
            shutil.rmtree(home, ignore_errors=True)
            venv.create(home, with_pip=True)
            pip = [python, "-m", "pip", "install"]
            subprocess.run(
                [*pip, "--quiet", "--no-compile", "--requirement", PINS],
                check=True,
                env=_environment(),
                stdout=sys.stderr,
            )
            (home / "complete").touch()
    return str(python)


def _environment() -> dict:
    # Not this process's path: Odoo's own Python packages would come first.
    return {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
