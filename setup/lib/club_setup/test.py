"""``setup/test``."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from . import databases, lint, reached, stages
from .paths import SetupError, clean_up_when_terminated

# Tests kill Odoo, which loses nothing by this; those that kill PostgreSQL have a
# cluster of their own, which waits for the disk (``tests/support/postgres.py``).
QUICK_COMMITS = "-c synchronous_commit=off"


def main() -> int:
    clean_up_when_terminated()
    os.environ["PGOPTIONS"] = QUICK_COMMITS
    databases.drop_abandoned()
    parser = argparse.ArgumentParser(prog="setup/test")
    parser.add_argument("--native-all", action="store_true")
    parser.add_argument("--with-lint", action="store_true")
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("paths", nargs="*")
    options = parser.parse_args()
    try:
        if options.paths:
            chosen = stages.for_paths(options.paths)
        elif options.native_all:
            chosen = stages.native_all()
        else:
            chosen = stages.everything()
        if options.coverage:
            return measure(chosen if options.paths else stages.in_reach())
        beside = lint.jobs() if options.with_lint else ()
        return 0 if stages.run(chosen, beside) else 1
    except SetupError as error:
        print(f"setup/test: {error}", file=sys.stderr)
        return 2


def measure(chosen) -> int:
    """Runs the stages and prints what they have reached before the last line."""
    with tempfile.TemporaryDirectory() as folder:
        reached.begin(Path(folder))
        good = stages.run(chosen, before_the_end=lambda: reached.report(Path(folder)))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
