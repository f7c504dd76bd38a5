"""Workers that are killed, hang, or take too much."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from mnist_core.config import Conv2D, Dense, NetworkConfig
from mnist_core.store import RunState
from tests.faults.conftest import LONG, ME, SHORT, Lab
from tests.waiting import wait_until

pytestmark = pytest.mark.slow
Labs = Callable[..., Lab]


@pytest.mark.parametrize("moment", ["import", "epoch", "export"])
def test_a_worker_that_is_killed_leaves_a_run_that_can_be_resumed(lab: Labs, moment: str) -> None:
    here = lab()
    run_id = here.submit(LONG if moment == "epoch" else SHORT)
    if moment == "epoch":
        here.until_trained_for_an_epoch(run_id)
    else:
        here.until_phase(run_id, moment)
    os.kill(here.pid(run_id), signal.SIGKILL)
    record = here.until(run_id, RunState.INTERRUPTED)
    assert record.error is not None
    assert record.error.message == (
        "The training process was ended from outside (signal SIGKILL), perhaps because memory ran out. "
        "What other runs had finished is safe; you can resume this one from its last checkpoint."
    )
    files = here.store.files(run_id)
    assert not files.onnx.exists(), "an unfinished run has no model"
    here.check_what_was_finished()
    here.check_the_queue_goes_on()

    points = here.store.points(run_id)
    step = files.checkpoint_step() or 0
    here.supervisor.resume(run_id, ME)
    if moment == "epoch":
        wait_until(lambda: here.store.get(run_id).step > step, 90, "more batches")
        assert here.store.points(run_id)[: len([p for p in points if p.step <= step])] == [
            p for p in points if p.step <= step
        ]
        here.supervisor.stop(run_id, ME)
        assert here.until(run_id, RunState.STOPPED).outcome.test_accuracy is not None
    else:
        assert here.until(run_id, RunState.COMPLETED).outcome.test_accuracy is not None
        assert len(here.store.points(run_id, "epoch")) == SHORT.train.epochs


def test_a_worker_that_hangs_is_ended_and_its_run_can_be_resumed(lab: Labs) -> None:
    here = lab(hang_patience=20.0)  # importing Keras gives no sign of life either
    run_id = here.submit()
    here.until_trained_for_an_epoch(run_id)
    process = psutil.Process(here.pid(run_id))
    process.suspend()
    record = here.until(run_id, RunState.INTERRUPTED, seconds=60)
    assert record.error is not None
    assert "gave no sign of life for" in record.error.message
    assert "You can resume it" in record.error.message
    wait_until(lambda: not process.is_running(), 10, "the worker's end")
    here.check_what_was_finished()
    here.check_the_queue_goes_on()


def test_a_worker_that_takes_too_much_memory_fails_alone(lab: Labs) -> None:
    # Keras alone takes more than this, so the limit is passed as soon as it is imported.
    here = lab(worker_memory_mb=150)
    run_id = here.store.create(SHORT, "too large", owner="me")  # past the check before the start
    record = here.until(run_id, RunState.FAILED)
    assert record.error is not None
    assert (record.error.code, record.state.has_model) == ("out_of_memory", False)
    assert "Try a smaller network or a smaller batch size." in record.error.message
    here.check_what_was_finished()
    here.supervisor.close()
    roomy = lab()
    roomy.check_the_queue_goes_on()


def test_a_run_over_its_time_is_stopped_with_its_model(lab: Labs) -> None:
    here = lab(max_run_seconds=15.0)  # enough to import Keras on a slow machine
    run_id = here.store.create(LONG, "too long", owner="me")
    record = here.until(run_id, RunState.STOPPED)
    wait_until(lambda: here.store.get(run_id).error is not None, 20, "the reason")
    record = here.store.get(run_id)
    assert record.error is not None
    assert "reached the limit of 0.25 minutes and was stopped. Its model so far is kept." in record.error.message
    assert record.outcome.test_accuracy is not None
    assert here.store.files(run_id).onnx.exists()


def test_a_worker_that_can_not_write_its_model_fails_in_words_and_leaves_no_half_file(
    lab: Labs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    here = lab()
    # A worker whose files may not grow over 300 kB: the checkpoint and logs fit, the model does not.
    program = tmp_path / "python"
    program.write_text(f'#!/bin/bash\nulimit -f 300\nexec "{sys.executable}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    big = SHORT.model_copy(update={"model": NetworkConfig(layers=(Dense(units=512),))})
    run_id = here.submit(big)
    record = here.until(run_id, RunState.FAILED, RunState.INTERRUPTED)
    assert record.error is not None
    assert record.state is RunState.FAILED, record.error.message
    assert "The disk is full" in record.error.message
    left = {path.name for path in here.store.files(run_id).folder.iterdir()}
    assert left <= {"worker.log"}, "a half-written file"
    here.check_what_was_finished()
    monkeypatch.undo()
    monkeypatch.setenv("MNIST_LAB_HOME", str(here.store.settings.home))
    here.check_the_queue_goes_on()


@pytest.mark.parametrize("damage", ["missing", "a file", "garbage"])
def test_a_corrupt_run_folder_hurts_nobody_else(lab: Labs, damage: str) -> None:
    here = lab()
    run_id = here.submit()
    here.until_trained_for_an_epoch(run_id)
    here.supervisor.pause(run_id, ME)
    here.until(run_id, RunState.PAUSED)
    folder = here.store.files(run_id).folder
    if damage == "garbage":
        for path in folder.iterdir():
            path.write_bytes(np.random.default_rng(0).bytes(1000))
    else:
        folder.rename(folder.with_suffix(".gone"))
        if damage == "a file":
            folder.write_text("in the way")
    here.supervisor.resume(run_id, ME)
    if damage == "a file":
        record = here.until(run_id, RunState.FAILED, RunState.INTERRUPTED)
        assert record.error is not None
        assert record.error.message
    else:  # it begins anew
        wait_until(lambda: here.store.get(run_id).phase == "fit" and here.store.get(run_id).step > 0, 90, "batches")
        here.supervisor.stop(run_id, ME)
        here.until(run_id, RunState.STOPPED)
    here.check_what_was_finished()
    here.check_the_queue_goes_on()


def test_a_network_too_large_for_the_memory_is_refused_before_it_starts(lab: Labs) -> None:
    from mnist_core.errors import LimitError

    here = lab(worker_memory_mb=1200)
    layers = (Conv2D(filters=256, kernel_size=7, padding="same"),)
    with pytest.raises(LimitError, match="GB of memory"):
        here.submit(SHORT.model_copy(update={"model": NetworkConfig(layers=layers)}))
    assert [record.id for record in here.store.find()] == [here.finished.id]
