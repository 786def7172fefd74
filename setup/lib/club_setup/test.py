"""``setup/test``."""

import argparse
import sys

from . import databases, stages
from .paths import SetupError, clean_up_when_terminated


def main() -> int:
    clean_up_when_terminated()
    databases.drop_abandoned()
    parser = argparse.ArgumentParser(prog="setup/test")
    parser.add_argument("--native-all", action="store_true")
    parser.add_argument("paths", nargs="*")
    options = parser.parse_args()
    try:
        if options.paths:
            chosen = stages.for_paths(options.paths)
        elif options.native_all:
            chosen = stages.native_all()
        else:
            chosen = stages.everything()
    except SetupError as error:
        print(f"setup/test: {error}", file=sys.stderr)
        return 2
    return 0 if stages.run(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
