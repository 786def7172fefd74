"""What calls to a server cost: CPU of Odoo and of its PostgreSQL, statements, time.

CPU says more than the clock on a machine that other work shares: a process that waits
for its turn uses none. Statements are Odoo's own count, from its log.
"""

import os
import re
import time
from collections import defaultdict
from contextlib import contextmanager
from statistics import median

import psycopg2

# The end of what Odoo logs of a request: statements, their seconds, the other seconds.
LOGGED = re.compile(r'"POST /web/dataset/call_kw/\S+ .*" 200 - (\d+) ([\d.]+) ([\d.]+)')


def cpu_of(pid: int) -> int:
    """Nanoseconds that a process has used, its threads that ended included."""
    # As clock_getcpuclockid(3) makes it.
    return time.clock_gettime_ns(~pid << 3 | 2)


class Cost:
    """What the calls to one server cost, by what they are made for.

    :param server: ``running_server``'s
    """

    def __init__(self, server):
        self._server = server
        self._backends = psycopg2.connect(dbname="postgres").cursor()
        self._backends.connection.autocommit = True
        self.taken = defaultdict(list)

    @contextmanager
    def of(self, name: str):
        """Count what is done inside as one turn of ``name``."""
        logged = os.path.getsize(self._server.log)
        odoo, postgres, clock = self._used()
        yield
        odoo_after, postgres_after, clock_after = self._used()
        self.taken[name].append(
            {
                "odoo": (odoo_after - odoo) / 1e6,
                "postgres": (postgres_after - postgres) / 1e6,
                "cpu": (odoo_after - odoo + postgres_after - postgres) / 1e6,
                "wall": (clock_after - clock) / 1e6,
                "statements": self._statements(logged),
            }
        )

    def _used(self):
        self._backends.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s",
            [self._server.database],
        )
        postgres = sum(cpu_of(pid) for (pid,) in self._backends.fetchall())
        return cpu_of(self._server.pid), postgres, time.monotonic_ns()

    def _statements(self, since: int) -> int:
        """What the requests have executed that were logged since that place."""
        with open(self._server.log) as log:
            log.seek(since)
            return sum(int(count) for count, *_seconds in LOGGED.findall(log.read()))

    def medians(self, name: str) -> dict:
        """By measure: milliseconds, but for ``statements``."""
        turns = self.taken[name]
        return {
            measure: median(turn[measure] for turn in turns) for measure in turns[0]
        }
