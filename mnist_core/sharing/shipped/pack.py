"""From a finished run to the bundle of a shipped model.

The weights are rounded first, which halves the file, and everything else is made anew of the rounded ones: the figures
of the bundle are those of its own weights.
"""

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.datasets import Dataset, load_dataset
from mnist_core.errors import RunStateError
from mnist_core.evaluation import accuracy
from mnist_core.film import film_arrays, spread
from mnist_core.models.build import build_model
from mnist_core.models.network_files import read_whole_network
from mnist_core.models.weights import put_weights
from mnist_core.sharing.bundle import BundledRun
from mnist_core.sharing.bundle.bundled import manifest_of
from mnist_core.sharing.shipped.catalogue import ShippedModel
from mnist_core.sharing.shipped.moments import SmallFilm
from mnist_core.sharing.shipped.rounding import rounded
from mnist_core.store import MetricPoint, Outcome, RunState, Store
from mnist_core.system.files import output_file, plain_entry

if TYPE_CHECKING:
    import keras

MOST_BYTES = 2_000_000
"""Of a bundle: as much of a film comes along as fits."""
_MOST_BATCH_POINTS = 200
# Of the last hidden layer, for the map before and after training: so much is enough for the same picture.
_MOST_FEATURES, _FEATURE_BITS = 64, 6


def pack(run_id: str, model: ShippedModel, store: Store, path: Path) -> Outcome:
    """Write the bundle of a finished run under the id and the name of a shipped model; return its figures.

    Parameters
    ----------
    run_id : str
        A completed network whose dataset is at hand.
    model : ShippedModel
        What it shall be called.
    store : Store
    path : Path
        Of the bundle.

    Raises
    ------
    RunStateError
        If the run is no completed network, or came with the program itself.
    ArtifactMissingError
        If its weights can't be read.
    DataError
        If its dataset can't be had.
    """
    record = store.runs.get(run_id)
    if record.state is not RunState.COMPLETED or not isinstance(record.config.model, NetworkConfig):
        raise RunStateError("Only a completed network can be packed. Received: state={state}", state=record.state)
    if record.shipped is not None:
        raise RunStateError("A shipped model is packed already. Pack a run that was trained here.")
    dataset = load_dataset(record.config.data.dataset, store.settings)
    trained = read_whole_network(store.files(run_id), record.config.model, dataset.spec.num_classes)
    weights = {name: rounded(array, model.weight_bits) for name, array in trained.items()}
    network = build_model(record.config.finished, dataset.spec.num_classes)
    put_weights(network, weights)
    tables, labels, losses = _judged(network, record.config, dataset)
    outcome = replace(
        record.outcome,
        # Threads add up in any order, so the last digits of losses differ from time to time.
        test_loss=round(losses["test"], 6),
        test_accuracy=accuracy(tables["test"], labels["test"]),
        val_loss=round(losses["validation"], 6) if "validation" in losses else None,
        val_accuracy=accuracy(tables["validation"], labels["validation"]) if "validation" in tables else None,
    )
    told = manifest_of(replace(record, id=model.run_id, name=model.title, outcome=outcome))
    run = BundledRun(
        manifest=told.model_copy(update={"made": record.created}),  # the same run gives the same bytes
        config=record.config,
        points=_thinned(store.metrics.points(run_id)),
        weights=weights,
        probabilities={split: _half(table) for split, table in tables.items()},
        labels=labels,
        parts=_parts(network, record.config, dataset),
    )
    film = SmallFilm(film_arrays(store.files(run_id), record.config), record.config, dataset)
    write_shipped(with_film(run, film), path)
    return outcome


def write_shipped(run: BundledRun, path: Path) -> None:
    """Write the bundle of a shipped model: what brings it back, without what a bundle holds for people."""
    with output_file(path) as temporary:
        temporary.write_bytes(_archive(run))


def _archive(run: BundledRun) -> bytes:
    content_of = io.BytesIO()
    with zipfile.ZipFile(content_of, "w") as archive:
        for name, content in sorted(run.entries().items()):
            archive.writestr(plain_entry(name), content, zipfile.ZIP_DEFLATED, 9)
    return content_of.getvalue()


def with_film(run: BundledRun, film: SmallFilm) -> BundledRun:
    """Return the run with its film; as many of its moments keep their weights as fit, and none where no film does."""
    weighted = film.weighted
    for count in range(len(weighted), -1, -1):
        names = spread(weighted, count) if count != 1 else weighted[-1:]
        filmed = replace(run, film=film.with_weights_of(names))
        if len(_archive(filmed)) <= MOST_BYTES:
            return filmed
    return run


def _judged(
    network: "keras.Model", config: RunConfig, dataset: Dataset
) -> tuple[dict[str, npt.NDArray[np.float32]], dict[str, npt.NDArray[np.uint8]], dict[str, float]]:
    """Return probabilities, labels and losses of the test and the validation set."""
    from mnist_core.training.steps import make_judge

    judge = make_judge(network, config.finished)
    table, loss = judge.judge(dataset.x_test, dataset.y_test)
    tables, labels, losses = {"test": table}, {"test": np.asarray(dataset.y_test)}, {"test": loss}
    if config.uses_validation:
        images, labels["validation"] = dataset.split("validation", config.data)
        tables["validation"], losses["validation"] = judge.judge(images, labels["validation"])
    return tables, labels, losses


def _half(table: npt.NDArray[np.float32]) -> npt.NDArray[np.float16]:
    """Return probabilities in half the bytes, each row with the same answer as before."""
    small = table.astype(np.float16)
    rows, best = np.arange(len(table)), table.argmax(axis=1)
    tied = small.argmax(axis=1) != best  # two classes so near to each other that float16 can't part them
    small[rows[tied], best[tied]] = np.nextafter(small[tied].max(axis=1), np.float16(1))
    return small


def _parts(network: "keras.Model", config: RunConfig, dataset: Dataset) -> dict[str, npt.NDArray[Any]]:
    from mnist_core.training.parts import network_parts

    found = network_parts(network, config, dataset.x_test, dataset.spec.num_classes)
    return {name: _fewer(part) if name in ("before", "after") else _coarser(part) for name, part in found.items()}


def _coarser(kernel: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return weights that are only looked at, rounded to what a picture shows."""
    return rounded(kernel.astype(np.float32), _FEATURE_BITS).astype(np.float16).astype(np.float32)


def _fewer(features: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return evenly spaced ones of very many features, rounded: the picture is the same."""
    some = features[:, :: -(-features.shape[1] // _MOST_FEATURES)]
    return rounded(some.astype(np.float32), _FEATURE_BITS).astype(np.float16)


def _thinned(points: list[MetricPoint]) -> list[MetricPoint]:
    """Return all points of epochs and evenly spaced ones of batches, with as many digits as a chart shows."""
    batches = [point for point in points if point.kind == "batch"]
    kept = {id(point) for point in batches[:: max(1, -(-len(batches) // _MOST_BATCH_POINTS))]}
    return [
        MetricPoint(
            kind=point.kind,
            step=point.step,
            epoch=point.epoch,
            seconds=round(point.seconds, 2),
            values={name: float(f"{value:.6g}") for name, value in point.values.items()},
        )
        for point in points
        if point.kind == "epoch" or id(point) in kept
    ]
