import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import psutil
import pytest
from sqlalchemy import update

from mnist_core.config import RunConfig
from mnist_core.errors import NotOwnerError, RunNotFoundError, RunStateError, StorageError
from mnist_core.store import MetricPoint, Outcome, RunError, RunState, Store, Visitor, shared_store
from mnist_core.store.tables import runs
from mnist_core.system.processes import is_alive, own_process, start_time

CONFIG = RunConfig()
OTHER = CONFIG.with_settings({"epochs": 7})
ADA, ADMIN = Visitor("ada"), Visitor(None, is_admin=True)


def point(step, epoch=1, kind="epoch", **values):
    return MetricPoint(kind=kind, step=step, epoch=epoch, seconds=step / 10, values=values)


@pytest.fixture
def queued(store):
    return store.new_runs.create(CONFIG, "A run", owner="ada", recipe="first-network")


@pytest.fixture
def running(store, queued):
    assert store.queue.claim(queued, own_process())
    return queued


# creating and finding


def test_a_new_run_is_queued_and_knows_all_it_was_given(store, queued):
    record = store.runs.get(queued)
    assert (record.id, record.name, record.owner, record.recipe) == (queued, "A run", "ada", "first-network")
    assert (record.config, record.fingerprint) == (CONFIG, CONFIG.fingerprint())
    assert record.state is RunState.QUEUED
    assert (record.started, record.finished, record.pid, record.error) == (None, None, None, None)
    assert record.outcome == Outcome()
    assert not record.stop_requested
    assert abs(datetime.now(UTC) - record.created) < timedelta(minutes=1)
    assert record.created.tzinfo is UTC
    assert store.files(queued).folder.is_dir()


def test_runs_are_found_newest_first(store):
    ids = [store.new_runs.create(CONFIG, f"run {i}") for i in range(5)]
    assert [record.id for record in store.runs.find()] == ids[::-1]
    assert [record.id for record in store.runs.find(limit=2)] == ids[:2:-1]


def test_runs_are_found_by_state_and_owner(store, running):
    waiting = store.new_runs.create(CONFIG, "waiting", owner="bob")
    assert [record.id for record in store.runs.find(states=[RunState.RUNNING])] == [running]
    assert [record.id for record in store.runs.find(owner="bob")] == [waiting]
    assert [record.id for record in store.runs.find(owner="bob", states=[RunState.RUNNING])] == []
    assert [record.id for record in store.runs.find(states=[RunState.QUEUED, RunState.RUNNING])] == [waiting, running]
    assert store.runs.find(states=[]) == []


def test_run_ids_are_never_the_same(store):
    assert len({store.new_runs.create(CONFIG, "x") for _ in range(20)}) == 20


@pytest.mark.parametrize("run_id", ["20250101-120000-0123abcd", "../../etc/passwd", "", "' OR 1=1 --"])
def test_an_unknown_run_is_not_found(store, queued, run_id):
    with pytest.raises(RunNotFoundError):
        store.runs.get(run_id)
    with pytest.raises(RunNotFoundError):
        store.queue.request_stop(run_id, ADMIN)


def test_a_path_outside_of_the_runs_is_refused(store):
    with pytest.raises(RunNotFoundError):
        store.files("../../../etc")


def test_only_completed_runs_are_found_by_fingerprint_and_the_newest_first(store, finished_run):
    assert store.runs.find_completed(CONFIG.fingerprint()) is None
    finished_run(CONFIG, state=RunState.STOPPED)
    assert store.runs.find_completed(CONFIG.fingerprint()) is None
    finished_run(CONFIG)
    newest = finished_run(CONFIG)
    finished_run(OTHER)
    assert store.runs.find_completed(CONFIG.fingerprint()) == newest


def test_another_store_on_the_same_home_sees_the_same_runs(store, settings, queued):
    other = Store(settings)
    assert other.runs.get(queued) == store.runs.get(queued)
    other.close()


def test_the_shared_store_is_one(store):
    assert shared_store() is shared_store()


# claiming


def test_a_claimed_run_belongs_to_its_process(store, running):
    record = store.runs.get(running)
    assert record.state is RunState.RUNNING
    assert record.pid == own_process().pid
    assert record.pid_started == pytest.approx(start_time(own_process()))
    assert record.started is not None


def test_a_run_is_claimed_only_once(store, running):
    assert not store.queue.claim(running, own_process())


def test_a_run_that_was_stopped_in_the_queue_can_not_be_claimed(store, queued):
    store.queue.request_stop(queued, ADA)
    assert not store.queue.claim(queued, own_process())


def test_of_many_threads_one_claims_a_run(store, queued):
    barrier = threading.Barrier(8)
    won = []

    def claim():
        barrier.wait()
        if store.queue.claim(queued, own_process()):
            won.append(threading.get_ident())

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


# finishing


def test_a_finished_run_keeps_its_outcome(store, running):
    outcome = Outcome(
        test_loss=0.5, test_accuracy=0.9, parameters=3, device="CPU", seconds={"fit": 1.5}, epoch_seconds=[0.5, 1.0]
    )
    assert store.queue.finish(running, RunState.COMPLETED, outcome=outcome)
    record = store.runs.get(running)
    assert record.state is RunState.COMPLETED
    assert record.outcome == outcome
    assert record.device == "CPU"
    assert record.finished >= record.started >= record.created
    assert record.phase == ""


def test_a_failed_run_keeps_its_error(store, running):
    error = RunError(code="diverged", template="Epoch {epoch}", values={"epoch": "1"}, traceback="Traceback ...")
    store.queue.finish(running, RunState.FAILED, error=error)
    assert store.runs.get(running).error == error


def test_a_run_finishes_only_once(store, running):
    assert store.queue.finish(running, RunState.COMPLETED, outcome=Outcome(test_accuracy=0.9))
    before = store.runs.get(running)
    assert not store.queue.finish(running, RunState.FAILED, error=RunError(code="x", template="x"))
    assert store.runs.get(running) == before


def everything(waiting, _training):
    return waiting


def test_a_run_that_another_app_holds_is_not_finished_in_the_name_of_this_one(store, settings, queued):
    other = Store(settings)
    assert [place.id for place in other.queue.take(everything, 1)] == [queued]
    assert store.queue.take(everything, 1) == []
    assert other.queue.claim(queued, own_process(), other.apps.id)
    assert not store.queue.finish(queued, RunState.INTERRUPTED, held=True)
    assert store.runs.get(queued).state is RunState.RUNNING
    assert other.queue.finish(queued, RunState.INTERRUPTED, held=True)
    other.close()


def test_a_run_that_was_taken_and_did_not_begin_waits_for_anybody_again(store, queued):
    assert [place.id for place in store.queue.take(everything, 1)] == [queued]
    assert not store.queue.claim(queued, own_process(), "another app")
    store.queue.give_back(queued)
    assert store.queue.claim(queued, own_process(), "another app")


def test_turns_go_round_among_visitors_and_addresses(store):
    """However short each run is: who had a turn is behind all who wait."""

    def first(waiting, _training):
        return sorted(waiting, key=lambda place: place.queued)[:1]

    for owner, address in [("ada", "a"), ("ada", "a"), ("ada", "a"), ("eve", "a"), ("bob", "b"), ("bob", "b")]:
        store.new_runs.create(RunConfig(), "run", owner=owner, address=address)
    order = []
    while taken := store.queue.take(first, 1):
        order += [place.owner for place in taken]
        store.queue.claim(taken[0].id, own_process(), store.apps.id)
        store.queue.finish(taken[0].id, RunState.COMPLETED)
    assert order == ["ada", "bob", "eve", "bob", "ada", "ada"]


def test_who_lost_a_run_to_another_process_writes_nothing_about_it_any_more(store, settings, queued):
    late, other = Store(settings), Store(settings)
    assert late.queue.claim(queued, own_process(), late.apps.id)
    assert store.queue.finish(queued, RunState.INTERRUPTED)  # its app was silent for too long
    store.queue.request_resume(queued, ADA)
    assert other.queue.claim(queued, own_process(), other.apps.id)
    late.queue.update_progress(queued, phase="late")
    assert store.runs.get(queued).phase == "start"
    with pytest.raises(RunStateError, match="Another process has this run now"):
        late.metrics.add(queued, [MetricPoint(kind="batch", step=1, epoch=1, seconds=0.1, values={"loss": 1.0})])
    assert store.metrics.points(queued) == []
    assert not late.queue.finish(queued, RunState.COMPLETED)
    assert not late.queue.mark_paused(queued)
    assert other.queue.finish(queued, RunState.COMPLETED)
    late.close()
    other.close()


def test_progress_is_only_written_while_a_run_is_running(store, queued):
    store.queue.update_progress(queued, phase="data")
    assert store.runs.get(queued).phase == ""
    store.queue.claim(queued, own_process())
    store.queue.update_progress(queued, phase="fit", device="GPU", steps_per_epoch=12, step=3, epoch=1)
    record = store.runs.get(queued)
    assert (record.phase, record.device, record.steps_per_epoch) == ("fit", "GPU", 12)
    store.queue.finish(queued, RunState.STOPPED)
    store.queue.update_progress(queued, phase="fit")
    assert store.runs.get(queued).phase == ""


# stopping


def test_a_queued_run_is_stopped_at_once(store, queued):
    record = store.queue.request_stop(queued, ADA)
    assert record.state is RunState.STOPPED
    assert record.finished is not None


def test_a_running_run_is_asked_to_stop(store, running):
    record = store.queue.request_stop(running, ADA)
    assert record.state is RunState.RUNNING
    assert record.stop_requested
    assert store.queue.request_stop(running, ADA).stop_requested


def test_a_finished_run_can_not_be_stopped(store, running):
    store.queue.finish(running, RunState.COMPLETED)
    with pytest.raises(RunStateError, match="already ended"):
        store.queue.request_stop(running, ADA)


@pytest.mark.parametrize("owner", ["eve", None, ""])
def test_nobody_stops_the_run_of_another_visitor(store, running, owner):
    with pytest.raises(NotOwnerError, match="another visitor"):
        store.queue.request_stop(running, Visitor(owner))
    assert not store.runs.get(running).stop_requested


def test_a_run_without_an_owner_is_not_stopped_by_a_visitor(store):
    run_id = store.new_runs.create(CONFIG, "from the command line")
    with pytest.raises(NotOwnerError):
        store.queue.request_stop(run_id, ADA)
    assert store.queue.request_stop(run_id, ADMIN).state is RunState.STOPPED


# processes that are gone


def process_that_is_gone():
    """Return a process that has ended, as it was while it lived."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = psutil.Process(child.pid)
    process.create_time()
    child.communicate()
    return process


def test_runs_of_a_living_process_stay(store, running):
    assert store.queue.mark_interrupted() == []
    assert store.runs.get(running).state is RunState.RUNNING


def test_the_run_of_a_dead_process_is_interrupted_with_its_reason(store):
    queued = store.new_runs.create(CONFIG, "of the command line")
    store.queue.claim(queued, process_that_is_gone())
    assert store.queue.mark_interrupted() == [queued]
    record = store.runs.get(queued)
    assert record.state is RunState.INTERRUPTED
    assert record.error.code == "process_gone"
    assert "ended before the run was finished" in record.error.message
    assert store.queue.mark_interrupted() == []


def test_the_run_of_a_process_whose_number_was_used_again_is_interrupted(store, running):
    # The same number, but it began at another time.
    store.queue.update_progress(running, pid_started=start_time(own_process()) - 3600)
    assert store.queue.mark_interrupted() == [running]


@pytest.mark.skipif(not psutil.LINUX, reason="elsewhere the system keeps the time of day of a start")
def test_a_clock_that_is_set_back_does_not_make_a_living_process_dead(store, running, monkeypatch):
    # The system's start, as Linux tells it, moves with the clock.
    booted = psutil.boot_time()
    monkeypatch.setattr(psutil._psplatform, "boot_time", lambda: booted - 86_400)
    assert own_process().create_time() < time.time() - 80_000
    assert store.queue.mark_interrupted() == []


def test_a_run_that_another_process_took_meanwhile_goes_on(store, settings, queued, monkeypatch):
    store.queue.claim(queued, process_that_is_gone())
    other = Store(settings)

    def looks_slowly(pid, started):
        if pid != own_process().pid:
            other.queue.finish(queued, RunState.INTERRUPTED)
            other.queue.request_resume(queued, ADA)
            assert other.queue.claim(queued, own_process())
        return is_alive(pid, started)

    monkeypatch.setattr("mnist_core.store.apps.is_alive", looks_slowly)
    assert store.queue.mark_interrupted() == []
    assert store.runs.get(queued).state is RunState.RUNNING
    other.close()


def test_a_running_run_without_a_process_is_interrupted(store, running):
    store.queue.update_progress(running, pid=None)
    assert store.queue.mark_interrupted() == [running]


def test_the_run_of_a_zombie_is_interrupted(store, queued):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = psutil.Process(child.pid)
    store.queue.claim(queued, process)
    assert store.queue.mark_interrupted() == []
    child.stdin.close()
    while process.status() != psutil.STATUS_ZOMBIE:  # nobody waits for it, so it becomes one
        threading.Event().wait(0.01)
    assert store.queue.mark_interrupted() == [queued]
    child.wait()


def test_only_running_runs_are_interrupted(store, queued, finished_run):
    done = finished_run()
    assert store.queue.mark_interrupted() == []
    assert store.runs.get(queued).state is RunState.QUEUED
    assert store.runs.get(done.id) == done


# metrics


def test_points_go_both_ways_in_their_order(store, running):
    points = [
        point(5, kind="batch", loss=0.5),
        point(10, loss=0.4, accuracy=0.8, val_loss=0.45, val_accuracy=0.7),
        point(15, 2, kind="batch", loss=0.3, accuracy=0.9),
    ]
    store.metrics.add(running, points[:1])
    store.metrics.add(running, points[1:])
    assert store.metrics.points(running) == points
    assert store.metrics.points(running, "batch") == [points[0], points[2]]
    assert store.metrics.points(running, "epoch") == [points[1]]


def test_points_move_the_progress_of_the_run(store, running):
    store.metrics.add(running, [point(5), point(10, 2)])
    record = store.runs.get(running)
    assert (record.step, record.epoch) == (10, 2)


def test_no_points_change_nothing(store, running):
    before = store.runs.get(running)
    store.metrics.add(running, [])
    assert store.runs.get(running) == before
    assert store.metrics.points(running) == []


def test_points_of_one_run_are_not_those_of_another(store, running):
    other = store.new_runs.create(CONFIG, "other")
    store.metrics.add(running, [point(1, loss=1.0)])
    assert store.metrics.points(other) == []


def test_the_history_has_a_list_for_each_metric_and_only_epochs(store, running):
    store.metrics.add(running, [point(5, kind="batch", loss=9.0), point(10, loss=0.5, accuracy=0.8)])
    store.metrics.add(running, [point(20, 2, loss=0.4, accuracy=0.9)])
    assert store.metrics.history(running) == {"loss": [0.5, 0.4], "accuracy": [0.8, 0.9]}


def test_a_run_without_points_has_no_history(store, queued):
    assert store.metrics.history(queued) == {}


def test_points_of_an_unknown_run_are_refused(store):
    with pytest.raises(StorageError):
        store.metrics.add("20250101-120000-0123abcd", [point(1, loss=1.0)])


# the database


@pytest.mark.sqlite
def test_readers_do_not_wait_for_a_writer(store, settings, queued):
    writer = sqlite3.connect(settings.database_path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE runs SET name = 'half written'")
    assert store.runs.get(queued).name == "A run"
    assert len(store.runs.find()) == 1
    writer.execute("COMMIT")
    writer.close()
    assert store.runs.get(queued).name == "half written"


WRITE = """
import sys
from mnist_core.store import MetricPoint, shared_store
first = int(sys.argv[2])
for step in range(first, first + 50):
    shared_store().metrics.add(
        sys.argv[1], [MetricPoint(kind="epoch", step=step, epoch=1, seconds=0.0, values={"loss": 1.0})]
    )
"""


def test_two_processes_write_at_the_same_time(store, running):
    processes = [subprocess.Popen([sys.executable, "-c", WRITE, running, str(first)]) for first in (0, 50)]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert sorted(point.step for point in store.metrics.points(running)) == list(range(100))


@pytest.mark.sqlite
def test_a_database_file_of_garbage_is_told_in_words(settings):
    settings.home.mkdir(parents=True)
    settings.database_path.write_bytes(b"this is no database " * 1000)
    with pytest.raises(StorageError, match=r"database .*mnist_lab\.db can't be used: file is not a database"):
        Store(settings)


@pytest.mark.sqlite
def test_a_database_that_is_a_folder_is_told_in_words(settings):
    settings.database_path.mkdir(parents=True)
    with pytest.raises(StorageError, match="can't be used"):
        Store(settings)


@pytest.mark.sqlite
def test_a_home_that_can_not_be_made_is_told_in_words(settings, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError, match="can't be written.*MNIST_LAB_HOME"):
        Store(settings.model_copy(update={"home": tmp_path / "file" / "home"}))


@pytest.mark.sqlite
def test_a_database_that_was_damaged_meanwhile_is_told_in_words(store, settings, queued):
    store.close()
    for path in settings.home.glob("mnist_lab.db*"):
        path.write_bytes(b"this is no database " * 1000)
    for call in (store.runs.find, lambda: store.runs.get(queued), lambda: store.new_runs.create(CONFIG, "x")):
        with pytest.raises(StorageError, match="can't be used"):
            call()


def test_a_run_that_cannot_be_read_does_not_hide_the_others(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = (store.new_runs.create(RunConfig(), name) for name in ("good", "bad"))
    with store.database.begin() as connection:
        connection.execute(update(runs).where(runs.c.id == bad).values(config='{"schema_version": 99}'))
    assert [record.id for record in store.runs.find()] == [good]
    assert bad in capsys.readouterr().err


def test_the_oldest_runs_come_first_on_demand(store: Store) -> None:
    ids = [store.new_runs.create(RunConfig(), str(number)) for number in range(3)]
    assert [record.id for record in store.runs.find(oldest_first=True, limit=2)] == ids[:2]


def test_an_id_that_is_none_is_not_repeated_to_the_reader(store: Store) -> None:
    with pytest.raises(RunNotFoundError) as error:
        store.runs.get("![picture](http://elsewhere)")
    assert "elsewhere" not in str(error.value)


def test_a_run_whose_end_the_caller_explains_is_spared(store: Store) -> None:
    mine, other = (store.new_runs.create(RunConfig(), name) for name in ("mine", "other"))
    dead = psutil.Popen(["true"])
    for run_id in (mine, other):
        assert store.queue.claim(run_id, dead)
    dead.wait()
    assert store.queue.mark_interrupted(spare=[mine]) == [other]
    assert store.runs.get(mine).state is RunState.RUNNING


def test_runs_are_counted_by_state_and_the_longest_wait_is_known(store, finished_run):
    run = finished_run()
    assert store.runs.count_by_state() == ({RunState.COMPLETED: 1}, None)
    first, second = (store.new_runs.create(run.config, "One that waits", owner=None) for _ in range(2))
    counts, since = store.runs.count_by_state()
    assert counts == {RunState.COMPLETED: 1, RunState.QUEUED: 2}
    assert since == pytest.approx(store.runs.get(first).updated.timestamp())
    store.queue.finish(first, RunState.STOPPED)
    counts, since = store.runs.count_by_state()
    assert counts == {RunState.COMPLETED: 1, RunState.QUEUED: 1, RunState.STOPPED: 1}
    assert since == pytest.approx(store.runs.get(second).updated.timestamp())
