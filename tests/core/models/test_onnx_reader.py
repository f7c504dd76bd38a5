"""Weights are taken from graphs as numbers, from those of earlier versions too; anything else is refused."""

import zipfile

import numpy as np
import pytest

from mnist_core.config import BatchNormalization, Conv2D, Dense, LogisticConfig, MaxPooling2D, NetworkConfig, RunConfig
from mnist_core.inference import open_graph
from mnist_core.models.network_files import network_files
from mnist_core.models.onnx_reader import read_weights
from mnist_core.models.onnx_writer import baseline_onnx, network_onnx
from mnist_core.models.weights import is_whole, weight_shapes
from tests.network_files import older_graph, random_weights

# Kernels whose sides are equal, so that only their order tells one from the other.
MODEL = NetworkConfig(
    layers=(
        *(Conv2D(filters=3, kernel_size=3), BatchNormalization(), MaxPooling2D(pool_size=4)),
        *(Conv2D(filters=3, kernel_size=3), Dense(units=10), Dense(units=10), Dense(units=1)),
    )
)


@pytest.mark.parametrize("every_layer", [False, True])
def test_weights_are_read_as_they_were_written(every_layer):
    weights = random_weights(MODEL)
    found = read_weights(network_onnx(MODEL, weights, every_layer=every_layer), MODEL, 10)
    assert {name: array.tolist() for name, array in found.items()} == {n: a.tolist() for n, a in weights.items()}
    assert is_whole(found)
    baseline = {name: np.ones(shape, np.float32) for name, shape in weight_shapes(LogisticConfig(), 7).items()}
    again = read_weights(baseline_onnx(baseline), LogisticConfig(), 7)
    assert {name: array.shape for name, array in again.items()} == {"kernel": (784, 7), "bias": (7,)}


def test_a_graph_of_an_earlier_version_gives_a_network_that_answers_equally():
    """Of a batch normalization such a graph has only what it multiplies by and adds, so nothing is made for Keras."""
    weights = random_weights(MODEL)
    found = read_weights(older_graph(MODEL, weights), MODEL, 10)
    images = np.random.default_rng(1).random((5, 28, 28), dtype=np.float32)
    said, expected = (
        open_graph(network_onnx(MODEL, each)).run(None, {"image": images})[0] for each in (found, weights)
    )
    np.testing.assert_allclose(said, expected, atol=1e-6)
    assert not is_whole(found)
    assert {name for name, _ in network_files(MODEL, found)} == {"model.onnx", "layers.onnx"}
    plain = NetworkConfig(layers=tuple(layer for layer in MODEL.layers if layer.kind != "batch_normalization"))
    assert is_whole(read_weights(older_graph(plain, random_weights(plain)), plain, 10))


def test_what_the_exporter_of_an_earlier_version_wrote_is_read(compat_dir):
    with zipfile.ZipFile(compat_dir / "bundle.zip") as archive:
        content, config = archive.read("model.onnx"), RunConfig.from_json(archive.read("config.json").decode())
    anew = network_onnx(config.model, read_weights(content, config.model, 10))
    images = np.random.default_rng(1).random((5, 28, 28), dtype=np.float32)
    sessions = [open_graph(each) for each in (anew, content)]
    said, expected = (session.run(None, {session.get_inputs()[0].name: images})[0] for session in sessions)
    np.testing.assert_allclose(said, expected, atol=1e-6)


@pytest.mark.parametrize(
    "other",
    [
        NetworkConfig(layers=MODEL.layers[:-1]),
        NetworkConfig(layers=(*MODEL.layers, Dense(units=1))),
        NetworkConfig(layers=(*MODEL.layers[:-1], Dense(units=2))),
        LogisticConfig(),
    ],
)
def test_weights_of_other_layers_are_refused(other):
    for content in (network_onnx(MODEL, random_weights(MODEL)), older_graph(MODEL, random_weights(MODEL))):
        with pytest.raises(ValueError, match="numbers"):
            read_weights(content, other, 10)


def test_bytes_that_are_no_graph_are_refused_and_an_endless_number_takes_no_time():
    whole = network_onnx(MODEL, random_weights(MODEL))
    for content in (b"", b"hello", whole[: len(whole) // 2], b"\x3a" + b"\xff" * 5_000_000, whole + whole):
        with pytest.raises(ValueError, match=r"graph|field|number"):
            read_weights(content, MODEL, 10)
