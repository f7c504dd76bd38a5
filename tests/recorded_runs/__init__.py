"""Real runs whose curves are judged in tests: metric points and results, one JSON file a run.

They were trained by the lab itself on the published files::

    MNIST_LAB_DATA_DIR=... python -m tests.recorded_runs NAME ...

trains the named ones anew and writes their files (all of them without a name: half an hour on two cores, most of it
for ``best-cnn``). `RUNS` says what each is trained with.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnist_core.config import RunConfig
from mnist_core.config.recipes import get_recipe
from mnist_core.store import MetricPoint, Outcome, RunState, Store
from tests.held_runs import held_run

FOLDER = Path(__file__).parent


def _dense(*units: int, activation: str = "relu") -> list[dict[str, Any]]:
    return [{"kind": "dense", "units": each, "activation": activation} for each in units]


_FASHION = {"dataset": "fashion_mnist"}
_CONVOLUTION = {"kind": "conv2d", "filters": 16}

RUNS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "first-network": ("first-network", {}),
    "feedforward-64": ("feedforward-64", {}),
    "softmax-only": ("softmax-only", {}),
    "fashion-dropout": ("fashion-dropout", {}),
    "small-cnn": ("small-cnn", {"precision": "float32"}),
    "speed-run": ("speed-run", {"precision": "float32"}),
    "best-cnn": ("best-cnn", {"precision": "float32"}),
    "diverges": (
        "feedforward-64",
        {"layers": _dense(64, activation="tanh"), "epochs": 6, "learning_rate": 1.0, "train_size": 10000},
    ),
    "diverges-clothes": ("softmax-only", {"learning_rate": 1.0, "train_size": 10000}),
    "diverges-late": (
        "fashion-dropout",
        {
            "layers": _dense(256, 128, activation="tanh"),
            "optimizer": "sgd",
            "learning_rate": 3.0,
            "epochs": 6,
            "train_size": 10000,
        },
    ),
    "guesses": ("feedforward-64", {"epochs": 6, "learning_rate": 1.0, "train_size": 10000}),
    "guesses-zeros": ("first-network", {"layers": _dense(64, 64), "initializer": "zeros", "train_size": 10000}),
    "guesses-sigmoid": (
        "feedforward-64",
        {
            "layers": _dense(*6 * [64], activation="sigmoid"),
            "optimizer": "sgd",
            "epochs": 5,
            "train_size": 10000,
        },
    ),
    "guesses-clothes": (
        "fashion-dropout",
        {"layers": _dense(128, 128), "optimizer": "sgd", "learning_rate": 2.0, "epochs": 5, "train_size": 10000},
    ),
    "dead": (
        "fashion-dropout",
        {"layers": _dense(128, 128), "learning_rate": 0.1, "epochs": 5, "train_size": 20000},
    ),
    "slow": ("feedforward-64", {"optimizer": "sgd", "learning_rate": 0.0003, "epochs": 6, "batch_size": 128}),
    "slow-clothes": ("fashion-dropout", {"optimizer": "adagrad", "epochs": 6}),
    "slow-at-chance": (
        "feedforward-64",
        {"optimizer": "sgd", "learning_rate": 0.00001, "momentum": 0.0, "epochs": 6, "batch_size": 32},
    ),
    "slow-without-validation": ("first-network", {"optimizer": "sgd", "learning_rate": 0.0005}),
    "overfits": ("first-network", {"validation_split": 0.2, "train_size": 5000, "epochs": 25, "optimizer": "adam"}),
    "overfits-clothes": ("fashion-dropout", {"layers": _dense(512, 512), "epochs": 25, "train_size": 12000}),
    "overfits-convolutions": (
        "small-cnn",
        {
            **_FASHION,
            "layers": [_CONVOLUTION, {"kind": "max_pooling2d"}, *_dense(128)],
            "epochs": 20,
            "train_size": 6000,
            "validation_split": 0.2,
            "precision": "float32",
        },
    ),
    "stopped-early": (
        "first-network",
        {"validation_split": 0.2, "train_size": 5000, "epochs": 25, "optimizer": "adam", "early_stopping": 3},
    ),
    "noisy-rate": ("softmax-only", {"learning_rate": 0.03, "epochs": 8}),
    "noisy-few-images": (
        "feedforward-64",
        {"layers": _dense(64), "train_size": 1000, "validation_split": 0.05, "batch_size": 64, "epochs": 10},
    ),
    "dropout": (
        "fashion-dropout",
        {"layers": [*_dense(128), {"kind": "dropout", "rate": 0.6}, *_dense(64), {"kind": "dropout", "rate": 0.5}]},
    ),
    "dropout-digits": (
        "small-cnn",
        {
            "layers": [_CONVOLUTION, {"kind": "max_pooling2d"}, {"kind": "dropout", "rate": 0.6}],
            "train_size": 20000,
            "precision": "float32",
        },
    ),
    "augmentation": (
        "feedforward-64",
        {"layers": _dense(128), "epochs": 5, "rotation": 15.0, "shift": 2.0, "scale": 0.15, "train_size": 20000},
    ),
    "good": ("feedforward-64", {"layers": _dense(128), "epochs": 5, "batch_size": 128}),
    "good-clothes": ("fashion-dropout", {"epochs": 5, "layers": [*_dense(128), {"kind": "dropout", "rate": 0.1}]}),
}
"""Recipe and what differs from it, by plain name, for each run."""


@dataclass(frozen=True)
class RecordedRun:
    """One run as it was recorded.

    Attributes
    ----------
    config : RunConfig
    points : list of MetricPoint
    test_loss, test_accuracy : float
    dead : list of float
        Of each hidden layer with ReLU, first to last: the share of units that are 0 for each of 1,000 test images.
    """

    config: RunConfig
    points: list[MetricPoint]
    test_loss: float
    test_accuracy: float
    dead: list[float]


def config_of(name: str) -> RunConfig:
    """Return what a run is trained with."""
    recipe, settings = RUNS[name]
    return get_recipe(recipe).config.with_settings(settings)


def recorded(name: str) -> RecordedRun:
    """Return a run as it was recorded."""
    values = json.loads((FOLDER / f"{name}.json").read_text())
    points = [
        MetricPoint(kind=kind, step=step, epoch=epoch, seconds=seconds, values=metrics)
        for kind, step, epoch, seconds, metrics in values["points"]
    ]
    return RecordedRun(config_of(name), points, values["test_loss"], values["test_accuracy"], values["dead"])


def run_of(store: Store, name: str, **settings: Any) -> str:
    """Put a run's curve into the record as one on the bundled digits, which are at hand; return its id.

    `settings` differ from the run's own.
    """
    real = recorded(name)
    config = real.config.with_settings({"dataset": "digits", "train_size": None} | settings)
    with held_run(store, config) as run_id:
        store.queue.update_progress(run_id, steps_per_epoch=real.points[-1].step // real.points[-1].epoch)
        store.metrics.add(run_id, real.points)
        outcome = Outcome(test_loss=real.test_loss, test_accuracy=real.test_accuracy, seconds={"fit": 1.0})
        assert store.queue.finish(run_id, RunState.COMPLETED, outcome=outcome)
    return run_id
