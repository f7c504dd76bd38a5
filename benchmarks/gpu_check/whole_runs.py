"""Whole runs as a worker trains them: their time and accuracy, and what must hold of them on a card too."""

import argparse
from pathlib import Path

from benchmarks.gpu_check.card import peak_memory
from benchmarks.gpu_check.material import config_of, settings_of
from benchmarks.gpu_check.rows import Row
from mnist_core.store import RunRecord, RunState, Store, Visitor
from mnist_core.system.libraries import load_keras
from mnist_core.system.processes import own_process
from mnist_core.training.control import Control
from mnist_core.training.device import prepare_device
from mnist_core.training.run import describe, execute

OWNER = Visitor(None, is_admin=True)


def whole(options: argparse.Namespace) -> Row:
    """Train a recipe from start to end, as a worker does."""
    store = Store(settings_of(options))
    return _told(_trained(store, store.new_runs.create(config_of(options), "A run")))


def resumed(options: argparse.Namespace) -> Row:
    """Go on with a run whose process was killed."""
    store = Store(settings_of(options))
    store.queue.mark_interrupted()
    store.queue.request_resume(options.run, OWNER)
    return _told(_trained(store, options.run))


def same_seed(options: argparse.Namespace) -> Row:
    """Train a recipe twice; the figures shall be the same."""
    store = Store(settings_of(options))
    one, other = (_trained(store, store.new_runs.create(config_of(options), "A run")).outcome for _ in range(2))
    return {"same": one.test_loss == other.test_loss, "losses": [one.test_loss, other.test_loss]}


def full_memory(options: argparse.Namespace) -> Row:
    """Ask for more memory than there is; it shall be a sentence, and a run shall train after it in the same process."""
    keras = load_keras()
    prepare_device()
    said = ""
    try:
        keras.ops.convert_to_numpy(keras.ops.ones((2**45,)))
    except Exception as error:
        said = describe(error, Path()).message
    if "memory" not in said:
        raise RuntimeError(f"memory that runs out is told as: {said}")
    return {"said": said, **whole(options)}


def _trained(store: Store, run_id: str) -> RunRecord:
    store.queue.claim(run_id, own_process())
    record = execute(run_id, store, Control())
    if record.state is not RunState.COMPLETED:
        raise RuntimeError(record.error.message if record.error else record.state)
    return record


def _told(record: RunRecord) -> Row:
    usual = record.outcome.usual_epoch_seconds or 0.0
    return {
        "device": record.device,
        "engine_epoch": usual,
        "training": usual * record.config.train.epochs,  # what it takes once everything is compiled
        "total": sum(record.outcome.seconds.values()),
        "accuracy": record.outcome.test_accuracy,
        "peak_memory": peak_memory(),
    }
