"""Graphs that are written from configuration and weights say what Keras says, layer by layer."""

import numpy as np
import pytest

from mnist_core.config import Conv2D, Dense, Dropout, MaxPooling2D, NetworkConfig, RunConfig
from mnist_core.config.activations import ACTIVATIONS
from mnist_core.config.layers import LAYERS
from mnist_core.errors import ConfigError
from mnist_core.inference import open_graph
from mnist_core.models.keras_file import network_keras
from mnist_core.models.onnx_writer import network_onnx
from mnist_core.models.summary import layer_rows
from mnist_core.models.weights import layer_names, weights_of
from tests.network_files import random_weights

KINDS = tuple(LAYERS)
NETWORKS = {
    **{f"{a}, lists": (Dense(units=9, activation=a), Dense(units=1, activation=a)) for a in ACTIVATIONS},
    **{f"{a}, images": (Conv2D(filters=3, kernel_size=2, activation=a),) for a in ACTIVATIONS},
    # Each layer after each kind of table: a picture without channels, one with some, a list of numbers.
    **{f"{kind} first": (LAYERS[kind](),) for kind in KINDS},
    **{f"{kind} between": (Conv2D(filters=4), LAYERS[kind](), Dense(units=5)) for kind in KINDS},
    **{f"{kind} late": (Dense(units=5), LAYERS[kind]()) for kind in KINDS if LAYERS[kind].takes != "image"},
    **{f"{kind}, then a convolution": (LAYERS[kind](), Conv2D(filters=2)) for kind in KINDS},
    "borders": tuple(Conv2D(filters=2, kernel_size=side, padding="same") for side in range(1, 8)),
    "windows": (Conv2D(filters=3), MaxPooling2D(pool_size=4), MaxPooling2D(pool_size=3), Dropout()),
    "nothing": (),
}


def fits(layers) -> bool:
    try:
        layer_rows(NetworkConfig(layers=layers))
    except ConfigError:
        return False
    return True


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(1).random((4, 28, 28), dtype=np.float32)


@pytest.mark.parametrize("name", [name for name, layers in NETWORKS.items() if fits(layers)])
def test_every_layer_and_activation_says_what_keras_says(name, images, tmp_path):
    """One network is a graph, a file for Keras, and weights again: all of them say the same."""
    import keras
    import onnx

    model = NetworkConfig(layers=NETWORKS[name])
    weights = random_weights(model)
    (tmp_path / "model.keras").write_bytes(network_keras(model, weights))
    network = keras.models.load_model(tmp_path / "model.keras")
    assert {key: value.tolist() for key, value in weights_of(network).items()} == {
        key: value.tolist() for key, value in weights.items()
    }

    content = network_onnx(model, weights, every_layer=True)
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    session = open_graph(content)
    assert tuple(output.name for output in session.get_outputs()) == layer_names(model)
    outputs, given = session.run(None, {"image": images}), images
    for layer, output in zip(network.layers, outputs, strict=True):
        expected = np.asarray(layer(given, training=False))
        assert output.shape == expected.shape
        assert np.abs(output - expected).max() <= 1e-6 * max(1, np.abs(expected).max()), layer.name
        given = output  # each layer for itself: what rounding did before it does not count
    (said,) = open_graph(network_onnx(model, weights)).run(None, {"image": images})
    np.testing.assert_allclose(said, network(images, training=False), atol=1e-6)


def test_every_layer_that_can_be_chosen_is_in_one_of_these_networks():
    networks = [NetworkConfig(layers=layers) for layers in NETWORKS.values() if fits(layers)]
    assert {layer.kind for network in networks for layer in network.layers} == set(LAYERS)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if fits((LAYERS[kind](),))])
def test_keras_builds_the_same_layers_of_the_file_as_of_the_settings(kind, tmp_path):
    import keras

    from mnist_core.models.build import build_model

    model = NetworkConfig(layers=(LAYERS[kind](), Dense(units=5)))
    (tmp_path / "model.keras").write_bytes(network_keras(model, random_weights(model)))
    found = keras.models.load_model(tmp_path / "model.keras")
    for layer, twin in zip(found.layers, build_model(RunConfig(model=model)).layers, strict=True):
        assert layer.get_config() | {"name": ""} == twin.get_config() | {"name": ""}


def test_the_same_network_gives_the_same_bytes_for_any_number_of_images(images):
    model = NetworkConfig(layers=(Conv2D(filters=3), Dense(units=4)))
    content = network_onnx(model, random_weights(model, classes=7), 7)
    assert content == network_onnx(model, random_weights(model, classes=7), 7)
    assert network_keras(model, random_weights(model)) == network_keras(model, random_weights(model))
    for count in (0, 1, 3):
        assert open_graph(content).run(None, {"image": images[:count]})[0].shape == (count, 7)


@pytest.mark.parametrize("wrong", [{}, {"01_Dense/kernel": np.zeros((784, 4), np.float32)}])
def test_weights_of_another_network_are_refused(wrong):
    model = NetworkConfig(layers=(Dense(units=4),))
    for write in (network_onnx, network_keras):
        with pytest.raises(ValueError, match="of another model"):
            write(model, wrong)
