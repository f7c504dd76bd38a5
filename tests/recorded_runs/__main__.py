"""Train recorded runs anew and write their files; see the package."""

import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

import mnist_core.as_program  # noqa: F401 - first: it settles what libraries are told
from mnist_core.config import RunConfig
from mnist_core.datasets import load_dataset
from mnist_core.settings import get_settings
from mnist_core.store import MetricPoint
from mnist_core.system.libraries import load_keras
from tests.recorded_runs import FOLDER, RUNS, config_of

_IMAGES = 1000
_MOST_BATCHES = 60  # so many points within epochs are kept


class _Points:
    """Keeps the points of one training."""

    def __init__(self) -> None:
        self.all: list[MetricPoint] = []

    def phase(self, name: str) -> None:
        pass

    def started(self, device: str, steps_per_epoch: int) -> None:
        pass

    def rewound(self, step: int) -> None:
        pass

    def points(self, points: Sequence[MetricPoint]) -> None:
        self.all += points


def thinned(points: Sequence[MetricPoint]) -> list[MetricPoint]:
    """Return all points after epochs, and some of those within."""
    batches = [point for point in points if point.kind == "batch"]
    kept = [id(point) for point in batches[:: max(1, -(-len(batches) // _MOST_BATCHES))]]
    return [point for point in points if point.kind == "epoch" or id(point) in kept]


def record(config: RunConfig) -> dict[str, Any]:
    """Train a network, judge it, and return what is kept of it."""
    keras = load_keras()
    from mnist_core.models.build import build_model
    from mnist_core.training.fit import fit, steps_per_epoch
    from mnist_core.training.steps import make_judge

    dataset = load_dataset(config.data.dataset, get_settings())
    model = build_model(config, dataset.spec.num_classes, steps_per_epoch(dataset, config))
    sink = _Points()
    fit(model, dataset, config, sink)
    probabilities, loss = make_judge(model, config.finished).judge(dataset.x_test, dataset.y_test)
    hidden = [layer for layer in model.layers[:-1] if getattr(layer, "activation", None) is keras.activations.relu]
    images = dataset.x_test[:_IMAGES].astype(np.float32) / 255
    outputs = [np.asarray(keras.Model(model.inputs[0], layer.output)(images)) for layer in hidden]
    silent = [output.reshape(-1, output.shape[-1]).max(axis=0) == 0 for output in outputs]
    return {
        "test_loss": round(loss, 5),
        "test_accuracy": round(float(np.mean(probabilities.argmax(axis=1) == dataset.y_test)), 4),
        "dead": [round(float(units.mean()), 3) for units in silent],
        "points": [
            [p.kind, p.step, p.epoch, round(p.seconds, 2), {name: round(v, 5) for name, v in p.values.items()}]
            for p in thinned(sink.all)
        ],
    }


for name in sys.argv[1:] or RUNS:
    sys.stdout.write(f"{name}\n")
    kept = record(config_of(name))
    points = ",\n".join(json.dumps(point) for point in kept.pop("points"))
    (FOLDER / f"{name}.json").write_text(f'{json.dumps(kept)[:-1]},\n"points": [\n{points}\n]}}\n')
