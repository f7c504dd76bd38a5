"""What people ask of their runs: pausing, resuming, continuing, naming, sharing, starring."""

from operator import attrgetter

import numpy as np
import pytest

from mnist_core.config import RunConfig
from mnist_core.errors import ConfigError, NotOwnerError, RunStateError
from mnist_core.store import MetricPoint, RunError, RunState, Store, Visitor
from mnist_core.system.processes import own_process

CONFIG = RunConfig()
ADA, EVE, ADMIN = Visitor("ada"), Visitor("eve"), Visitor(None, is_admin=True)


def point(step):
    return MetricPoint(kind="batch", step=step, epoch=1, seconds=step / 10, values={"loss": 1.0 / step})


def write_checkpoint(store, run_id, step=5):
    np.savez(store.files(run_id).checkpoint, step=np.int64(step), memory=np.array("{}"))


@pytest.fixture
def running(store):
    run_id = store.new_runs.create(CONFIG, "A run", owner="ada")
    assert store.queue.claim(run_id, own_process())
    return run_id


@pytest.fixture
def paused(store, running):
    write_checkpoint(store, running)
    assert store.queue.mark_paused(running)
    return running


# pausing and resuming


def test_a_pause_is_asked_for_and_then_happens(store, running):
    assert store.queue.request_pause(running, ADA).pause_requested
    write_checkpoint(store, running)
    assert store.queue.mark_paused(running)
    record = store.runs.get(running)
    assert (record.state, record.pid, record.pause_requested) == (RunState.PAUSED, None, False)
    assert not record.state.is_finished
    assert record.bytes > 0


def test_a_paused_run_waits_at_the_end_of_the_queue_once_it_is_resumed(store, paused):
    other = store.new_runs.create(CONFIG, "other")
    record = store.queue.request_resume(paused, ADA)
    assert record.state is RunState.QUEUED
    assert record.queued > store.runs.get(other).queued
    assert store.queue.claim(paused, own_process())
    assert store.runs.get(paused).started == record.started, "its start is when it first began"


def test_an_interrupted_run_is_resumed_and_its_error_forgotten(store, running):
    store.queue.finish(running, RunState.INTERRUPTED, error=RunError(code="x", template="Gone."))
    record = store.queue.request_resume(running, ADA)
    assert (record.state, record.error, record.finished) == (RunState.QUEUED, None, None)


@pytest.mark.parametrize("state", [RunState.COMPLETED, RunState.STOPPED, RunState.FAILED])
def test_a_finished_run_is_neither_paused_nor_resumed(store, running, state):
    store.queue.finish(running, state)
    with pytest.raises(RunStateError, match="Only a run that is training"):
        store.queue.request_pause(running, ADA)
    with pytest.raises(RunStateError, match="Only a paused or interrupted run"):
        store.queue.request_resume(running, ADA)


def test_a_run_in_the_queue_can_not_be_paused(store):
    run_id = store.new_runs.create(CONFIG, "waits", owner="ada")
    with pytest.raises(RunStateError):
        store.queue.request_pause(run_id, ADA)


def test_stopping_a_paused_run_lets_a_worker_make_a_model_of_it(store, paused):
    record = store.queue.request_stop(paused, ADA)
    assert (record.state, record.stop_requested) == (RunState.QUEUED, True)
    # A second click changes nothing.
    assert store.queue.request_stop(paused, ADA).state is RunState.QUEUED


def test_a_resumed_run_that_waits_keeps_its_model_when_it_is_stopped(store, paused):
    store.queue.request_resume(paused, ADA)
    record = store.queue.request_stop(paused, ADA)
    assert (record.state, record.stop_requested) == (RunState.QUEUED, True)


def test_points_after_a_checkpoint_are_forgotten(store, running):
    store.metrics.add(running, [point(step) for step in (1, 5, 9)])
    store.metrics.truncate(running, 5)
    assert [p.step for p in store.metrics.points(running)] == [1, 5]
    assert store.runs.get(running).step == 5


# continuing


def test_a_run_that_continues_another_has_its_checkpoint_its_curve_and_its_film(store, running):
    store.metrics.add(running, [point(step) for step in (1, 5, 9)])
    write_checkpoint(store, running, step=5)
    (store.files(running).folder / "film").mkdir()
    for step in (0, 3, 9):
        (store.files(running).folder / "film" / f"{step:08d}.npz").write_bytes(b"a keyframe")
    store.queue.finish(running, RunState.STOPPED)
    run_id = store.new_runs.create(CONFIG, "more", owner="eve", continues=running)
    record = store.runs.get(run_id)
    assert (record.continues, record.step, record.state) == (running, 5, RunState.QUEUED)
    assert store.metrics.points(run_id) == store.metrics.points(running)[:2]
    store.bin.delete(running, ADA)
    assert store.files(run_id).checkpoint_step() == 5, "it must not need the other one any more"
    assert [p.step for p in store.metrics.points(run_id)] == [1, 5]
    assert list(store.files(run_id).keyframes) == [0, 3]


@pytest.mark.parametrize("content", [None, b"", b"not an archive"])
def test_a_run_without_a_readable_checkpoint_is_not_continued(store, running, content):
    if content is not None:
        store.files(running).checkpoint.write_bytes(content)
    with pytest.raises(RunStateError, match="checkpoint is missing or damaged"):
        store.new_runs.create(CONFIG, "more", continues=running)
    assert len(store.runs.find()) == 1


# whose it is


@pytest.mark.parametrize("visitor", [EVE, Visitor(None), Visitor("")])
@pytest.mark.parametrize(
    ("request_", "arguments"),
    [
        ("queue.request_stop", ()),
        ("queue.request_pause", ()),
        ("queue.request_resume", ()),
        ("runs.rename", ("Mine now",)),
        ("runs.set_shared", (True,)),
        ("runs.set_pinned", (True,)),
        ("runs.set_notes", ("Mine",)),
        ("bin.delete", ()),
    ],
)
def test_only_the_owner_and_an_admin_change_a_run(store, running, visitor, request_, arguments):
    before = store.runs.get(running)
    with pytest.raises(NotOwnerError, match="another visitor"):
        attrgetter(request_)(store)(running, *arguments, visitor)
    assert store.runs.get(running) == before


def test_an_admin_may_change_everything(store, running):
    store.runs.rename(running, "Renamed", ADMIN)
    assert store.queue.request_stop(running, ADMIN).stop_requested
    assert store.runs.get(running).name == "Renamed"


def test_private_runs_are_seen_by_their_owner_only(store):
    private = store.new_runs.create(CONFIG, "private", owner="ada", shared=False)
    public = store.new_runs.create(CONFIG, "public", owner="ada", shared=True)
    anonymous = store.new_runs.create(CONFIG, "of the command line", shared=False)

    def seen(visitor):
        return {record.id for record in store.runs.find(visible_to=visitor)}

    assert seen(ADA) == {private, public}
    assert seen(EVE) == seen(Visitor(None)) == {public}
    assert seen(ADMIN) == {private, public, anonymous}
    assert not EVE.may_see(store.runs.get(private))
    assert EVE.may_see(store.runs.get(public))
    assert ADA.may_see(store.runs.get(private))


def test_a_private_result_is_not_found_by_others_with_the_same_settings(store, finished_run):
    record = finished_run(owner="ada")
    store.runs.set_shared(record.id, False, ADA)
    assert store.runs.find_completed(record.fingerprint, EVE) is None
    assert store.runs.find_completed(record.fingerprint, ADA).id == record.id
    assert store.runs.find_completed(record.fingerprint).id == record.id


def test_new_runs_are_shared_as_the_settings_say(store, settings):
    assert store.runs.get(store.new_runs.create(CONFIG, "x")).shared
    other = Store(settings.model_copy(update={"share_new_runs": False}))
    assert not other.runs.get(other.new_runs.create(CONFIG, "y")).shared
    other.close()


# naming, keeping, noting


def test_a_name_is_trimmed_and_has_limits(store, running):
    store.runs.rename(running, "  My   best\nrun ", ADA)
    assert store.runs.get(running).name == "My best run"
    for name in ("", "   ", "x" * 201):
        with pytest.raises(ConfigError, match="1 to 200 characters"):
            store.runs.rename(running, name, ADA)
    assert store.runs.get(running).name == "My best run"


def test_a_run_is_kept_or_not(store, running):
    store.runs.set_pinned(running, True, ADA)
    assert store.runs.get(running).pinned
    store.runs.set_pinned(running, False, ADA)
    assert not store.runs.get(running).pinned


def test_notes_may_have_lines_and_have_a_limit(store, running):
    store.runs.set_notes(running, "  Better with dropout.\n\nTry 0.5 next.\n", ADA)
    assert store.runs.get(running).notes == "Better with dropout.\n\nTry 0.5 next."
    with pytest.raises(ConfigError, match=r"at most 2,000 characters. Received: 2,001"):
        store.runs.set_notes(running, "x" * 2001, ADA)
    store.runs.set_notes(running, "", ADA)
    assert store.runs.get(running).notes == ""


def test_what_is_no_text_is_left_out_of_names_and_notes(store, running):
    store.runs.rename(running, "A\udcff \x1b[2J name", ADA)
    assert store.runs.get(running).name == "A [2J name"
    store.runs.set_notes(running, "Good\udcff.", ADA)
    assert store.runs.get(running).notes == "Good."
    with pytest.raises(ConfigError, match="1 to"):
        store.runs.rename(running, "\udcff\x00", ADA)


def test_the_size_counts_files_in_folders_too(store, running):
    files = store.files(running)
    (files.folder / "tensorboard").mkdir()
    (files.folder / "tensorboard" / "events").write_bytes(b"x" * 1000)
    assert files.size() >= 1000


def test_a_run_that_ended_can_be_explained_later(store, running):
    store.queue.finish(running, RunState.STOPPED)
    store.queue.explain(running, RunError(code="time_limit", template="Time is up."))
    assert store.runs.get(running).error.message == "Time is up."
    assert store.runs.get(running).state is RunState.STOPPED
