"""Jobs side by side, each in a process of its own.

As many as there are cores work at the same time, the longest first. Spare lanes are for
jobs that wait a lot (for clocks, for a browser, for the network): they use what the
others leave. A job hands its verdict over as a file, and one that dies has failed.
"""

import atexit
import contextlib
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path

from .paths import LOGS, SetupError, say
from .verdict import Verdict

SPARE = 2
MOST = 8  # more would wait for one another: some jobs can't be divided


def cores() -> int:
    """How many cores this process may use; a container may have a part of them."""
    count = len(os.sched_getaffinity(0))
    quota = Path("/sys/fs/cgroup/cpu.max")
    if quota.exists():
        time_of_cores, period = quota.read_text().split()
        if time_of_cores != "max":
            count = min(count, int(time_of_cores) // int(period))
    return min(max(count, 1), MOST)


CORES = int(os.environ.get("LOYALTY_CLUB_LANES") or cores())
PROCESSES = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Job:
    """``seconds`` is about how long it takes; ``needs`` are jobs to be over before."""

    name: str
    work: Callable[[], Verdict]
    seconds: int = 30
    needs: tuple[str, ...] = ()
    waits: bool = False


@dataclass
class _Lane:
    """A job at work."""

    job: Job
    output: Path
    report: Path
    spare: bool
    started: float = field(default_factory=time.time)

    def __post_init__(self):
        self.process = PROCESSES.Process(target=self._work, name=self.job.name)
        self.process.start()

    def _work(self) -> None:
        # Both by number, for what it starts, and by name, for itself.
        with open(self.output, "w", buffering=1) as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
            sys.stdout = sys.stderr = file
            self._judge()

    def _judge(self) -> None:
        try:
            verdict = self.job.work()
        except SetupError as error:
            verdict = Verdict(failed=1, problems=[str(error)])
        verdict.write(self.report)

    def end(self) -> Verdict:
        self.process.join()
        verdict = Verdict.read(self.report)
        if self.process.exitcode:
            verdict.problems.append(f"its process ended with {self.process.exitcode}")
        verdict.problems = [f"{self.job.name}: {one}" for one in verdict.problems]
        counted = verdict.passed or verdict.failed or verdict.skipped
        said = verdict if counted else "good" if verdict.good else "bad"
        say(f"{self.job.name}: {said} in {time.time() - self.started:.0f} s")
        if not verdict.good:
            print(self.output.read_text(errors="replace"), file=sys.stderr)
        return verdict


def run(jobs: Sequence[Job], cores: int = CORES) -> dict[str, Verdict]:
    """Runs all the jobs; their verdicts by name."""
    waiting = sorted(jobs, key=lambda job: -job.seconds)
    lanes: list[_Lane] = []
    verdicts: dict[str, Verdict] = {}
    LOGS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, _ended(lanes):
        while waiting or lanes:
            for job, spare in _startable(waiting, lanes, verdicts, cores):
                waiting.remove(job)
                lanes.append(_lane(job, Path(folder), spare))
            if not lanes:
                names = ", ".join(job.name for job in waiting)
                raise SetupError(
                    f"these jobs wait for ones that there are not: {names}"
                )
            over = wait([lane.process.sentinel for lane in lanes])
            for lane in [one for one in lanes if one.process.sentinel in over]:
                lanes.remove(lane)
                verdicts[lane.job.name] = lane.end()
    return verdicts


def _lane(job: Job, folder: Path, spare: bool) -> _Lane:
    say(f"{job.name} …")
    slug = re.sub(r"\W+", "-", job.name)
    return _Lane(job, LOGS / f"job-{slug}.log", folder / f"{slug}.json", spare)


def _startable(waiting, lanes, verdicts, cores) -> Iterator[tuple[Job, bool]]:
    """What can begin now, and whether it takes the spare lane."""
    free = cores - sum(not lane.spare for lane in lanes)
    spare = SPARE - sum(lane.spare for lane in lanes)
    ready = [job for job in waiting if all(name in verdicts for name in job.needs)]
    working = [job for job in ready if not job.waits]
    resting = [job for job in ready if job.waits]
    yield from ((job, True) for job in resting[:spare])
    # Nobody rests in a lane that others could work in.
    yield from ((job, False) for job in (working or resting[spare:])[:free])


@contextlib.contextmanager
def _ended(lanes: list[_Lane]):
    """Whatever happens, no job goes on by itself; each drops its databases."""
    try:
        yield
    finally:
        for lane in lanes:
            lane.process.terminate()
        for lane in lanes:
            lane.process.join()


def shared_folder() -> Path:
    """An empty folder for what jobs leave for one another; it goes with the program."""
    folder = Path(tempfile.mkdtemp(prefix="loyalty-club-"))
    owner = os.getpid()

    def forget():
        if os.getpid() == owner:  # the jobs, which are copies of it, end before
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(forget)
    return folder
