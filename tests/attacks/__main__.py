"""Try every attack on rights against a running server; say what got in.

    . setup/lib/env.sh
    python -m tests.attacks                                   a server of its own
    python -m tests.attacks --url http://127.0.0.1:8069 --db scratch
    python -m tests.attacks --item 1.1 --item 1.6             some of them

The database must be a scratch one, without a till or club that anybody needs: people,
tills and members are made in it, and then attacked by RPC as the weakest role. The exit
status is 1 when anything got in.
"""

import argparse
import sys
from contextlib import ExitStack

from tests.support.server import database_from_template, running_server

from . import of_people, of_rights, of_tills  # noqa: F401 they are the list
from .catalogue import replay
from .world import World


def main():
    parser = argparse.ArgumentParser(
        prog="python -m tests.attacks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", help="of a running server; none: one is started")
    parser.add_argument("--db", help="its database")
    parser.add_argument("--item", action="append", default=[], help="1.1, 1.2, …")
    options = parser.parse_args()
    if bool(options.url) != bool(options.db):
        parser.error("--url and --db belong together")
    with ExitStack() as stack:
        url, database = options.url, options.db
        if not url:
            database = stack.enter_context(database_from_template("attacks"))
            url = stack.enter_context(running_server(database)).url
        world = stack.enter_context(World(url, database))
        results = []
        for result in replay(world, options.item):
            print(result, flush=True)
            results.append(result)
    successes = sum(result.successes for result in results)
    print(f"{sum(result.tries for result in results)} tries, {successes} successes")
    return 1 if successes else 0


if __name__ == "__main__":
    sys.exit(main())
