"""A network's files in its run's folder: written from its configuration and its weights, and read as numbers only.

``model.keras`` is for people. The program never opens it, nor any other file of Keras: with those come classes and
functions of whoever wrote them.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.config.sections import ModelConfig
from mnist_core.errors import ArtifactMissingError
from mnist_core.models.keras_file import network_keras
from mnist_core.models.onnx_reader import read_weights
from mnist_core.models.onnx_writer import baseline_onnx, network_onnx
from mnist_core.models.weights import Weights, is_whole, weights_of
from mnist_core.store import RunFiles
from mnist_core.store.run_files import LAYERS, MODEL, ONNX
from mnist_core.system.files import replacing, zips_of_any_date
from mnist_core.system.saying import complain

if TYPE_CHECKING:
    import keras


def graph_files(model: ModelConfig, weights: Weights, num_classes: int = 10) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of ``model.onnx`` and, since the baseline has no layers, ``layers.onnx``.

    Raises
    ------
    ConfigError
        If layers don't fit together.
    ValueError
        If the weights are those of another network.
    """
    if not isinstance(model, NetworkConfig):
        yield ONNX, baseline_onnx(weights)
        return
    yield ONNX, network_onnx(model, weights, num_classes)
    yield LAYERS, network_onnx(model, weights, num_classes, every_layer=True)


def network_files(model: ModelConfig, weights: Weights, num_classes: int = 10) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each file of a network; raises as `graph_files`.

    The baseline is none of Keras's, and a network whose weights are not whole (`is_whole`) has no file for Keras
    either, since with them it can't learn on.
    """
    yield from graph_files(model, weights, num_classes)
    if isinstance(model, NetworkConfig) and is_whole(weights):
        yield MODEL, network_keras(model, weights, num_classes)


def write_trained(network: "keras.Model", config: NetworkConfig, num_classes: int, files: RunFiles) -> None:
    """Write the files of a network that Keras has trained.

    Parameters
    ----------
    network : keras.Sequential
        In float32: what answers on the pages. Keras writes its own file, with what the optimizer remembers.
    config : NetworkConfig
        What it was built from.
    num_classes : int
    files : RunFiles

    Raises
    ------
    StorageError
        If a file can't be written.
    """
    with replacing(files.model) as path, zips_of_any_date():
        network.save(path)
    write_graphs(config, weights_of(network), num_classes, files)


def write_graphs(model: ModelConfig, weights: Weights, num_classes: int, files: RunFiles) -> None:
    """Write the graphs of a network or of the baseline; raises as `graph_files`, and `StorageError`."""
    for name, content in graph_files(model, weights, num_classes):
        with replacing(files.folder / name) as path:
            path.write_bytes(content)


def read_network(files: RunFiles, model: ModelConfig, num_classes: int) -> Weights:
    """Return the weights of a run's network, perhaps less than it learned: see `is_whole`.

    Raises
    ------
    ArtifactMissingError
        If they can't be read.
    """
    graph = files.onnx
    try:
        found = read_weights(graph.read_bytes(), model, num_classes)
    except (OSError, ValueError) as error:
        raise ArtifactMissingError(
            "The model of this run is missing or damaged. Train it again to get it back."
        ) from error
    return found if is_whole(found) else _completed(found, files)


def read_whole_network(files: RunFiles, model: ModelConfig, num_classes: int) -> Weights:
    """Return all that a run's network learned, to learn on with.

    Raises
    ------
    ArtifactMissingError
        If it can't be read, or some of it is unknown.
    """
    found = read_network(files, model, num_classes)
    if not is_whole(found):
        raise ArtifactMissingError(
            "This network comes from an earlier version that kept only what it needs to answer, not the running "
            "averages of its batch normalization. Without them it can't learn on. Choose another one."
        )
    return found


def read_base(files: RunFiles, config: RunConfig) -> Weights:
    """Return the weights that a fine-tuned run begins with.

    Runs of earlier versions have them in a file of Keras's only. Theirs are those of the run that they began with, as
    long as it is there and says what it said.

    Raises
    ------
    ArtifactMissingError
        If they are gone.
    """
    assert config.fine_tune is not None
    if files.base_weights.exists():
        return files.read_base_weights()
    base = files.of(config.fine_tune.base)
    try:
        if np.array_equal(files.read_base_probabilities()["test"], base.read_probabilities()["test"]):
            return read_whole_network(base, config.model, config.spec.num_classes)
    except (ArtifactMissingError, KeyError) as error:
        complain(f"What {base.folder} holds is not what {files.folder} begins with.", error)
    raise ArtifactMissingError("The model that this run begins with is missing or damaged. Fine-tune another one.")


def _completed(found: Weights, files: RunFiles) -> Weights:
    """Return weights with what the checkpoint of a run that was trained here knows beside those of its graph."""
    checkpoint = files.checkpoint
    try:
        with np.load(checkpoint, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except Exception:  # NumPy and zipfile raise a dozen classes for damaged content; imported runs have none
        return found
    for part in ("best", "model"):  # with early stopping the best weights are those of the network
        numbered = [arrays[f"{part}_{n}"] for n in range(len(arrays)) if f"{part}_{n}" in arrays]
        learned = [array for array in numbered if array.dtype == np.float32]  # the others are states of dropout
        if [array.shape for array in learned] == [array.shape for array in found.values()]:
            whole = dict(zip(found, learned, strict=True))
            if _is_same(found, whole):
                return whole
    return found


def _is_same(told: Weights, whole: Weights) -> bool:
    """Whether a graph that tells less is that of these weights: all that it does tell is equal."""
    normalized = {name.rpartition("/")[0] for name in told if name.endswith("/moving_variance")}
    return all(
        np.array_equal(array, whole[name]) for name, array in told.items() if name.rpartition("/")[0] not in normalized
    )
