import pytest

from mnist_core.config import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    GlobalAveragePooling2D,
    MaxPooling2D,
    NetworkConfig,
)
from mnist_core.config.recipes import get_recipe
from mnist_core.errors import ConfigError
from mnist_core.models import layer_rows, parameter_count


def network(*layers):
    return NetworkConfig(layers=layers)


def names(*layers):
    return [row.name for row in layer_rows(network(*layers))]


def test_no_hidden_layer_is_a_network_too():
    rows = layer_rows(network())
    assert [(row.name, row.output_shape, row.parameters) for row in rows] == [
        ("Flatten", (784,), 0),
        ("Dense", (10,), 7850),
    ]
    assert rows[-1].detail == '10, activation="softmax"'


@pytest.mark.parametrize(
    ("recipe", "parameters"),
    [
        ("first-network", 407_050),
        ("feedforward-64", 50_890),
        ("softmax-only", 7_850),
        ("fashion-dropout", 235_146),
        ("small-cnn", 34_826),
    ],
)
def test_recipes_have_the_parameter_counts_of_keras_own_summary(recipe, parameters):
    assert parameter_count(get_recipe(recipe).config.model) == parameters


def test_images_are_reshaped_for_the_first_spatial_layer_and_flattened_after_the_last():
    rows = layer_rows(network(Conv2D(filters=32), MaxPooling2D(), Conv2D(filters=64), MaxPooling2D(), Dense(units=5)))
    assert [(row.name, row.output_shape) for row in rows] == [
        ("Reshape", (28, 28, 1)),
        ("Conv2D", (26, 26, 32)),
        ("MaxPooling2D", (13, 13, 32)),
        ("Conv2D", (11, 11, 64)),
        ("MaxPooling2D", (5, 5, 64)),
        ("Flatten", (1600,)),
        ("Dense", (5,)),
        ("Dense", (10,)),
    ]


def test_rows_hold_what_was_configured_and_what_is_added():
    layers = (Conv2D(), Dense())
    rows = layer_rows(network(*layers))
    assert [row.layer in layers for row in rows] == [False, True, False, True, False]
    assert (rows[1].layer, rows[3].layer) == layers


def test_dropout_and_batch_normalization_work_before_and_after_flattening():
    assert names(Dropout(), BatchNormalization(), Dense(), Dropout(), BatchNormalization()) == [
        "Dropout", "BatchNormalization", "Flatten", "Dense", "Dropout", "BatchNormalization", "Dense",
    ]  # fmt: skip
    assert names(Dropout(), Conv2D()) == ["Dropout", "Reshape", "Conv2D", "Flatten", "Dense"]
    assert names(BatchNormalization()) == ["BatchNormalization", "Flatten", "Dense"]


def test_batch_normalization_holds_four_numbers_a_channel():
    rows = layer_rows(
        network(BatchNormalization(), Conv2D(filters=3), BatchNormalization(), Dense(units=7), BatchNormalization())
    )
    assert [row.parameters for row in rows if row.name == "BatchNormalization"] == [112, 12, 28]


def test_padding_keeps_the_size_and_pooling_rounds_down():
    rows = layer_rows(network(Conv2D(kernel_size=5, padding="same"), MaxPooling2D(pool_size=3)))
    assert [row.output_shape for row in rows[1:3]] == [(28, 28, 32), (9, 9, 32)]


@pytest.mark.parametrize(
    ("layer", "detail"),
    [
        (Dense(units=5), '5, activation="relu"'),
        (Dense(units=5, activation="linear"), "5"),
        (Dropout(rate=0.25), "0.25"),
        (Conv2D(filters=8, kernel_size=5), '8, 5, activation="relu"'),
        (Conv2D(padding="same", activation="linear"), '32, 3, padding="same"'),
        (MaxPooling2D(pool_size=3), "3"),
        (BatchNormalization(), ""),
    ],
)
def test_details_are_written_as_in_keras_code(layer, detail):
    assert next(row for row in layer_rows(network(layer)) if row.layer == layer).detail == detail


def test_a_dropout_rate_is_written_exactly():
    assert float(layer_rows(network(Dropout(rate=0.12345678)))[0].detail) == 0.12345678


@pytest.mark.parametrize(("layer", "name"), [(Conv2D(), "Conv2D"), (MaxPooling2D(), "MaxPooling2D")])
def test_a_spatial_layer_after_dense_is_refused_with_its_number_and_the_way_out(layer, name):
    with pytest.raises(ConfigError, match=f"Layer 3, {name}, needs an image.*Move it above the first Dense"):
        layer_rows(network(Dense(), Dropout(), layer))


def test_a_spatial_layer_after_the_mean_of_all_pixels_is_refused_too():
    with pytest.raises(ConfigError, match=r"Layer 3, Conv2D, needs an image.*the first GlobalAveragePooling2D layer\."):
        layer_rows(network(Conv2D(), GlobalAveragePooling2D(), Conv2D()))


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ((MaxPooling2D(pool_size=4),) * 3, "Layer 3, MaxPooling2D, does not fit: only 1 x 1 pixels"),
        ((MaxPooling2D(pool_size=4), Conv2D(kernel_size=7), Conv2D(kernel_size=3)), "Layer 3, Conv2D.*only 1 x 1"),
        ((Conv2D(kernel_size=7),) * 5, "Layer 5, Conv2D.*only 4 x 4"),
    ],
)
def test_an_image_that_has_become_too_small_is_told_with_its_size(layers, message):
    with pytest.raises(ConfigError, match=message):
        parameter_count(network(*layers))


def test_the_last_pixel_is_enough_for_a_padded_filter():
    layers = (*(MaxPooling2D(pool_size=4),) * 2, Conv2D(kernel_size=7, padding="same"))
    assert layer_rows(network(*layers))[-3].output_shape == (1, 1, 32)


def test_the_number_of_classes_can_be_another():
    assert layer_rows(network(), num_classes=3)[-1].output_shape == (3,)
    assert parameter_count(network(), num_classes=3) == 785 * 3
