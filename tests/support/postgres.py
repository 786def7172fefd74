"""A PostgreSQL cluster for one test, which may kill it.

with database_from_template() as template, own_cluster(template) as cluster:
    with running_server(template, environment=cluster.environment) as server:
        cluster.kill()  # as kill -9 does
        cluster.start()
"""

import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from club_setup.paths import CACHE, CHECKOUT


def ask(database: str, query: str):
    """The first value that a query finds, in a transaction of its own; or None."""
    connection = psycopg2.connect(dbname=database)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query)
            row = cursor.fetchone()
            return row and row[0]
    finally:
        connection.close()


def wait_for(database: str, query: str, seconds: int = 120):
    """What :func:`ask` finds, as soon as it finds something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if answer := ask(database, query):
            return answer
        time.sleep(0.2)
    raise AssertionError(f"nothing came of {query}")


class Cluster:
    """The same settings as the cluster of setup/, with ``fsync`` on."""

    def __init__(self):
        self.home = CACHE / f"postgres-{os.getpid()}"
        #: what a client needs to reach this cluster instead of the usual one
        # (and waits there until a commit is on the disk, which other tests do not)
        self.environment = {"PGHOST": str(self.home / "socket"), "PGOPTIONS": ""}

    def run(self, script: str) -> None:
        library = CHECKOUT / "setup" / "lib"
        environment = {**os.environ, "LOYALTY_CLUB_POSTGRES": str(self.home)}
        environment.pop("LOYALTY_CLUB_QUICK_DISK", None)  # it is to be on the disk
        subprocess.run(
            [
                "bash",
                "-c",
                f". {library}/common.sh; . {library}/postgres.sh; {script}",
            ],
            env=environment,
            check=True,
        )

    def start(self) -> None:
        self.run("pg_start")

    def stop(self) -> None:
        self.run("pg_stop")

    def setting(self, name: str) -> str:
        shown = subprocess.run(
            ["psql", "-At", "-d", "postgres", "-c", f"SHOW {name}"],
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return shown.stdout.strip()

    def kill(self) -> None:
        """Ends the postmaster at once; its children notice and end too."""
        pid_file = self.home / "data" / "postmaster.pid"
        pid = int(pid_file.read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.05)

    def copy_of(self, database: str) -> None:
        """Brings a database of the usual cluster over, under the same name."""
        subprocess.run(
            ["createdb", database], env={**os.environ, **self.environment}, check=True
        )
        with subprocess.Popen(
            ["pg_dump", "--no-owner", database], stdout=subprocess.PIPE
        ) as dump:
            subprocess.run(
                ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", database],
                env={**os.environ, **self.environment},
                stdin=dump.stdout,
                stdout=subprocess.DEVNULL,
                check=True,
            )
        if dump.returncode:
            raise RuntimeError(f"pg_dump of {database} failed")


class Replica:
    """A second server that streams from a cluster, and can only be read."""

    def __init__(self, cluster: Cluster):
        self._cluster = cluster
        self.home = cluster.home / "replica"
        #: where Odoo's ``--db_replica_host`` finds it
        self.host = str(self.home / "socket")

    def start(self) -> None:
        (self.home / "socket").mkdir(parents=True)
        self._cluster.run(
            f"""
            pg_as_user "$(pg_bin)/pg_basebackup" -h {self._cluster.home}/socket \\
                -U postgres -D {self.home}/data --write-recovery-conf --checkpoint=fast
            pg_as_user "$(pg_bin)/pg_ctl" --pgdata={self.home}/data --wait --silent \\
                --log={self.home}/log --options="-c max_connections=300 \\
                -c unix_socket_directories={self.host}" start
            """
        )

    def stop(self) -> None:
        self._cluster.run(
            f"""
            pg_as_user "$(pg_bin)/pg_ctl" --pgdata={self.home}/data --silent \\
                --mode=immediate stop
            """
        )

    def ask(self, query: str) -> str:
        return self._ask(query, {"PGHOST": self.host})

    def catch_up(self, seconds: int = 60) -> None:
        """Wait until it has all that the cluster has written by now."""
        there = self._ask(
            "SELECT pg_current_wal_flush_lsn()", self._cluster.environment
        )
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.ask(f"SELECT pg_last_wal_replay_lsn() >= '{there}'") == "t":
                return
            time.sleep(0.05)
        raise RuntimeError("the replica doesn't follow")

    def _ask(self, query, environment):
        done = subprocess.run(
            ["psql", "-At", "-U", "postgres", "-d", "postgres", "-c", query],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout.strip()


@contextmanager
def replica_of(cluster: Cluster):
    """A started ``Replica`` that has all that the cluster has."""
    replica = Replica(cluster)
    replica.start()
    try:
        replica.catch_up()
        yield replica
    finally:
        replica.stop()


@contextmanager
def own_cluster(database: str):
    """A started ``Cluster`` that holds a copy of the database."""
    cluster = Cluster()
    try:
        cluster.start()
        cluster.copy_of(database)
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(cluster.home)
