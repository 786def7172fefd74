"""The demo shop of a version that shops may have, as a compressed dump.

    python -m tests.upgrade.old_shop DATABASE VERSION

keeps one, before a version's models change: made from a database that was installed
with demo data in English and Persian. What is secret in it is replaced.
"""

import lzma
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
# Keys of Odoo's parameters that are made anew in each database.
SECRET = re.compile(r"^(\d+\t)(database\.secret|database\.uuid)\t[^\t]+", re.MULTILINE)


def path_of(version: str) -> Path:
    return FOLDER / f"shop-{version}.sql.xz"


def keep(database: str, version: str) -> None:
    """Write the dump of a database, without what belongs to this machine."""
    dump = subprocess.run(
        ["pg_dump", "--no-owner", "--no-privileges", database],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    dump = re.sub(r"^\\(un)?restrict .*\n", "", dump, flags=re.MULTILINE)
    dump = SECRET.sub(r"\1\2\tof-a-test", dump)
    path_of(version).write_bytes(lzma.compress(dump.encode(), preset=9))


def restore(database: str, version: str) -> None:
    """Fill an empty database from a dump."""
    done = subprocess.run(
        ["psql", "--quiet", "-v", "ON_ERROR_STOP=1", "-d", database],
        input=lzma.decompress(path_of(version).read_bytes()),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode()[-2000:])


if __name__ == "__main__":
    keep(*sys.argv[1:])
