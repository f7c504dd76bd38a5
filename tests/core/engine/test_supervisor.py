"""The queue with real worker processes."""

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from mnist_core.config import DataConfig, LogisticConfig, NetworkConfig, RunConfig, TrainConfig
from mnist_core.engine import Supervisor, close_shared_supervisor, shared_supervisor
from mnist_core.engine import supervisor as supervisor_module
from mnist_core.engine.local import LocalWorker
from mnist_core.errors import NotOwnerError, RunStateError, StorageError
from mnist_core.settings import Settings
from mnist_core.store import RunState, Store, own_process
from tests.waiting import wait_until

pytestmark = pytest.mark.slow
QUICK = RunConfig(
    data=DataConfig(dataset="digits", validation_split=0.0), model=LogisticConfig(folds=2), train=TrainConfig(epochs=1)
)
LONG = RunConfig(data=DataConfig(dataset="digits"), model=NetworkConfig(), train=TrainConfig(epochs=200, batch_size=1))


@pytest.fixture
def supervisor(store: Store, settings: Settings, digits: object) -> Iterator[Supervisor]:
    supervisor = Supervisor(store, settings.model_copy(update={"stop_patience": 2.0}))
    supervisor.start()
    yield supervisor
    supervisor.close()


def until_state(store: Store, run_id: str, *states: RunState, seconds: float = 90) -> None:
    wait_until(lambda: store.get(run_id).state in states, seconds, f"{run_id} to be {states}")


def until_training(store: Store, run_id: str) -> None:
    wait_until(lambda: bool(store.points(run_id)), 90, "the first point")


def test_queued_runs_are_trained_one_after_the_other(store: Store, supervisor: Supervisor) -> None:
    first, second = (supervisor.submit(QUICK, name) for name in ("first", "second"))
    until_state(store, second, RunState.COMPLETED)
    one, two = store.get(first), store.get(second)
    assert one.state is RunState.COMPLETED
    assert one.finished <= two.started  # one slot: never two at once


def test_a_gentle_stop_keeps_the_model_and_only_the_owner_may(store: Store, supervisor: Supervisor) -> None:
    run_id = supervisor.submit(LONG, "long", owner="me")
    until_training(store, run_id)
    with pytest.raises(NotOwnerError, match="another visitor"):
        supervisor.stop(run_id, "somebody else")
    assert store.get(run_id).state is RunState.RUNNING
    supervisor.stop(run_id, "me")
    until_state(store, run_id, RunState.STOPPED, seconds=30)
    record = store.get(run_id)
    assert record.outcome.test_accuracy is not None
    assert store.files(run_id).onnx.exists()
    with pytest.raises(RunStateError):
        supervisor.stop(run_id, "me")


def test_a_killed_worker_leaves_a_sentence_and_the_queue_goes_on(store: Store, supervisor: Supervisor) -> None:
    killed = supervisor.submit(LONG, "long")
    next_one = supervisor.submit(QUICK, "quick")
    until_training(store, killed)
    os.kill(store.get(killed).pid, signal.SIGKILL)
    until_state(store, next_one, RunState.COMPLETED)
    record = store.get(killed)
    assert record.state is RunState.INTERRUPTED
    assert "SIGKILL" in record.error.message
    assert store.points(killed)  # what was measured is kept


def test_a_queued_run_is_stopped_before_it_begins(store: Store, supervisor: Supervisor) -> None:
    supervisor.submit(LONG, "long")
    waiting = supervisor.submit(QUICK, "quick", owner="me")
    assert store.queue_position(waiting) in (0, 1)
    supervisor.stop(waiting, "me")
    assert store.get(waiting).state is RunState.STOPPED


def test_a_worker_that_does_not_listen_is_ended(store: Store, supervisor: Supervisor) -> None:
    run_id = supervisor.submit(LONG, "long", owner="me")
    until_training(store, run_id)
    process = psutil.Process(store.get(run_id).pid)
    process.suspend()
    supervisor.stop(run_id, "me")
    until_state(store, run_id, RunState.STOPPED, seconds=30)
    wait_until(lambda: not process.is_running(), 10, "the worker's end")


def test_close_ends_workers_and_marks_their_runs(store: Store, settings: Settings, digits: object) -> None:
    supervisor = Supervisor(store, settings)
    supervisor.start()
    run_id = supervisor.submit(LONG, "long")
    until_training(store, run_id)
    process = psutil.Process(store.get(run_id).pid)
    supervisor.close()
    assert not process.is_running()
    assert store.get(run_id).state is RunState.INTERRUPTED


def test_a_new_supervisor_marks_what_a_dead_app_left_behind(store: Store, settings: Settings) -> None:
    run_id = store.create(LONG, "left behind")
    dead = psutil.Popen(["true"])
    store.claim(run_id, dead)
    dead.wait()
    supervisor = Supervisor(store, settings)
    supervisor.start()
    supervisor.close()
    assert store.get(run_id).state is RunState.INTERRUPTED


def test_the_process_has_one_supervisor_until_it_is_closed() -> None:
    assert shared_supervisor() is shared_supervisor()
    first = shared_supervisor()
    close_shared_supervisor()
    close_shared_supervisor()  # closing twice is no error
    assert shared_supervisor() is not first


def test_as_many_runs_as_slots_train_at_once_and_close_leaves_no_process(
    store: Store, settings: Settings, digits: object
) -> None:
    supervisor = Supervisor(store, settings.model_copy(update={"slots": 2}))
    supervisor.start()
    runs = [supervisor.submit(LONG, f"run {number}") for number in range(3)]
    wait_until(lambda: len(store.find(states=[RunState.RUNNING])) == 2, 60, "two runs at once")
    processes = [psutil.Process(store.get(run_id).pid) for run_id in runs[:2]]
    processes[0].suspend()  # even one that can't notice the end of its input
    supervisor.close()
    assert not any(process.is_running() for process in processes)
    states = [store.get(run_id).state for run_id in runs]
    # What had not begun is still queued for the next start of the app.
    assert states == [RunState.INTERRUPTED, RunState.INTERRUPTED, RunState.QUEUED]


def test_a_run_that_another_process_has_taken_goes_on_there(
    store: Store, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two apps or an app and the command line share one queue: who comes too late changes nothing."""

    class Late(LocalWorker):
        def __init__(self, run_id: str, log: Path, settings: Settings) -> None:
            if store.get(run_id).name == "taken":
                assert store.claim(run_id, own_process())
            super().__init__(run_id, log, settings)

    monkeypatch.setattr(supervisor_module, "LocalWorker", Late)
    taken, after = (supervisor.submit(QUICK, name) for name in ("taken", "after"))
    until_state(store, after, RunState.COMPLETED)  # so the other worker has ended and was noticed
    record = store.get(taken)
    assert (record.state, record.pid, record.error) == (RunState.RUNNING, os.getpid(), None)


def test_a_stop_while_the_worker_starts_is_kept(store: Store, supervisor: Supervisor) -> None:
    first = supervisor.submit(QUICK, "first", owner="me")
    wait_until(lambda: store.files(first).log.exists(), 10, "the worker's start")
    supervisor.stop(first, "me")
    until_state(store, supervisor.submit(QUICK, "second"), RunState.COMPLETED)
    assert store.get(first).state is RunState.STOPPED


def test_a_worker_that_can_not_be_started_is_a_failed_run(
    store: Store, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    run_id = supervisor.submit(QUICK, "quick")
    until_state(store, run_id, RunState.FAILED)
    assert "could not be started" in store.get(run_id).error.message


def test_a_worker_that_ends_without_a_result_is_told_in_words(
    store: Store, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", shutil.which("false"))
    run_id = supervisor.submit(QUICK, "quick")
    until_state(store, run_id, RunState.INTERRUPTED)
    assert "ended without a result (exit code 1)" in store.get(run_id).error.message


def test_the_queue_goes_on_after_a_moment_without_a_database(
    store: Store, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find, failures = store.find, []

    def fail_once(**options: object) -> object:
        if not failures:
            failures.append(1)
            raise StorageError("The database is locked.")
        return find(**options)

    monkeypatch.setattr(store, "find", fail_once)
    wait_until(lambda: bool(failures), 10, "the failure")
    until_state(store, supervisor.submit(QUICK, "quick"), RunState.COMPLETED)
    assert "could not be served this time: The database is locked." in capsys.readouterr().out


def test_runs_of_other_processes_are_marked_when_those_die(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "_RECOVERY", 0.1)
    supervisor = Supervisor(store, settings)
    run_id = store.create(LONG, "of another app")
    other = psutil.Popen(["sleep", "60"])
    assert store.claim(run_id, other)
    supervisor.start()
    assert store.get(run_id).state is RunState.RUNNING
    other.kill()  # and not waited for: a zombie is as dead
    until_state(store, run_id, RunState.INTERRUPTED, seconds=15)
    supervisor.close()
    other.wait()


def test_nothing_is_begun_after_close(store: Store, settings: Settings) -> None:
    supervisor = Supervisor(store, settings)
    supervisor.close()
    supervisor.start()
    assert supervisor.submit(QUICK, "quick") == store.find(states=[RunState.QUEUED])[0].id
    assert not any(thread.name == "supervisor" for thread in threading.enumerate())
