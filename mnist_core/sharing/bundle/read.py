"""Reading a bundle that a stranger sends: everything is checked, nothing is written, nothing in it is run.

Of a network only settings and weights are read, as numbers. The files that libraries open are made of them here.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from math import isfinite, prod
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.datasets import DatasetSpec, get_spec
from mnist_core.errors import BundleError, ConfigError
from mnist_core.models.cost import prediction_cost
from mnist_core.models.network_files import network_files
from mnist_core.models.onnx_reader import read_weights
from mnist_core.models.summary import layer_rows, parameter_count
from mnist_core.models.weights import Weights, weight_shapes
from mnist_core.settings import Settings
from mnist_core.sharing.bundle import contents
from mnist_core.sharing.bundle.archive import Archive
from mnist_core.sharing.bundle.arrays import Expected, read_arrays
from mnist_core.store import METRIC_NAMES, MetricPoint, Outcome, artifacts
from mnist_core.text import Phrase, one_line, reason

MOST_ENTRIES = 200
MOST_TEXT = 200_000  # bytes of settings and manifest
MOST_CURVE = 30_000_000  # bytes of the curve: 200 epochs of 60,000 batches are never measured one by one
_UNPACKED = 3  # times the size of the file: weights hardly shrink, probabilities do
_MOST_POINTS = 200_000
_LEAST_PARTS, _MOST_PARTS = 2, 2000  # images on the map of the last hidden layer
_COPIES = 7  # of the weights: four for Keras with what an optimizer remembers, ONNX, LiteRT, and themselves
_MOST_RELATED = 30_000_000  # bytes that files of a network have beside its weights
# For a picture, a tenth of a second; networks that come with the program take 20 million.
_MOST_OPERATIONS = 2_000_000_000
_HALF = 2e-2  # rounding of ten probabilities in half precision
_ROUNDED = 2e-3  # of an accuracy, where such rounding makes two classes equal; at least two images


@dataclass(frozen=True)
class Incoming:
    """A run from a bundle whose parts fit together.

    Attributes
    ----------
    files : dict of str to bytes
        By the names that they have in a run's folder; none of them are bytes that came with the bundle.
    """

    manifest: contents.Manifest
    config: RunConfig
    points: tuple[MetricPoint, ...]
    probabilities: dict[str, npt.NDArray[np.float32]]
    files: dict[str, bytes]

    @property
    def outcome(self) -> Outcome:
        """What the run ended with, as the bundle claims."""
        return self.manifest.outcome


def most_bytes(settings: Settings) -> int:
    """Return how large a bundle may be: that of the largest network that may be trained here."""
    return _COPIES * 4 * settings.max_parameters + _MOST_RELATED


def read_bundle(data: bytes, settings: Settings, most: int | None = None) -> Incoming:
    """Return the run in a bundle.

    Parameters
    ----------
    data : bytes
        Of any content.
    settings : Settings
        What this installation allows.
    most : int, optional
        Most bytes of the file; by default as `most_bytes`. Unpacked it may have three times as many.

    Raises
    ------
    BundleError
        One sentence about the first thing that is wrong.
    """
    most = min(most or most_bytes(settings), most_bytes(settings))
    if len(data) > most:
        raise BundleError(
            "The file has {size:.0f} MB; at most {most:.0f} MB are read.",
            size=len(data) / 1e6,
            most=most / 1e6,
        )
    archive = Archive(data, "bundle", most_entries=MOST_ENTRIES, most_bytes=_UNPACKED * most)
    archive.check_names(
        lambda name: name in contents.READ or name in contents.IGNORED or name.startswith(contents.FOLDERS)
    )
    needed = (*contents.NEEDED, *((contents.WEIGHTS,) if contents.ONNX not in archive.entries else ()))
    for name in needed:
        if name not in archive.entries:
            raise BundleError("This zip is no bundle of MNIST Lab: {name} is missing.", name=name)
    manifest = _manifest(archive.read(contents.MANIFEST, MOST_TEXT))
    config = _config(archive.read(contents.CONFIG, MOST_TEXT), settings)
    spec = get_spec(config.data.dataset)
    points = _points(archive.read(contents.METRICS, MOST_CURVE), config)
    tables = _probabilities(archive, config, spec)
    files = network_files(config.model, _weights(archive, config, spec), spec.num_classes)
    files[artifacts.PROBABILITIES] = _archived(tables)
    if contents.LABELS in archive.entries:
        labels = _labels(archive, tables, spec)
        files[artifacts.LABELS] = _archived(labels)
        check_accuracy(manifest.outcome, tables, labels.get("test"))
    if contents.PARTS in archive.entries:
        expected = _expected_parts(config, spec)
        content = archive.read(contents.PARTS, 4 * _numbers(config, spec) + _MOST_RELATED)
        files[artifacts.PARTS] = _archived(_same_images(read_arrays(content, artifacts.PARTS, expected)))
    return Incoming(manifest, config, points, tables, files)


def _manifest(content: bytes) -> contents.Manifest:
    try:
        manifest = contents.Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BundleError(
            "What the bundle says about its run can't be read: {place}: {reason}",
            place=".".join(map(str, first["loc"]))[:60] or "manifest.json",
            reason=reason(first),
        ) from error
    outcome = manifest.outcome
    judged = [outcome.test_loss, outcome.test_accuracy, outcome.val_loss, outcome.val_accuracy]
    figures = [*judged, outcome.parameters, *outcome.seconds.values()]
    known = [figure for figure in [*figures, *outcome.epoch_seconds] if figure is not None]
    told = {**manifest.versions, **outcome.computed_with}
    texts = [outcome.device or "", *outcome.seconds, *told, *told.values()]
    if (
        outcome.test_accuracy is None
        or outcome.test_loss is None
        or not 0 <= outcome.test_accuracy <= 1
        or not all(0 <= figure < 1e12 for figure in known)  # as they are: no float holds a number of any length
        or len(outcome.epoch_seconds) > 1000
        or len(outcome.seconds) > 20
        or len(outcome.computed_with) > 40
        or any(len(text) > 200 for text in texts)
        or not one_line(manifest.name)
    ):
        raise BundleError("The bundle's figures are none that a run can have.")
    return manifest


def _config(content: bytes, settings: Settings) -> RunConfig:
    try:
        config = RunConfig.from_json(content.decode())
        if isinstance(config.model, NetworkConfig):
            parameters = parameter_count(config.model, get_spec(config.data.dataset).num_classes)
            if parameters > settings.max_parameters:
                raise BundleError(
                    "This network has {n:,} parameters; at most {most:,} are possible here.",
                    n=parameters,
                    most=settings.max_parameters,
                )
            operations = prediction_cost(config.model, get_spec(config.data.dataset).num_classes).operations
            if operations > _MOST_OPERATIONS:
                raise BundleError(
                    "This network takes {n:,.0f} million multiplications for a picture; at most {most:,.0f} million "
                    "are possible for one that is brought along.",
                    n=operations / 1e6,
                    most=_MOST_OPERATIONS / 1e6,
                )
    except ConfigError as error:
        raise BundleError(
            "The bundle's settings can't be used: {reason}", reason=Phrase(error.template, **error.values)
        ) from error
    except UnicodeDecodeError as error:
        raise BundleError("The bundle's settings are no text.") from error
    return config


def _points(content: bytes, config: RunConfig) -> tuple[MetricPoint, ...]:
    try:
        # One row more than may be: a small file can hold millions of short ones.
        rows = list(islice(csv.DictReader(io.StringIO(content.decode()), strict=True), _MOST_POINTS + 1))
        if len(rows) > _MOST_POINTS:
            raise BundleError("The bundle's curve has more than {most:,} points.", most=_MOST_POINTS)
        points = tuple(_point(row) for row in rows)
    except (ValueError, KeyError, TypeError, csv.Error, OverflowError) as error:
        if isinstance(error, BundleError):
            raise
        raise BundleError("The bundle's curve (metrics.csv) can't be read.") from error
    most_epochs = max(config.train.epochs, getattr(config.model, "folds", 0))
    for point in points:
        figures = [point.seconds, *point.values.values()]
        if not all(isfinite(figure) and abs(figure) < 1e12 for figure in figures) or not 0 <= point.step < 10**9:
            raise BundleError("The bundle's curve (metrics.csv) holds values that are no numbers.")
        if point.kind not in ("batch", "epoch") or not 0 <= point.epoch <= most_epochs:
            raise BundleError("The bundle's curve (metrics.csv) goes on after the last epoch of its settings.")
    return points


def _point(row: Mapping[str, str]) -> MetricPoint:
    return MetricPoint(
        kind=row["kind"],
        step=int(row["step"]),
        epoch=int(row["epoch"]),
        seconds=float(row["seconds"]),
        values={name: float(row[name]) for name in METRIC_NAMES if row[name]},
    )


def _weights(archive: Archive, config: RunConfig, spec: DatasetSpec) -> Weights:
    """Return the weights; bundles of earlier versions have them in their graph only."""
    most = 4 * _numbers(config, spec) + _MOST_RELATED
    if contents.WEIGHTS in archive.entries:
        shapes = weight_shapes(config.model, spec.num_classes)
        expected = {name: Expected(("float32",), shape) for name, shape in shapes.items()}
        arrays = read_arrays(archive.read(contents.WEIGHTS, most), contents.WEIGHTS, expected)
        return {name: arrays[name] for name in shapes}
    try:
        found = read_weights(archive.read(contents.ONNX, most), config.model, spec.num_classes)
    except ValueError as error:
        if isinstance(error, BundleError):
            raise
        raise BundleError(
            "This bundle is of an earlier version, and its weights can't be read from its model.onnx: {why}. "
            "Make it again with today's version.",
            why=str(error)[:200],
        ) from error
    if not all(np.isfinite(array).all() for array in found.values()):
        raise BundleError("The bundle's weights hold values that are no numbers.")
    return found


def _numbers(config: RunConfig, spec: DatasetSpec) -> int:
    return sum(map(prod, weight_shapes(config.model, spec.num_classes).values()))


def _probabilities(archive: Archive, config: RunConfig, spec: DatasetSpec) -> dict[str, npt.NDArray[np.float32]]:
    kinds = ("float32", "float16")
    expected = {"test": Expected(kinds, (spec.n_test, spec.num_classes))}
    if config.uses_validation:
        used = min(config.data.train_size or spec.n_train, spec.n_train)
        held_back = used - int(used * (1.0 - config.data.validation_split))
        expected["validation"] = Expected(kinds, (held_back, spec.num_classes), needed=False)
    content = archive.read(contents.PROBABILITIES, _MOST_RELATED)
    tables = read_arrays(content, artifacts.PROBABILITIES, expected)
    for table in tables.values():
        sums = table.sum(axis=1, dtype=np.float64)
        if (table < 0).any() or (table > 1 + 1e-3).any() or (np.abs(sums - 1) > _HALF).any():
            raise BundleError("probabilities.npz holds rows that are no probabilities: each has to sum to 1.")
    return {name: np.asarray(table, np.float32) for name, table in tables.items()}


def check_accuracy(
    outcome: Outcome, tables: Mapping[str, npt.NDArray[np.float32]], labels: npt.NDArray[np.uint8] | None
) -> None:
    """Raise `BundleError` where the accuracy that a bundle claims is not that of its own predictions."""
    if labels is None or outcome.test_accuracy is None:
        return
    accuracy = float((tables["test"].argmax(axis=1) == labels).mean())
    if abs(accuracy - outcome.test_accuracy) > max(_ROUNDED, 2 / len(labels)):
        raise BundleError(
            "The bundle claims an accuracy of {claimed:.2%}, and its predictions have {accuracy:.2%}.",
            claimed=outcome.test_accuracy,
            accuracy=accuracy,
        )


def _labels(
    archive: Archive, tables: Mapping[str, npt.NDArray[np.float32]], spec: DatasetSpec
) -> dict[str, npt.NDArray[np.uint8]]:
    expected = {name: Expected(("uint8",), (len(table),), needed=False) for name, table in tables.items()}
    labels = read_arrays(archive.read(contents.LABELS, _MOST_RELATED), artifacts.LABELS, expected)
    if any(len(rows) and rows.max() >= spec.num_classes for rows in labels.values()):
        raise BundleError("labels.npz holds labels that {title} has not.", title=spec.title)
    return labels


def _expected_parts(config: RunConfig, spec: DatasetSpec) -> dict[str, Expected]:
    """Return the weights and outputs that `parts.npz` may hold: see `RunFiles.read_parts`."""
    kinds = ("float32", "float16")
    if not isinstance(config.model, NetworkConfig):
        return {"kernel_00": Expected(kinds, (784, spec.num_classes), needed=False)}
    expected = {
        f"kernel_{number:02}": Expected(kinds, row.weights["kernel"], needed=False)
        for number, row in enumerate(layer_rows(config.model, spec.num_classes))
        if "kernel" in row.weights
    }
    most_images = min(_MOST_PARTS, spec.n_test)
    for name in ("before", "after"):
        expected[name] = Expected(kinds, ((_LEAST_PARTS, most_images), (1, 1024)), needed=False)
    return expected


def _same_images(parts: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """Return the parts; raises `BundleError` where the last hidden layer has seen other images before than after."""
    shapes = {parts[name].shape for name in ("before", "after") if name in parts}
    if len(shapes) > 1 or ("before" in parts) != ("after" in parts):
        raise BundleError("parts.npz shows other images before the training than after it.")
    return parts


def _archived(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Return arrays as a file of our own: what is kept are numbers, not a stranger's bytes."""
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    return stream.getvalue()
