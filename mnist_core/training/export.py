"""The files of a trained network."""

from typing import TYPE_CHECKING

from mnist_core.config import NetworkConfig
from mnist_core.models.onnx_writer import network_onnx
from mnist_core.models.weights import weights_of
from mnist_core.store import RunFiles
from mnist_core.system.files import replacing, zips_of_any_date

if TYPE_CHECKING:
    import keras


def write_network(model: "keras.Model", config: NetworkConfig, num_classes: int, files: RunFiles) -> None:
    """Write a network in Keras's own format, as a graph with every layer's output, and as one with the last.

    Parameters
    ----------
    model : keras.Sequential
        In float32: what answers on the pages.
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
        model.save(path)
    weights = weights_of(model)
    for target, every_layer in ((files.layers, True), (files.onnx, False)):
        with replacing(target) as path:
            path.write_bytes(network_onnx(config, weights, num_classes, every_layer=every_layer))
