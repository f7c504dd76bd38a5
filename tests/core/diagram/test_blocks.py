"""A network taken apart: every block tells the shapes, the parameters and the code that the program itself uses."""

import re

import pytest

from mnist_core.config import LAYERS, Conv2D, Dense, Dropout, MaxPooling2D, NetworkConfig, RunConfig, TrainConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.diagram import diagram_of, words_of
from mnist_core.errors import ConfigError
from mnist_core.models import parameter_count
from mnist_core.script import keras_code


def diagram(*layers, **train):
    return diagram_of(RunConfig(model=NetworkConfig(layers=layers), train=TrainConfig(**train)))


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_the_blocks_of_every_recipe_have_all_its_parameters_and_its_code(recipe):
    config = recipe.config
    found = diagram_of(config)
    network = isinstance(config.model, NetworkConfig)
    assert found.parameters == (parameter_count(config.model, config.spec.num_classes) if network else 784 * 10 + 10)
    assert found.blocks[0].form == "image"
    assert found.blocks[-1].answers
    assert found.blocks[-1].output_shape == (10,)
    code = re.sub(r"\s+", " ", keras_code(config))
    assert all(block.code in code for block in found.blocks)
    for before, after in zip(found.blocks, found.blocks[1:], strict=False):
        assert after.input_shape == before.output_shape


def test_parameters_are_taken_apart():
    _, _, dense, answer = diagram(Dense(units=512)).blocks
    assert words_of(dense).facts() == (
        "passes on 512",
        "16 of 512 are drawn",
        "784 × 512 weights + 512 biases = 401,920 parameters",
    )
    assert words_of(answer).parts == "512 × 10 weights + 10 biases"
    assert answer.code == 'keras.layers.Dense(10, activation="softmax")'


def test_a_convolution_is_a_stack_of_maps_made_from_small_squares():
    _, _, conv, pool, dropout, flatten, answer = diagram(Conv2D(filters=32), MaxPooling2D(), Dropout(rate=0.5)).blocks
    assert [block.form for block in (conv, pool, dropout, flatten, answer)] == ["maps", "maps", "bar", "bar", "units"]
    assert (conv.window, pool.window, answer.window) == (3, 2, 0)
    assert words_of(conv).parts == "3 × 3 × 1 × 32 weights + 32 biases"
    assert words_of(dropout).name == "Dropout 0.5"
    assert words_of(pool).parts == ""
    assert (conv.activation, answer.activation) == ("ReLU", "Softmax")


@pytest.mark.parametrize("kind", LAYERS)
def test_every_kind_of_layer_has_its_block(kind):
    network = NetworkConfig(layers=(Conv2D(filters=4), LAYERS[kind]()))
    found = diagram_of(RunConfig(model=network))
    assert found.parameters == parameter_count(network)
    assert LAYERS[kind].title in [block.name for block in found.blocks]


def test_what_is_abridged_says_of_how_many():
    few, many = diagram(Dense(units=16)).blocks[2], diagram(Dense(units=17)).blocks[2]
    assert few.shown == tuple(range(16))
    assert words_of(few).drawn == ""
    assert many.shown == (*range(8), *range(9, 17))
    assert words_of(many).drawn == "16 of 17"


def test_connections_go_past_what_lies_across_the_way():
    assert diagram(Dense(units=8), Dropout()).links == ((0, 2), (2, 4))


def test_the_code_has_the_initial_weights_that_were_chosen():
    dense = diagram(Dense(units=8), initializer="he_normal").blocks[2]
    assert dense.code == 'keras.layers.Dense(8, activation="relu", kernel_initializer="he_normal")'


def test_layers_that_do_not_fit_say_so():
    with pytest.raises(ConfigError, match="Move it above"):
        diagram(Dense(), Conv2D())
