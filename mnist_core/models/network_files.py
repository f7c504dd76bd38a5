"""The files of a network as a run keeps them, made from its configuration and its weights: no Keras is asked."""

from mnist_core.config import NetworkConfig
from mnist_core.config.sections import ModelConfig
from mnist_core.models.keras_file import network_keras
from mnist_core.models.onnx_writer import baseline_onnx, network_onnx
from mnist_core.models.weights import Weights, is_whole
from mnist_core.store.artifacts import LAYERS, MODEL, ONNX


def network_files(model: ModelConfig, weights: Weights, num_classes: int = 10) -> dict[str, bytes]:
    """Return the content of ``model.onnx``, ``layers.onnx`` and ``model.keras`` by name.

    The baseline has no layers and is none of Keras's; a network whose weights are not whole (`is_whole`) has
    no file for Keras either, since with them it can't learn on.

    Raises
    ------
    ConfigError
        If layers don't fit together.
    ValueError
        If the weights are those of another network.
    """
    if not isinstance(model, NetworkConfig):
        return {ONNX: baseline_onnx(weights)}
    files = {
        ONNX: network_onnx(model, weights, num_classes),
        LAYERS: network_onnx(model, weights, num_classes, every_layer=True),
    }
    return files | ({MODEL: network_keras(model, weights, num_classes)} if is_whole(weights) else {})
