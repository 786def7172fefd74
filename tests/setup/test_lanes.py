"""Jobs side by side: all of them run, and whoever dies or does nothing is seen."""

import os
import signal
import time

import pytest
from club_setup import lanes, stages
from club_setup.lanes import Job
from club_setup.paths import SetupError, clean_up_when_terminated
from club_setup.verdict import Verdict


@pytest.fixture(autouse=True)
def logs(tmp_path, monkeypatch):
    monkeypatch.setattr(lanes, "LOGS", tmp_path)


def passes():
    return Verdict(passed=2)


def dies():
    os.kill(os.getpid(), signal.SIGKILL)


def breaks():
    raise ZeroDivisionError


def refuses():
    raise SetupError("there is no network")


def leaves():
    os._exit(0)


def stage(*works):
    jobs = [Job(f"job {number}", work) for number, work in enumerate(works)]
    return stages.Stage("stage", tuple(jobs))


def test_all_are_counted(capsys):
    assert stages.run([stage(passes, passes), stages.Stage("b", (Job("c", passes),))])
    assert capsys.readouterr().out.splitlines()[-1] == "6 passed, 0 failed, 0 skipped"


@pytest.mark.parametrize("bad", [dies, breaks, refuses, leaves])
def test_whoever_ends_without_a_verdict_has_failed(bad, capsys):
    assert not stages.run([stage(passes, bad)])
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("2 passed, ") and ", 0 failed," not in last


def test_a_stage_that_runs_nothing_is_bad():
    assert not stages.run([stage(passes, passes), stage_of_nothing()])


def stage_of_nothing():
    return stages.Stage("nothing", (Job("late", Verdict), Job("later", Verdict)))


def test_what_a_stage_finds_in_the_end_counts():
    lost = stages.Stage(
        "shared",
        (Job("one", passes), Job("two", passes)),
        lambda: Verdict(problems=["a test was not run"]),
    )
    assert not stages.run([lost])


def test_what_runs_beside_has_to_be_good():
    bad = Job("style", lambda: Verdict(problems=["a line is too long"]))
    assert stages.run([stage(passes)], [Job("style", Verdict)])
    assert not stages.run([stage(passes)], [bad])


def test_a_job_begins_when_what_it_needs_is_over(tmp_path):
    made = tmp_path / "made"

    def makes():
        time.sleep(0.2)
        made.touch()
        return Verdict()

    def uses():
        return Verdict(passed=int(made.exists()))

    jobs = [Job("uses", uses, 1000, ("makes",)), Job("makes", makes, 1)]
    assert lanes.run(jobs, cores=2)["uses"].passed == 1
    with pytest.raises(SetupError, match="uses"):
        lanes.run([Job("uses", uses, 1000, ("nobody",))])


def test_no_more_work_at_once_than_there_are_cores_and_some_wait(tmp_path):
    def works(name):
        def work():
            mark = tmp_path / f"at-{name}"
            mark.touch()
            time.sleep(0.2)
            seen = {path.name for path in tmp_path.glob("at-*")}
            mark.unlink()
            return Verdict(problems=[",".join(sorted(seen))])

        return work

    jobs = [Job(str(n), works(f"w{n}")) for n in range(4)]
    jobs += [Job(f"r{n}", works(f"r{n}"), waits=True) for n in range(3)]
    found = lanes.run(jobs, cores=2)
    together = [verdict.problems[0].split(",") for verdict in found.values()]
    assert max(len(names) for names in together) <= 2 + lanes.SPARE
    assert max(sum("w" in name for name in names) for names in together) == 2


def test_a_job_does_not_outlive_the_program(tmp_path):
    """The others are ended, and clean up after themselves."""

    def stays():
        try:
            time.sleep(60)
        finally:
            (tmp_path / "cleaned").touch()

    def interrupts():
        time.sleep(0.5)
        os.kill(os.getppid(), signal.SIGTERM)
        time.sleep(60)

    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    clean_up_when_terminated()
    try:
        with pytest.raises(KeyboardInterrupt):
            lanes.run([Job("stays", stays), Job("interrupts", interrupts)], cores=2)
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert (tmp_path / "cleaned").exists()
