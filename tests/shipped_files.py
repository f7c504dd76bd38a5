"""Bundles of shipped models, made without Keras, with a small network of random weights in them."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from mnist_core.evaluation import accuracy, cross_entropy
from mnist_core.models.network_files import read_network
from mnist_core.sharing.bundle import BundledRun
from mnist_core.sharing.bundle.contents import Manifest
from mnist_core.sharing.shipped import SHIPPED
from mnist_core.sharing.shipped.pack import write_shipped as write_bundle
from mnist_core.store import MetricPoint, Outcome, RunFiles
from tests.network_files import CONFIG, write_network

RUN_IDS = {
    "handwriting": "20260101-000000-00000001",
    "mnist-only": "20260101-000000-00000002",
    "fashion": "20260101-000000-00000003",
}
CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def write_shipped(folder, name, x_test, y_test, *, config=CONFIG, seed=0):
    """Write the bundle of a network that was judged on some test images, again and again; return its path.

    The probabilities of its validation set are made up.
    """
    with tempfile.TemporaryDirectory() as scratch:
        files = RunFiles(Path(scratch), RUN_IDS[name])
        files.folder.mkdir()
        layers = write_network(files, seed, x_test)
        weights, parts = read_network(files, config.model, 10), files.read_parts()
    rows = np.arange(config.spec.n_test) % len(x_test)
    tables, labels = {"test": layers(x_test)[3][rows]}, {"test": np.asarray(y_test)[rows]}
    if config.uses_validation:
        held_back = config.spec.n_train - int(config.spec.n_train * (1 - config.data.validation_split))
        labels["validation"] = (np.arange(held_back) % 10).astype(np.uint8)
        tables["validation"] = 0.82 * np.eye(10)[labels["validation"]] + 0.018
    outcome = Outcome(
        test_loss=cross_entropy(tables["test"], labels["test"]),
        test_accuracy=accuracy(tables["test"], labels["test"]),
        parameters=20_318,
    )
    run = BundledRun(
        manifest=Manifest(
            run_id=RUN_IDS[name],
            name=SHIPPED[name].title,
            state="completed",
            created=CREATED,
            made=CREATED,
            epoch=1,
            step=12,
            steps_per_epoch=12,
            outcome=outcome,
        ),
        config=config,
        points=(MetricPoint(kind="epoch", step=12, epoch=1, seconds=0.3, values={"loss": 1.0, "accuracy": 0.5}),),
        weights=weights,
        probabilities={split: np.asarray(table, np.float16) for split, table in tables.items()},
        labels=labels,
        parts=parts,
    )
    path = folder / f"{name}.zip"
    write_bundle(run, path)
    return path
