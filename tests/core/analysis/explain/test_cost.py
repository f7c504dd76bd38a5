import pytest

from mnist_core.analysis.explain import expected_seconds
from mnist_core.config import Conv2D, Dense, LogisticConfig, NetworkConfig, RunConfig
from mnist_core.config.recipes import RECIPES


@pytest.mark.parametrize("recipe", list(RECIPES))
def test_every_recipe_is_explained_within_two_seconds(recipe):
    assert expected_seconds(RECIPES[recipe].config) < 2


def test_the_baseline_costs_nothing():
    assert expected_seconds(RunConfig(model=LogisticConfig())) == 0


def test_time_follows_the_operations_of_a_prediction():
    config = RunConfig(model=NetworkConfig(layers=(Conv2D(filters=256, kernel_size=7, padding="same"),) * 2))
    operations = 2 * 28 * 28 * 256 * 49 * (1 + 256) + 2 * 28 * 28 * 256 * 10
    assert expected_seconds(config, 1000) == pytest.approx(1000 * operations / 1e11, rel=0.6)
    dense = RunConfig(model=NetworkConfig(layers=(Dense(units=4096),)))
    assert expected_seconds(dense, 2000) == pytest.approx(2 * expected_seconds(dense, 1000))
