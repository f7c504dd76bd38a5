"""The queue with real worker processes."""

import errno
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import psutil
import pytest

from mnist_core.config import DataConfig, LogisticConfig, NetworkConfig, RunConfig, TrainConfig
from mnist_core.engine import Supervisor, close_shared_supervisor, shared_supervisor
from mnist_core.engine import local as local_module
from mnist_core.engine import spare as spare_module
from mnist_core.engine import supervisor as supervisor_module
from mnist_core.engine import workers as workers_module
from mnist_core.engine.local import LocalLauncher, LocalWorker
from mnist_core.errors import ConfigError, LimitError, NotOwnerError, RunStateError, StorageError
from mnist_core.models.speed import DeviceSpeed, Speed, write_speed
from mnist_core.settings import Settings
from mnist_core.store import RunRecord, RunState, Store, Visitor
from mnist_core.system.processes import own_process
from tests.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("uncounted_children")]
ME, OTHER = Visitor("me"), Visitor("other")
LOCAL = Visitor(None, is_admin=True)  # as the command line: without limits
QUICK = RunConfig(
    data=DataConfig(dataset="digits", validation_split=0.0), model=LogisticConfig(folds=2), train=TrainConfig(epochs=1)
)
SHORT = RunConfig(data=DataConfig(dataset="digits"), model=NetworkConfig(), train=TrainConfig(epochs=2, batch_size=100))
LONG = RunConfig(data=DataConfig(dataset="digits"), model=NetworkConfig(), train=TrainConfig(epochs=200, batch_size=1))


@pytest.fixture
def supervisor(store: Store, settings: Settings, digits: object) -> Iterator[Supervisor]:
    supervisor = Supervisor(store, settings)
    supervisor.start()
    yield supervisor
    supervisor.close()


def until_state(store: Store, run_id: str, *states: RunState, seconds: float = 240) -> None:
    wait_until(lambda: store.runs.get(run_id).state in states, seconds, f"{run_id} to be {states}")


def until_training(store: Store, run_id: str) -> None:
    wait_until(lambda: bool(store.metrics.points(run_id)), 240, "the first point")


def test_queued_runs_are_trained_one_after_the_other(store: Store, supervisor: Supervisor) -> None:
    first, second = (supervisor.submit(QUICK, name, visitor=LOCAL) for name in ("first", "second"))
    until_state(store, second, RunState.COMPLETED)
    one, two = store.runs.get(first), store.runs.get(second)
    assert one.state is RunState.COMPLETED
    assert one.finished <= two.started  # one slot: never two at once


def test_a_run_is_recorded_with_the_precision_that_is_faster_here(store: Store, settings: Settings) -> None:
    one, half = (Speed(dense=1e9, conv=1e9, normalization=0.0, step=step) for step in (0.002, 0.001))
    write_speed(DeviceSpeed("CPU", {"float32": one, "mixed_bfloat16": half}), settings.speed_path)
    supervisor = Supervisor(store, settings)  # not started: the run only waits
    run = store.runs.get(supervisor.submit(SHORT.with_settings({"precision": "auto"}), "short", visitor=LOCAL))
    as_trained = SHORT.with_settings({"precision": "mixed_bfloat16"})
    assert (run.config, run.fingerprint) == (as_trained, as_trained.fingerprint())


def test_a_gentle_stop_keeps_the_model_and_only_the_owner_may(store: Store, supervisor: Supervisor) -> None:
    run_id = supervisor.submit(LONG, "long", visitor=ME)
    until_training(store, run_id)
    with pytest.raises(NotOwnerError, match="another visitor"):
        supervisor.stop(run_id, Visitor("somebody else"))
    assert store.runs.get(run_id).state is RunState.RUNNING
    supervisor.stop(run_id, ME)
    until_state(store, run_id, RunState.STOPPED)
    record = store.runs.get(run_id)
    assert record.outcome.test_accuracy is not None
    assert store.files(run_id).onnx.exists()
    with pytest.raises(RunStateError):
        supervisor.stop(run_id, ME)


def test_a_killed_worker_leaves_a_sentence_and_the_queue_goes_on(store: Store, supervisor: Supervisor) -> None:
    killed = supervisor.submit(LONG, "long", visitor=LOCAL)
    next_one = supervisor.submit(QUICK, "quick", visitor=LOCAL)
    until_training(store, killed)
    os.kill(store.runs.get(killed).pid, signal.SIGKILL)
    until_state(store, next_one, RunState.COMPLETED)
    record = store.runs.get(killed)
    assert record.state is RunState.INTERRUPTED
    assert "SIGKILL" in record.error.message
    assert store.metrics.points(killed)  # what was measured is kept


def test_a_queued_run_is_stopped_before_it_begins(store: Store, supervisor: Supervisor) -> None:
    supervisor.submit(LONG, "long", visitor=LOCAL)
    waiting = supervisor.submit(QUICK, "quick", visitor=ME)
    supervisor.stop(waiting, ME)
    assert store.runs.get(waiting).state is RunState.STOPPED


def test_a_worker_that_does_not_listen_is_ended(store: Store, settings: Settings, digits: object) -> None:
    supervisor = Supervisor(store, settings.model_copy(update={"stop_patience": 2.0}))
    supervisor.start()
    try:
        run_id = supervisor.submit(LONG, "long", visitor=ME)
        until_training(store, run_id)
        process = psutil.Process(store.runs.get(run_id).pid)
        process.suspend()
        supervisor.stop(run_id, ME)
        until_state(store, run_id, RunState.STOPPED)
        wait_until(lambda: not process.is_running(), 240, "the worker's end")
    finally:
        supervisor.close()


def test_close_ends_workers_and_marks_their_runs(store: Store, settings: Settings, digits: object) -> None:
    supervisor = Supervisor(store, settings)
    supervisor.start()
    run_id = supervisor.submit(LONG, "long", visitor=LOCAL)
    until_training(store, run_id)
    process = psutil.Process(store.runs.get(run_id).pid)
    supervisor.close()
    assert not process.is_running()
    assert store.runs.get(run_id).state is RunState.INTERRUPTED


def test_a_new_supervisor_marks_what_a_dead_app_left_behind(store: Store, settings: Settings) -> None:
    run_id = store.new_runs.create(LONG, "left behind")
    dead = psutil.Popen(["true"])
    store.queue.claim(run_id, dead)
    dead.wait()
    supervisor = Supervisor(store, settings)
    supervisor.start()
    supervisor.close()
    assert store.runs.get(run_id).state is RunState.INTERRUPTED


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
    runs = [supervisor.submit(LONG, "a run", visitor=Visitor(f"visitor {number}")) for number in range(3)]
    wait_until(lambda: len(store.runs.find(states=[RunState.RUNNING])) == 2, 240, "two runs at once")
    processes = [psutil.Process(store.runs.get(run_id).pid) for run_id in runs[:2]]
    processes[0].suspend()  # even one that can't notice the end of its input
    supervisor.close()
    assert not any(process.is_running() for process in processes)
    states = [store.runs.get(run_id).state for run_id in runs]
    # What had not begun is still queued for the next start of the app.
    assert states == [RunState.INTERRUPTED, RunState.INTERRUPTED, RunState.QUEUED]


def test_a_run_that_another_process_has_taken_goes_on_there(
    store: Store, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two apps or an app and the command line share one queue: who comes too late changes nothing."""

    class Late(LocalWorker):
        def begin(self, run_id: str, holder: str) -> None:
            if store.runs.get(run_id).name == "taken":
                store.queue.give_back(run_id)  # as the others do once they have heard nothing of this app for a while
                assert store.queue.claim(run_id, own_process())
            super().begin(run_id, holder)

    monkeypatch.setattr(local_module, "LocalWorker", Late)
    taken, after = (supervisor.submit(QUICK, name, visitor=LOCAL) for name in ("taken", "after"))
    until_state(store, after, RunState.COMPLETED)  # so the other worker has ended and was noticed
    record = store.runs.get(taken)
    assert (record.state, record.pid, record.error) == (RunState.RUNNING, os.getpid(), None)


@pytest.mark.parametrize("reason", [errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM])
def test_a_run_waits_while_the_system_has_nothing_left_for_a_worker(
    store: Store, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, reason: int
) -> None:
    refused = []

    class Refused(LocalWorker):
        def __init__(self, *arguments: object, **named: object) -> None:
            refused.append(1)
            if len(refused) <= 2:
                raise OSError(reason, os.strerror(reason))
            super().__init__(*arguments, **named)

    monkeypatch.setattr(local_module, "LocalWorker", Refused)
    run_id = supervisor.submit(QUICK, "waits", visitor=LOCAL)
    until_state(store, run_id, RunState.COMPLETED)
    assert len(refused) >= 3


def test_a_stop_while_the_worker_starts_is_kept(store: Store, supervisor: Supervisor) -> None:
    first = supervisor.submit(QUICK, "first", visitor=ME)
    wait_until(lambda: store.files(first).log.exists(), 240, "the worker's start")
    supervisor.stop(first, ME)
    until_state(store, supervisor.submit(QUICK, "second", visitor=LOCAL), RunState.COMPLETED)
    assert store.runs.get(first).state is RunState.STOPPED


def test_a_worker_that_can_not_be_started_is_a_failed_run(
    store: Store, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    run_id = supervisor.submit(QUICK, "quick", visitor=LOCAL)
    until_state(store, run_id, RunState.FAILED)
    assert "could not be started" in store.runs.get(run_id).error.message


def test_a_worker_that_ends_without_a_result_is_told_in_words(
    store: Store, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", shutil.which("false"))
    run_id = supervisor.submit(QUICK, "quick", visitor=LOCAL)
    until_state(store, run_id, RunState.INTERRUPTED)
    assert "ended without a result (exit code 1)" in store.runs.get(run_id).error.message


def test_the_queue_goes_on_after_a_moment_without_a_database(
    store: Store, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find, failures = store.runs.find, []

    def fail_once(**options: object) -> object:
        if not failures:
            failures.append(1)
            raise StorageError("The database is locked.")
        return find(**options)

    monkeypatch.setattr(store.runs, "find", fail_once)
    wait_until(lambda: bool(failures), 240, "the failure")
    until_state(store, supervisor.submit(QUICK, "quick", visitor=LOCAL), RunState.COMPLETED)
    assert "could not be served this time: The database is locked." in capsys.readouterr().out


def test_runs_of_other_processes_are_marked_when_those_die(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "_RECOVERY", 0.1)
    supervisor = Supervisor(store, settings)
    run_id = store.new_runs.create(LONG, "of another app")
    other = psutil.Popen(["sleep", "60"])
    assert store.queue.claim(run_id, other)
    supervisor.start()
    assert store.runs.get(run_id).state is RunState.RUNNING
    other.kill()  # and not waited for: a zombie is as dead
    until_state(store, run_id, RunState.INTERRUPTED)
    supervisor.close()
    other.wait()


def test_nothing_is_begun_after_close(store: Store, settings: Settings) -> None:
    supervisor = Supervisor(store, settings)
    supervisor.close()
    supervisor.start()
    assert supervisor.submit(QUICK, "quick", visitor=LOCAL) == store.runs.find(states=[RunState.QUEUED])[0].id
    assert not any(thread.name == "supervisor" for thread in threading.enumerate())


# pausing, resuming, continuing


def test_a_pause_gives_the_place_free_and_the_run_goes_on_later(store: Store, supervisor: Supervisor) -> None:
    paused = supervisor.submit(LONG, "long", visitor=ME)
    until_training(store, paused)
    supervisor.pause(paused, ME)
    until_state(store, paused, RunState.PAUSED)
    step = store.runs.get(paused).step
    until_state(store, supervisor.submit(QUICK, "quick", visitor=ME), RunState.COMPLETED)
    supervisor.resume(paused, ME)
    wait_until(lambda: store.runs.get(paused).step > step, 240, "more batches")
    supervisor.stop(paused, ME)
    until_state(store, paused, RunState.STOPPED)
    assert store.runs.get(paused).outcome.test_accuracy is not None


def test_a_stop_of_a_paused_run_ends_with_a_model(store: Store, supervisor: Supervisor) -> None:
    run_id = supervisor.submit(LONG, "long", visitor=ME)
    until_training(store, run_id)
    supervisor.pause(run_id, ME)
    until_state(store, run_id, RunState.PAUSED)
    supervisor.stop(run_id, ME)
    until_state(store, run_id, RunState.STOPPED)
    assert store.files(run_id).onnx.exists()


def test_a_finished_run_is_trained_on(store: Store, supervisor: Supervisor) -> None:
    short = supervisor.submit(SHORT, "short", visitor=ME)
    until_state(store, short, RunState.COMPLETED)
    more = SHORT.with_settings({"epochs": 4})
    longer = supervisor.submit(more, "longer", visitor=ME, continues=short)
    until_state(store, longer, RunState.COMPLETED)
    assert [point.epoch for point in store.metrics.points(longer, "epoch")] == [1, 2, 3, 4]
    assert store.metrics.points(longer, "epoch")[:2] == store.metrics.points(short, "epoch")
    assert store.runs.find_completed(more.fingerprint()).id == longer


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (LONG, "only its number of epochs"),
        (SHORT, "has 2 epochs already"),
    ],
)
def test_only_more_epochs_continue_a_run(
    store: Store, settings: Settings, config: RunConfig, words: str, finished_run: Callable[..., RunRecord]
) -> None:
    supervisor = Supervisor(store, settings)
    record = finished_run(SHORT)
    with pytest.raises(ConfigError, match=words):
        supervisor.submit(config, "more", visitor=ME, continues=record.id)
    with pytest.raises(RunStateError, match="checkpoint"):
        supervisor.submit(SHORT.with_settings({"epochs": 9}), "more", visitor=ME, continues=record.id)


# sharing


def test_limits_are_kept_and_nothing_is_queued_beyond_them(store: Store, settings: Settings) -> None:
    supervisor = Supervisor(store, settings)
    for _ in range(2):
        supervisor.submit(QUICK, "waits", visitor=ME)
    with pytest.raises(LimitError, match="2 runs waiting"):
        supervisor.submit(QUICK, "too many", visitor=ME)
    with pytest.raises(LimitError, match="epochs"):
        Supervisor(store, settings.model_copy(update={"max_epochs": 5})).submit(LONG, "too long", visitor=OTHER)
    assert len(store.runs.find()) == 2


def test_a_visitor_trains_one_run_at_a_time_although_two_would_fit(
    store: Store, settings: Settings, digits: object
) -> None:
    supervisor = Supervisor(store, settings.model_copy(update={"slots": 2}))
    supervisor.start()
    first, second = (supervisor.submit(LONG, "mine", visitor=ME) for _ in range(2))
    until_training(store, first)
    theirs = supervisor.submit(LONG, "theirs", visitor=OTHER)
    until_training(store, theirs)
    assert store.runs.get(second).state is RunState.QUEUED
    supervisor.close()


def test_runs_that_train_at_once_have_a_card_each(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def worker(*_: object, gpu: str, warm_up: bool) -> SimpleNamespace:
        return SimpleNamespace(gpu=gpu, pid=1, begin=lambda run_id, holder: None)

    monkeypatch.setattr(local_module, "gpu_ids", lambda: ["GPU-a", "GPU-b"])
    monkeypatch.setattr(local_module, "default_slots", lambda: 2)
    monkeypatch.setattr(local_module, "LocalWorker", worker)
    first, second, third = (store.new_runs.create(QUICK, name, owner=name) for name in ("ada", "bob", "eve"))
    workers = workers_module.Workers(store, settings)
    workers.serve()
    assert [workers.card(run_id) for run_id in (first, second, third)] == ["GPU-a", "GPU-b", None]


def test_the_queue_tells_place_and_wait(store: Store, settings: Settings) -> None:
    supervisor = Supervisor(store, settings)
    mine = [supervisor.submit(LONG, "mine", visitor=ME) for _ in range(2)]
    theirs = supervisor.submit(QUICK, "theirs", visitor=OTHER)
    places = [supervisor.queue_status(run_id) for run_id in (mine[0], theirs, mine[1])]
    assert [place.position for place in places] == [0, 1, 2]
    assert places[0].expected_wait == 0.0
    assert 0 < places[1].expected_wait < places[2].expected_wait
    store.queue.claim(mine[0], own_process())
    assert supervisor.queue_status(mine[0]).position == 0
    assert supervisor.queue_status(theirs).expected_wait > 0
    assert supervisor.queue_status(theirs).position == 0


# the warm spare


@pytest.fixture
def warm(store: Store, settings: Settings, digits: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setattr(spare_module, "_FIRST_DELAY", 0.0)
    monkeypatch.setattr(local_module, "_SPARE_MEMORY", 0)
    monkeypatch.setattr(spare_module, "_RETRY", 0.5)
    supervisor = Supervisor(store, settings.model_copy(update={"warm_spare": True}))
    supervisor.start()
    yield supervisor
    supervisor.close()


def until_spare(supervisor: Supervisor, other_than: int | None = None) -> int:
    wait_until(lambda: supervisor.spare_pid not in (None, other_than), 240, "a spare")
    pid = supervisor.spare_pid
    assert pid is not None
    return pid


def test_a_run_takes_the_spare_and_another_one_warms_up_afterwards(store: Store, warm: Supervisor) -> None:
    spare = until_spare(warm)
    run_id = warm.submit(SHORT, "short", visitor=ME)
    until_state(store, run_id, RunState.COMPLETED)
    assert store.runs.get(run_id).pid == spare
    until_spare(warm, other_than=spare)


def test_waiting_for_the_begin_ends_when_the_warm_worker_has_the_run_and_at_once_without_one(
    store: Store, warm: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "_BEGIN", 60.0)
    until_spare(warm)
    run_id = warm.submit(SHORT, "short", visitor=ME)
    warm.await_begin(run_id)
    assert store.runs.get(run_id).state is not RunState.QUEUED
    warm.close()
    begin = time.monotonic()
    warm.await_begin(store.new_runs.create(SHORT, "nobody takes it"))
    assert time.monotonic() - begin < 30


def test_a_spare_that_died_is_replaced_and_costs_no_run(store: Store, warm: Supervisor) -> None:
    spare = until_spare(warm)
    os.kill(spare, signal.SIGKILL)
    run_id = warm.submit(SHORT, "short", visitor=ME)
    until_state(store, run_id, RunState.COMPLETED)
    assert store.runs.get(run_id).pid != spare
    until_spare(warm, other_than=spare)


def test_close_ends_the_spare_too(warm: Supervisor) -> None:
    process = psutil.Process(until_spare(warm))
    warm.close()
    assert not process.is_running()


def test_no_spare_is_kept_where_memory_is_low(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spare_module, "_FIRST_DELAY", 0.0)
    monkeypatch.setattr(local_module, "_SPARE_MEMORY", 10**15)
    spare = spare_module.Spare(settings.model_copy(update={"warm_spare": True}), LocalLauncher(settings))
    spare.keep(None)
    assert spare.pid is None


def test_a_spare_for_another_card_is_exchanged(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spare_module, "_FIRST_DELAY", 0.0)
    monkeypatch.setattr(local_module, "_SPARE_MEMORY", 0)
    settings.home.mkdir(parents=True, exist_ok=True)
    spare = spare_module.Spare(settings.model_copy(update={"warm_spare": True}), LocalLauncher(settings))
    spare.keep("0")
    first = spare.pid
    assert spare.take("1") is None
    spare.keep("1")
    assert spare.pid != first
    worker = spare.take("1")
    assert worker is not None
    assert spare.pid is None
    worker.close(0)
