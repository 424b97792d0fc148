"""Several workers at once, in threads and in real processes, some of them killed."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection

from booking.domain.outbox import Payload, Work, enqueue, enqueue_many
from booking.jobs import queue
from booking.jobs.queue import LEASE, Outcome
from booking.jobs.runner import run_due
from booking.models import OutboxJob
from booking.models.outbox import OutboxQuerySet
from booking.tests.jobs import processes
from booking.tests.jobs.processes import Process, lines, wait_until
from booking.tests.races.harness import Gate, in_separate_steps, race
from project import clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


@pytest.fixture
def started() -> Iterator[list[Process]]:
    """The processes that a test starts; killed at its end if they still run."""
    running: list[Process] = []
    yield running
    for process in running:
        process.kill()
        process.wait()


def enqueue_quick(count: int) -> None:
    work = (Work(kind="quick", payload={"n": number}) for number in range(count))
    enqueue_many(work, now=clock.now())


def open_jobs() -> int:
    return OutboxJob.objects.open().count()


# --- threads ------------------------------------------------------------------------------------


def claims_of_two(wrap: Callable[[Callable[[], object]], Callable[[], object]]) -> list[object]:
    """What two workers get that look for work at the same instant, while one job is due."""
    enqueue_quick(1)
    now = clock.now()
    outcome = race([wrap(lambda: queue.claim(now=now))] * 2)
    assert outcome.errors == []
    return [claim for claim in outcome.results if claim is not None]


def test_two_workers_that_meet_at_a_job_share_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(2, patience=0.5)
    monkeypatch.setattr(OutboxQuerySet, "exists", gate.after(OutboxQuerySet.exists))
    assert len(claims_of_two(lambda work: work)) == 1
    assert gate.crowd == 2


def test_control_without_the_lock_both_get_the_same_job(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(2, patience=5)
    monkeypatch.setattr(OutboxQuerySet, "select_for_update", lambda jobs, **_options: jobs)
    monkeypatch.setattr(OutboxQuerySet, "first", gate.after(OutboxQuerySet.first))
    claims = claims_of_two(in_separate_steps)
    assert len(claims) == 2


def test_six_threads_run_each_job_once() -> None:
    enqueue_quick(120)
    done: Counter[int | str] = Counter()

    def quick(payload: Payload, now: datetime) -> None:
        done[payload["n"]] += 1

    outcome = race([lambda: run_due({"quick": quick})] * 6)
    assert outcome.errors == []
    assert sum(outcome.results, Counter()) == {Outcome.DONE: 120}
    assert done == Counter(range(120))


# --- processes ----------------------------------------------------------------------------------


def test_three_processes_run_each_job_once(notes: Path, started: list[Process]) -> None:
    enqueue_quick(150)
    started += [processes.start_worker(notes) for _ in range(3)]
    wait_until(lambda: lines(notes).count("ready") == 3 and not open_jobs())
    done = sorted(line for line in lines(notes) if line.startswith("did"))
    assert done == sorted(f"did {number}" for number in range(150))
    assert set(OutboxJob.objects.values_list("attempts", flat=True)) == {1}


def test_the_job_of_a_killed_worker_is_done_again_after_its_lease(
    notes: Path, started: list[Process]
) -> None:
    enqueue("slow", {"n": 1, "seconds": 60}, now=clock.now())
    worker = processes.start_worker(notes)
    started.append(worker)
    wait_until(lambda: f"began 1 in {worker.pid}" in lines(notes))
    worker.send_signal(signal.SIGKILL)
    worker.wait(processes.PATIENCE)

    again: list[Payload] = []
    handlers = {"slow": lambda payload, _now: again.append(payload)}
    assert run_due(handlers) == {}
    with time_machine.travel(clock.now() + LEASE + timedelta(seconds=1)):
        assert run_due(handlers) == {Outcome.DONE: 1}
    assert again == [{"n": 1, "seconds": 60}]
    assert OutboxJob.objects.get().attempts == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_worker_ends_its_job_and_begins_no_other(
    number: signal.Signals, notes: Path, started: list[Process]
) -> None:
    enqueue("slow", {"n": 1, "seconds": 1}, now=clock.now())
    enqueue("slow", {"n": 2, "seconds": 1}, now=clock.now())
    worker = processes.start_worker(notes)
    started.append(worker)
    wait_until(lambda: f"began 1 in {worker.pid}" in lines(notes))
    worker.send_signal(number)
    assert worker.wait(processes.PATIENCE) == 0
    assert lines(notes) == ["ready", f"began 1 in {worker.pid}", "ended 1", "stopped"]
    first, second = OutboxJob.objects.order_by("pk")
    assert first.done_at
    assert (second.done_at, second.attempts) == (None, 0)


def test_an_idle_worker_stops_within_two_seconds(notes: Path, started: list[Process]) -> None:
    worker = processes.start_worker(notes)
    started.append(worker)
    wait_until(lambda: "ready" in lines(notes))
    worker.terminate()
    assert worker.wait(2) == 0


def test_a_running_worker_takes_up_new_work(notes: Path, started: list[Process]) -> None:
    started.append(processes.start_worker(notes))
    wait_until(lambda: "ready" in lines(notes))
    enqueue_quick(1)
    wait_until(lambda: "did 0" in lines(notes))


def test_the_command_itself_runs_and_stops(started: list[Process]) -> None:
    enqueue("juggle", {}, now=clock.now())
    worker = processes.start(["manage.py", "worker"])
    started.append(worker)
    wait_until(lambda: not open_jobs())
    worker.terminate()
    assert worker.wait(processes.PATIENCE) == 0
    assert OutboxJob.objects.get().last_error == "no handler for this kind of job"


def test_once_runs_what_is_due_and_ends(capsys: pytest.CaptureFixture[str]) -> None:
    enqueue("juggle", {}, now=clock.now())
    enqueue("juggle", {}, run_at=clock.now() + timedelta(hours=1), now=clock.now())
    call_command("worker", "--once")
    assert capsys.readouterr().out == "Jobs: 0 done, 0 retry, 1 failed, 0 lease lost.\n"
    assert open_jobs() == 1
    assert connection.in_atomic_block is False
