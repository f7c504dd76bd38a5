"""Packages of shipped models, made without Keras, with a small network of random weights in them."""

import io
import tempfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from mnist_core.evaluation import accuracy, cross_entropy
from mnist_core.onnx.editing import with_last_output_only
from mnist_core.sharing.shipped.package import PackageManifest, write_package
from mnist_core.store import MetricPoint, Outcome, RunFiles
from tests.network_files import CONFIG, write_network

RUN_IDS = {
    "handwriting": "20260101-000000-00000001",
    "mnist-only": "20260101-000000-00000002",
    "fashion": "20260101-000000-00000003",
}


def write_shipped(folder, name, x_test, y_test, *, config=CONFIG, version=1, seed=0, labels=None):
    """Write the package of a network that was judged on some test images; return its path.

    `labels` are those of the validation set, where there is one; its probabilities are made up.
    """
    with tempfile.TemporaryDirectory() as scratch:
        files = RunFiles(Path(scratch), RUN_IDS[name])
        files.folder.mkdir()
        layers = write_network(files, seed, x_test)
        table = layers(x_test)[3]
        tables, known = {"test": table}, {"test": np.asarray(y_test)}
        if labels is not None:
            known["validation"] = np.asarray(labels)
            tables["validation"] = 0.82 * np.eye(10)[known["validation"]] + 0.018
        contents = {
            "model.keras": b"a Keras model, which the app never opens",
            "layers.onnx": files.layers.read_bytes(),
            "parts.npz": files.parts.read_bytes(),
            "probabilities.npz": _npz({split: np.asarray(rows, np.float16) for split, rows in tables.items()}),
            "labels.npz": _npz(known),
        }
    graph = with_last_output_only(contents["layers.onnx"])
    manifest = PackageManifest(
        name=name,
        run_id=RUN_IDS[name],
        version=version,
        title={"handwriting": "Reads your handwriting", "mnist-only": "MNIST only"}.get(name, "Knows clothes"),
        summary=f"It is version {version}.",
        sources=("Some digits, CC0",),
        config=config,
        recipe=None,
        created=datetime(2026, 1, 1, tzinfo=UTC),
        epoch=1,
        step=12,
        steps_per_epoch=12,
        outcome=Outcome(
            test_loss=cross_entropy(table, y_test), test_accuracy=accuracy(table, y_test), parameters=20_318
        ),
        points=(MetricPoint(kind="epoch", step=12, epoch=1, seconds=0.3, values={"loss": 1.0, "accuracy": 0.5}),),
        versions={"numpy": np.__version__},
        model_size=len(graph),
        model_crc=zlib.crc32(graph),
    )
    path = folder / f"{name}.zip"
    write_package(path, manifest, contents)
    return path


def _npz(arrays):
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()
