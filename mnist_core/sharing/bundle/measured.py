"""The arrays in a stranger's bundle: what its network learned, said and shows. Each has to be as its settings say."""

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.datasets import DatasetSpec
from mnist_core.drawing.prepare import SIDE
from mnist_core.errors import BundleError
from mnist_core.film import ANSWERED, JUDGED, MOST, PICTURES, SIZES, WEIGHTS, spread, weighted_layers
from mnist_core.models.onnx_reader import read_weights
from mnist_core.models.summary import layer_rows
from mnist_core.models.weights import Weights, weight_shapes
from mnist_core.sharing.bundle import contents
from mnist_core.sharing.bundle.archive import Archive, shown
from mnist_core.sharing.bundle.arrays import Expected, read_arrays
from mnist_core.store import Outcome, run_files
from mnist_core.text import Phrase

MOST_RELATED = 30_000_000  # bytes that files of a network have beside its weights
_LEAST_PARTS, _MOST_PARTS = 2, 2000  # images on the map of the last hidden layer
_HALF = 2e-2  # rounding of ten probabilities in half precision
_MOST_STEP = 10**9
_MOST_OF_ARRAY, _MOST_OF_FIGURES = 1000, 200_000  # bytes of a keyframe's file beside the numbers of its weights
_ROUNDED = 2e-3  # of an accuracy, where such rounding makes two classes equal; at least two images


def bundled_weights(archive: Archive, config: RunConfig, spec: DatasetSpec) -> Weights:
    """Return the weights; bundles of earlier versions have them in their graph only. Raises `BundleError`."""
    most = _most_bytes(config, spec)
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


def bundled_probabilities(archive: Archive, config: RunConfig, spec: DatasetSpec) -> dict[str, npt.NDArray[np.float32]]:
    """Return what the network said, by split; raises `BundleError`."""
    kinds = ("float32", "float16")
    expected = {"test": Expected(kinds, (spec.n_test, spec.num_classes))}
    if config.uses_validation:
        used = config.data.n_used
        held_back = used - int(used * (1.0 - config.data.validation_split))
        expected["validation"] = Expected(kinds, (held_back, spec.num_classes), needed=False)
    content = archive.read(contents.PROBABILITIES, MOST_RELATED)
    tables = read_arrays(content, run_files.PROBABILITIES, expected)
    for table in tables.values():
        sums = table.sum(axis=1, dtype=np.float64)
        if (table < 0).any() or (table > 1 + 1e-3).any() or (np.abs(sums - 1) > _HALF).any():
            raise BundleError("probabilities.npz holds rows that are no probabilities: each has to sum to 1.")
    return {name: np.asarray(table, np.float32) for name, table in tables.items()}


def bundled_labels(
    archive: Archive, tables: Mapping[str, npt.NDArray[np.float32]], spec: DatasetSpec
) -> dict[str, npt.NDArray[np.uint8]]:
    """Return the labels, by split; raises `BundleError`."""
    expected = {name: Expected(("uint8",), (len(table),), needed=False) for name, table in tables.items()}
    labels = read_arrays(archive.read(contents.LABELS, MOST_RELATED), run_files.LABELS, expected)
    if any(len(rows) and rows.max() >= spec.num_classes for rows in labels.values()):
        raise BundleError("labels.npz holds labels that {title} has not.", title=Phrase(spec.title))
    return labels


def bundled_parts(archive: Archive, config: RunConfig, spec: DatasetSpec) -> dict[str, npt.NDArray[Any]]:
    """Return the weights and outputs that pages show; raises `BundleError`."""
    content = archive.read(contents.PARTS, _most_bytes(config, spec))
    return _same_images(read_arrays(content, run_files.PARTS, _expected_parts(config, spec)))


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


def bundled_film(
    archive: Archive, config: RunConfig, spec: DatasetSpec, most_bytes: float
) -> dict[str, dict[str, npt.NDArray[Any]]]:
    """Return the keyframes by the names of their files; raises `BundleError`.

    Of a film that takes more than `most_bytes` evenly spaced keyframes are read, as many as fit. Their figures are as
    those of a film have to be. Whether they are those of the weights is not tried: it would take seconds.
    """
    members = sorted(name for name in archive.entries if name.startswith(contents.KEYFRAMES))
    if not members or not isinstance(config.model, NetworkConfig):
        return {}
    if len(members) > MOST:
        raise BundleError("The bundle's film is none of MNIST Lab: its moments don't belong together.")
    expected = _expected_keyframe(config, spec)
    most = sum(2 * prod(shape) + _MOST_OF_ARRAY for shape in weight_shapes(config.model, spec.num_classes).values())
    sizes = [archive.entries[member].file_size for member in members]
    if sum(sizes) > most_bytes:
        fitting = int(most_bytes / max(sizes))
        members = spread(members, fitting) if fitting > 1 else []
    film = {}
    for member in members:
        name = member.removeprefix(contents.KEYFRAMES)
        film[name] = read_arrays(archive.read(member, most + _MOST_OF_FIGURES), member, expected)
        _check_keyframe(name, film[name], config)
    if len({(len(each["answers"]), int(each["matrix"].sum())) for each in film.values()}) > 1:
        raise BundleError("The bundle's film is none of MNIST Lab: its moments don't belong together.")
    return film


def _expected_keyframe(config: RunConfig, spec: DatasetSpec) -> dict[str, Expected]:
    """Return the arrays that a keyframe's file may hold: see `mnist_core.film.keyframe`."""
    classes = spec.num_classes
    shapes = weight_shapes(config.model, classes)
    return {
        "step": Expected(("int64",), ()),
        "steps_per_epoch": Expected(("int64",), ()),
        "answers": Expected(("float16",), ((1, ANSWERED), classes)),
        "matrix": Expected(("uint16",), (classes, classes)),
        "sizes": Expected(("float32",), (len(weighted_layers(config)), len(SIZES))),
        "pictures": Expected(("float16",), ((0, PICTURES), (0, SIDE), (0, SIDE)), needed=False),
    } | {WEIGHTS + name: Expected(("float16",), shape, needed=False) for name, shape in shapes.items()}


def _check_keyframe(name: str, arrays: Mapping[str, npt.NDArray[Any]], config: RunConfig) -> None:
    """Raise `BundleError` where numbers are none of a keyframe."""
    step, sums = int(arrays["step"]), arrays["answers"].sum(axis=1, dtype=np.float64)
    weights = [key for key in arrays if key.startswith(WEIGHTS)]
    fits = (
        0 <= step <= _MOST_STEP
        and name == run_files.keyframe_name(step)
        and 1 <= int(arrays["steps_per_epoch"]) <= _MOST_STEP
        and (arrays["answers"] >= 0).all()
        and (np.abs(sums - 1) <= _HALF).all()
        and 1 <= int(arrays["matrix"].sum()) <= JUDGED
        and (arrays["sizes"] >= -1).all()
        and len(weights) in (0, len(weight_shapes(config.model, config.spec.num_classes)))
        and bool(weights) != (arrays.get("pictures") is not None)
    )
    if not fits:
        raise BundleError("The bundle's film is none of MNIST Lab: {name} holds other numbers.", name=shown(name))


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


def _most_bytes(config: RunConfig, spec: DatasetSpec) -> int:
    """Return how much a file may take that has all weights in it, each in four bytes."""
    return 4 * sum(map(prod, weight_shapes(config.model, spec.num_classes).values())) + MOST_RELATED
