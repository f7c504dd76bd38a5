"""Trains every network of a grid once, and writes down how well it did after each epoch.

As `mnist_core.training` trains each, with the same figures; nothing is stored but those.
"""

import json
import time
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from benchmarks.studies.table import BASE, EPOCHS, FILE, GRID, Key
from mnist_core.config.study import applied
from mnist_core.datasets import Dataset, load_dataset
from mnist_core.errors import TrainingDivergedError
from mnist_core.settings import get_settings
from mnist_core.store import MetricPoint


def record() -> None:
    """Train what the file does not have yet, on the published data in ``MNIST_LAB_DATA_DIR``."""
    dataset, began = load_dataset(BASE.data.dataset, get_settings()), time.monotonic()
    found: dict[str, list[int]] = json.loads(FILE.read_text())["right"] if FILE.exists() else {}
    keys = list(product(*GRID.values()))
    for number, key in enumerate(keys, start=1):
        name = " ".join(map(str, key))
        if name not in found:
            found[name] = _trained(key, dataset)
            print(f"{number} of {len(keys)}, {time.monotonic() - began:.0f} s: {name}: {found[name]}", flush=True)
        if number % 50 == 0 or number == len(keys):
            _write(FILE, found, dataset)


def _trained(key: Key, dataset: Dataset) -> list[int]:
    """Return how many validation images are right after each epoch; none from where the loss is no number."""
    from mnist_core.models.build import build_model
    from mnist_core.training.fit import fit

    config, sink = applied(BASE, dict(zip(GRID, key, strict=True))), _Heard()
    try:
        fit(build_model(config), dataset, config, sink)
    except TrainingDivergedError:
        pass
    images = len(dataset.split("validation", config.data)[0])
    return [round(share * images) for share in sink.shares] + [0] * (EPOCHS - len(sink.shares))


class _Heard:
    """A sink that keeps the validation accuracy of each epoch."""

    def __init__(self) -> None:
        self.shares: list[float] = []

    def points(self, points: Sequence[MetricPoint]) -> None:
        self.shares += [point.values["val_accuracy"] for point in points if point.kind == "epoch"]

    def phase(self, name: str) -> None:
        """Nobody looks."""

    def started(self, device: str, steps_per_epoch: int) -> None:
        """Nobody looks."""

    def rewound(self, step: int) -> None:
        """There is no earlier part."""


def _write(path: Path, found: dict[str, list[int]], dataset: Dataset) -> None:
    images = len(dataset.split("validation", BASE.data)[0])
    rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(right)}" for name, right in found.items())
    base = json.dumps(BASE.model_dump(mode="json"))
    path.write_text(
        f'{{"base": {base},\n"names": {json.dumps(list(GRID))},\n"images": {images},\n"right": {{\n{rows}\n}}}}\n'
    )
