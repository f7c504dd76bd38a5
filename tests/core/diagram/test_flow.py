"""A digit on its way through a network: all numbers are those that plain loops over its weights give."""

from math import erf, exp

import numpy as np
import pytest

from mnist_core.config import LAYERS, Conv2D, Dense, Dropout, LogisticConfig, MaxPooling2D, NetworkConfig, RunConfig
from mnist_core.config.activations import ACTIVATIONS
from mnist_core.diagram import Trained, diagram_of, flow_of, picture_svg, sum_of
from mnist_core.inference.network import Network, open_graph
from mnist_core.models.onnx_writer import baseline_onnx, network_onnx
from tests.network_files import random_weights

BATCH_NORM, LAYER_NORM = LAYERS["batch_normalization"](), LAYERS["layer_normalization"]()
AVERAGE, GLOBAL, NOISE = (
    LAYERS[f"{kind}"]() for kind in ("average_pooling2d", "global_average_pooling2d", "gaussian_noise")
)
NETWORKS = {
    "dense": (Dense(units=20), Dropout(), Dense(units=7, activation="tanh")),
    "no hidden layer": (),
    "convolutions": (
        Conv2D(filters=8),
        BATCH_NORM,
        MaxPooling2D(),
        Dropout(),
        Conv2D(filters=3, kernel_size=4),
        Dense(),
    ),
    "borders": (Conv2D(filters=7, kernel_size=2, padding="same"), Conv2D(filters=9, kernel_size=5, padding="same")),
    "averages": (Conv2D(filters=9, kernel_size=5), NOISE, AVERAGE, LAYER_NORM, GLOBAL, Dense(units=30)),
    "normalized first": (BATCH_NORM, Dense(units=40), BATCH_NORM, Dense(units=5)),
    "pooled first": (MaxPooling2D(), Conv2D(filters=2), Dense(units=17)),
}
NUMPY = {
    "relu": lambda z: max(z, 0),
    "sigmoid": lambda z: 1 / (1 + exp(-z)),
    "tanh": np.tanh,
    "elu": lambda z: z if z > 0 else exp(z) - 1,
    "selu": lambda z: 1.05070098 * (z if z > 0 else 1.67326324 * (exp(z) - 1)),
    "leaky_relu": lambda z: z if z > 0 else 0.2 * z,
    "softplus": lambda z: np.log1p(exp(z)),
    "gelu": lambda z: z * (1 + erf(z / 2**0.5)) / 2,
    "silu": lambda z: z / (1 + exp(-z)),
    "linear": lambda z: z,
}


def trained(*layers, seed=0):
    model = NetworkConfig(layers=layers)
    weights = random_weights(model, seed)
    network = Network(open_graph(network_onnx(model, weights, every_layer=True)))
    image = np.random.default_rng(seed).integers(0, 256, (28, 28)).astype(np.uint8)
    outputs = [output[0] for output in network.outputs(image[None], sorted(network.output_names))]
    return Trained(diagram_of(RunConfig(model=model)), weights, image, outputs)


def looked_at(x, block, row, column):
    """Return what a filter looks at, pixel by pixel: (row, column, map) of each tap, and the number there or 0."""
    border = (block.window - 1) // 2 if block.output_shape[:2] == x.shape[:2] else 0
    for dy in range(block.window):
        for dx in range(block.window):
            for channel in range(x.shape[2]):
                y, x_ = row + dy - border, column + dx - border
                inside = 0 <= y < x.shape[0] and 0 <= x_ < x.shape[1]
                yield (dy, dx, channel), float(x[y, x_, channel]) if inside else 0.0


def added_by_hand(whole, link, source, target):
    (before, place), block = link, whole.diagram.blocks[link[1]]
    x, kernel = whole.coming_in(place), whole.weight(place, "kernel")
    if block.window:
        x = x.reshape(*x.shape[:2], -1)
        rows, columns = block.output_shape[:2]
        return sum(
            kernel[dy, dx, channel, target] * value
            for row in range(rows)
            for column in range(columns)
            for (dy, dx, channel), value in looked_at(x, block, row, column)
            if channel == source
        )
    channels = whole.diagram.blocks[before].units
    flat = x.reshape(-1)
    return sum(flat[n] * kernel[n, target] for n in range(source, len(flat), channels))


@pytest.mark.parametrize("name", NETWORKS)
def test_every_sum_is_that_of_its_weights_and_gives_what_the_unit_says(name):
    whole = trained(*NETWORKS[name])
    for place, block in enumerate(whole.diagram.blocks):
        if "kernel" not in block.weights:
            assert sum_of(whole, (place, 0)) is None
            continue
        x, kernel, bias = whole.coming_in(place), whole.weight(place, "kernel"), whole.weight(place, "bias")
        sums = []
        for unit in range(block.units):
            told = sum_of(whole, (place, unit))
            if told.spot:
                row, column = told.spot
                pixels = looked_at(x.reshape(*x.shape[:2], -1), block, row, column)
                by_hand = sum(kernel[(*tap, unit)] * value for tap, value in pixels)
                assert whole.going_out(place)[row, column, unit] == whole.going_out(place)[..., unit].max()
            else:
                by_hand = sum(a * b for a, b in zip(x.ravel().tolist(), kernel[:, unit].tolist(), strict=True))
            assert told.total == pytest.approx(by_hand + bias[unit], abs=1e-4)
            assert told.total == pytest.approx(sum(t.product for t in told.terms) + told.others + told.bias, abs=1e-6)
            assert told.bias == bias[unit]
            sums.append(told.total)
            if not block.answers:
                layer_activation = next(
                    key for key, a in ACTIVATIONS.items() if a.title == (block.activation or a.title)
                )
                assert told.output == pytest.approx(NUMPY[layer_activation](told.total), abs=1e-4)
        if block.answers:
            shares = np.exp(sums) / np.exp(sums).sum()
            np.testing.assert_allclose(whole.going_out(place), shares, atol=1e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_each_activation_function_makes_of_the_sum_what_the_network_says(activation):
    whole = trained(Dense(units=12, activation=activation))
    for unit in range(12):
        told = sum_of(whole, (2, unit))
        assert told.output == pytest.approx(NUMPY[activation](told.total), abs=1e-5)


@pytest.mark.parametrize("name", NETWORKS)
def test_connections_are_weights_times_values(name):
    whole = trained(*NETWORKS[name])
    flow = flow_of(whole)
    for link, found in flow.connections.items():
        cells = flow.cells[link[1]]
        assert 0 < len(found) <= 24
        assert [abs(one.adds) for one in found] == sorted(abs(one.adds) for one in found)
        for one in (found[0], found[-1]):
            if whole.diagram.blocks[link[1]].weights:
                assert one.adds == pytest.approx(added_by_hand(whole, link, one.source, one.target), rel=1e-3, abs=1e-4)
            else:
                assert one.source == one.target
                assert one.adds == pytest.approx(cells.values[cells.shown.index(one.target)])


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_drawn_says_most_and_says_what_the_network_says(name):
    whole = trained(*NETWORKS[name])
    flow = flow_of(whole)
    for place, cells in flow.cells.items():
        if place == 0:
            continue
        block, output = whole.diagram.blocks[place], whole.going_out(place)
        assert list(cells.shown) == sorted(set(cells.shown))
        assert len(cells.shown) <= (6 if block.form == "maps" else 16)
        for index, unit in enumerate(cells.shown):
            values = output[..., unit].ravel()
            assert abs(cells.values[index]) == abs(values).max()
            if cells.maps:
                np.testing.assert_array_equal(cells.maps[index], output[..., unit])
        if block.weights and block.form == "units":
            others = np.delete(np.abs(output), cells.shown)
            assert not len(others) or others.max() <= min(map(abs, cells.values))
    assert "image/png" in picture_svg(whole.diagram, flow=flow)


def test_a_chosen_unit_is_drawn_with_its_own_connections():
    whole = trained(Dense(units=40))
    quiet = int(np.abs(whole.going_out(2)).argmin())
    flow = flow_of(whole, (2, quiet))
    assert quiet in flow.cells[2].shown
    assert len(flow.cells[2].shown) == 16
    assert {one.target for one in flow.connections[0, 2]} <= {quiet}
    assert {one.source for one in flow.connections[2, 3]} <= {quiet}
    assert 'class="chosen"' in picture_svg(whole.diagram, flow=flow, chosen=(2, quiet))


def test_the_terms_of_a_picture_s_sum_are_its_pixels():
    whole = trained(Dense(units=3))
    told = sum_of(whole, (2, 1))
    kernel = whole.weight(2, "kernel")[:, 1].reshape(28, 28)
    for term in told.terms:
        row, column = term.place
        assert term.value == pytest.approx(whole.image[row, column] / 255)
        assert term.weight == kernel[row, column]
    assert told.count == 784
    weights, values, products = told.pictures
    np.testing.assert_allclose(weights * values, products)
    assert products.sum() + told.bias == pytest.approx(told.total)


def test_the_baseline_is_a_sum_of_pixels_for_each_class():
    rng = np.random.default_rng(0)
    weights = {
        "kernel": rng.normal(0, 0.1, (784, 10)).astype(np.float32),
        "bias": rng.normal(0, 1, 10).astype(np.float32),
    }
    image = rng.integers(0, 256, (28, 28)).astype(np.uint8)
    answer = Network(open_graph(baseline_onnx(weights))).predict(image[None])[0]
    whole = Trained(diagram_of(RunConfig(model=LogisticConfig())), weights, image, [answer])
    sums = [sum_of(whole, (1, label)).total for label in range(10)]
    np.testing.assert_allclose(sums, image.reshape(-1) / 255 @ weights["kernel"] + weights["bias"], atol=1e-4)
    shares = 1 / (1 + np.exp(-np.array(sums)))
    np.testing.assert_allclose(answer, shares / shares.sum(), atol=1e-5)
    assert flow_of(whole).cells[1].values == pytest.approx(tuple(answer))
