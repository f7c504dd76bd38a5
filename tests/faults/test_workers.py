"""Workers that are killed, hang, take too much, or can't write."""

import sys
from pathlib import Path

import numpy as np
import pytest

from mnist_core.config import Conv2D, Dense, NetworkConfig
from mnist_core.errors import LimitError
from mnist_core.store import RunState, Visitor
from tests.faults.conftest import LONG, ME, MEDIUM, SHORT, Lab, sentence
from tests.run_folder import made_by_the_run
from tests.waiting import wait_until

if sys.platform == "linux":
    import resource

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("moment", ["import", "epoch", "export"])
def test_a_worker_that_is_killed_leaves_a_run_that_can_be_resumed(lab: Lab, moment: str) -> None:
    lab.start()
    run_id = lab.submit(MEDIUM if moment == "epoch" else SHORT)
    if moment == "epoch":
        lab.until_saved(run_id)
    else:
        lab.until_phase(run_id, moment)
    lab.kill_worker(run_id)
    record = lab.until(run_id, RunState.INTERRUPTED)
    assert sentence(record) == (
        "The training process was ended from outside (signal SIGKILL), perhaps because memory ran out. "
        "What other runs had finished is safe; you can resume this one from its last checkpoint."
    )
    files = lab.store.files(run_id)
    assert not files.onnx.exists(), "an unfinished run has no model"
    lab.check_what_was_finished()
    lab.check_the_queue_goes_on()

    step = files.checkpoint_step() or 0
    assert (step > 0) is (moment != "import")
    kept = [point for point in lab.store.metrics.points(run_id) if point.step <= step]
    lab.supervisor.resume(run_id, ME)
    lab.check_completed(run_id)
    assert lab.store.metrics.points(run_id)[: len(kept)] == kept, "the curve goes on where it was"


def test_a_worker_that_hangs_is_ended_and_its_run_can_be_resumed(lab: Lab) -> None:
    lab.start()
    run_id = lab.submit()
    step = lab.until_saved(run_id)
    worker = lab.worker(run_id)
    worker.suspend()
    lab.change(hang_patience=2.0)
    record = lab.until(run_id, RunState.INTERRUPTED)
    assert sentence(record) == (
        "The training gave no sign of life for 2 seconds, so it was ended. You can resume it from its last checkpoint."
    )
    wait_until(lambda: not worker.is_running(), 240, "the worker's end")
    lab.change(hang_patience=300.0)
    lab.check_what_was_finished()
    lab.check_the_queue_goes_on()
    lab.supervisor.resume(run_id, ME)
    lab.until_beyond(run_id, max(step, record.step))


def test_a_worker_that_takes_too_much_memory_fails_alone(lab: Lab) -> None:
    lab.start(slots=2, worker_memory_mb=1800)
    beside = lab.submit(LONG, Visitor("another"))
    lab.until_saved(beside)
    layers = tuple(Conv2D(filters=64, kernel_size=3, padding="same") for _ in range(4))
    large = SHORT.model_copy(update={"model": NetworkConfig(layers=layers)}).with_settings({"batch_size": 1200})
    with pytest.raises(LimitError, match="a run may use 1.8 GB here"):
        lab.submit(large)
    run_id = lab.store.new_runs.create(large, "too large", owner="me")  # past that check
    record = lab.until(run_id, RunState.FAILED)
    assert "GB of memory, and 1.8 GB are possible here, so it was ended." in sentence(record)
    assert "Try a smaller network or a smaller batch size." in sentence(record)
    assert record.error is not None
    assert record.error.code == "out_of_memory"
    lab.check_what_was_finished()
    step = lab.store.runs.get(beside).step
    lab.until_beyond(beside, step)
    assert lab.store.runs.get(beside).state is RunState.RUNNING, "the run beside it trains on"
    lab.supervisor.stop(beside, Visitor("another"))
    lab.until(beside, RunState.STOPPED)
    lab.check_the_queue_goes_on()


def test_a_network_too_large_for_the_memory_is_refused_before_it_starts(lab: Lab) -> None:
    lab.start(worker_memory_mb=1200)
    layers = (Conv2D(filters=256, kernel_size=7, padding="same"),)
    with pytest.raises(LimitError, match="GB of memory"):
        lab.submit(SHORT.model_copy(update={"model": NetworkConfig(layers=layers)}))
    assert [record.id for record in lab.store.runs.find()] == [lab.finished.id]


def test_a_run_over_its_time_is_stopped_with_its_model(lab: Lab) -> None:
    lab.start()
    run_id = lab.submit()
    lab.until_saved(run_id)
    lab.change(max_run_seconds=0.6)
    lab.until(run_id, RunState.STOPPED)
    wait_until(lambda: lab.store.runs.get(run_id).error is not None, 240, "the reason")
    record = lab.store.runs.get(run_id)
    assert sentence(record) == (
        "The training reached the limit of 0.01 minutes and was stopped. Its model so far is kept."
    )
    assert record.outcome.test_accuracy is not None
    assert lab.store.files(run_id).onnx.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sets limits of a running process")
@pytest.mark.parametrize(
    ("phase", "left"),
    [("import", {"worker.log"}), ("evaluate", {"worker.log", "checkpoint.npz"})],
    ids=["checkpoint", "model"],
)
def test_a_worker_that_can_not_write_fails_in_words_and_leaves_no_half_file(
    lab: Lab, phase: str, left: set[str]
) -> None:
    lab.start()
    # A model and checkpoint of more than 8 MB; the database, its journal and the log stay under the limit.
    wide = SHORT.model_copy(update={"model": NetworkConfig(layers=(Dense(units=3000),))})
    run_id = lab.submit(wide)
    lab.until_phase(run_id, phase)
    resource.prlimit(lab.worker(run_id).pid, resource.RLIMIT_FSIZE, (6_000_000, resource.RLIM_INFINITY))
    record = lab.until(run_id, RunState.FAILED, RunState.INTERRUPTED, RunState.COMPLETED)
    assert record.state is RunState.FAILED, record.error
    folder = lab.store.files(run_id).folder
    assert sentence(record) == f"The disk is full: {folder} can't take more. Free some space and try again."
    # TensorBoard's logs go on growing by themselves, and are written anew when the run goes on. Keyframes are small.
    assert made_by_the_run(lab.store.files(run_id)) - {"tensorboard", "film"} == left, "a half-written file"
    lab.check_what_was_finished()
    lab.check_the_queue_goes_on()
    if phase == "evaluate":  # what was trained is not lost: it becomes a model once there is space
        again = lab.supervisor.submit(wide, "again", visitor=ME, continues=run_id)
        lab.check_completed(again)
        assert lab.store.metrics.points(again) == lab.store.metrics.points(run_id), "nothing was trained twice"


@pytest.mark.parametrize("damage", ["missing", "a file", "garbage"])
def test_a_corrupt_run_folder_hurts_nobody_else(lab: Lab, damage: str) -> None:
    lab.start()
    run_id = lab.submit()
    lab.until_saved(run_id)
    lab.supervisor.pause(run_id, ME)
    lab.until(run_id, RunState.PAUSED)
    folder = lab.store.files(run_id).folder
    if damage == "garbage":
        for path in filter(Path.is_file, folder.rglob("*")):
            path.write_bytes(np.random.default_rng(0).bytes(1000))
    else:
        folder.rename(folder.with_suffix(".gone"))
        if damage == "a file":
            folder.write_text("in the way")
    lab.supervisor.resume(run_id, ME)
    if damage == "a file":
        record = lab.until(run_id, RunState.FAILED)
        assert sentence(record).startswith("The training process could not be started: ")
    else:  # it begins anew
        lab.until_phase(run_id, "fit")
        wait_until(lambda: lab.store.runs.get(run_id).step > 0, 240, "batches")
        lab.supervisor.stop(run_id, ME)
        record = lab.until(run_id, RunState.STOPPED)
        steps = [point.step for point in lab.store.metrics.points(run_id)]
        assert steps == sorted(set(steps)), "the old curve is gone"
    lab.check_what_was_finished()
    lab.check_the_queue_goes_on()
