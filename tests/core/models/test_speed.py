"""Precision that is chosen by what this computer is good at."""

import pytest

from mnist_core.config.recipes import RECIPES
from mnist_core.models.speed import DeviceSpeed, Speed, resolved, write_speed

CNN = RECIPES["small-cnn"].config
DENSE = RECIPES["first-network"].config.with_settings({"precision": "auto"})


@pytest.fixture
def measured(settings):
    """Return a function that writes a measurement: how much faster convolutions are in mixed precision."""

    def write(faster):
        one, other = (Speed(dense=1e11, conv=conv, normalization=1e-9, step=1e-4) for conv in (1e11, faster * 1e11))
        write_speed(DeviceSpeed("CPU", {"float32": one, "mixed_bfloat16": other}), settings.speed_path)
        return settings

    return write


@pytest.mark.parametrize(("faster", "precision"), [(2.0, "mixed_bfloat16"), (0.3, "float32"), (1.0, "float32")])
def test_automatic_precision_is_the_one_that_is_faster_here(measured, faster, precision):
    assert CNN.train.precision == "auto"
    assert resolved(CNN, measured(faster)) == CNN.with_settings({"precision": precision})


def test_it_is_chosen_for_each_network_by_itself(measured):
    here = measured(2.0)
    assert resolved(DENSE, here).train.precision == "float32"
    assert resolved(RECIPES["logistic-sgd"].config.with_settings({"precision": "auto"}), here).train.precision == (
        "float32"
    )


def test_before_anything_was_measured_it_is_normal(settings):
    assert resolved(CNN, settings).train.precision == "float32"


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_what_somebody_chose_stays(measured, precision):
    config = CNN.with_settings({"precision": precision})
    assert resolved(config, measured(2.0 if precision == "float32" else 0.3)) == config


def test_every_recipe_with_convolutions_leaves_the_precision_to_the_computer():
    chosen = {name: recipe.config.train.precision for name, recipe in RECIPES.items()}
    convolutional = {name for name, recipe in RECIPES.items() if "conv2d" in recipe.config.to_json()}
    assert {name for name, precision in chosen.items() if precision == "auto"} == convolutional
