"""The short run that finds a learning rate: for each recipe, and for datasets and batches of any size."""

import pytest

from mnist_core.config import RunConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.config.rising import HIGHEST_RATE, LOWEST_RATE, rising_rate
from mnist_core.config.study.rate import rate_config
from mnist_core.errors import ConfigError

NETWORKS = {name: recipe.config for name, recipe in RECIPES.items() if recipe.config.model.kind == "network"}
SMALL = {f"batches of {n}": RunConfig().with_settings({"dataset": "digits", "batch_size": n}) for n in (1, 32, 1024)}
BASES = (
    NETWORKS | SMALL | {"batches larger than the dataset": SMALL["batches of 1"].with_settings({"batch_size": 8192})}
)


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
def test_a_rate_is_found_in_one_to_two_hundred_full_batches(base: RunConfig) -> None:
    config = rate_config(base)
    batches, rest = divmod(config.data.n_used, config.train.batch_size)
    assert rest == 0
    assert 100 <= batches * config.train.epochs <= 200
    assert config.train.finds_rate
    assert not config.uses_validation
    assert config.train.early_stopping is None
    assert not config.train.warms_up
    assert (config.model, config.train.optimizer) == (base.model, base.train.optimizer)
    assert config.train.batch_size == min(base.train.batch_size, base.data.n_used)


def test_the_bases_own_learning_rate_makes_no_difference() -> None:
    base = SMALL["batches of 32"].with_settings({"warmup_epochs": 2, "early_stopping": 3})
    other = base.with_settings({"learning_rate": 0.5, "schedule": "cosine"})
    assert rate_config(base) == rate_config(other)
    test = rate_config(base)
    assert test.fingerprint() == test.with_settings({"learning_rate": 0.5, "warmup_epochs": 1}).fingerprint()


def test_a_baseline_has_no_learning_rate_to_find() -> None:
    with pytest.raises(ConfigError, match="Only a network has a learning rate to find"):
        rate_config(RunConfig.parse({"model": {"kind": "logistic_sgd"}}))


def test_the_rate_rises_by_equal_factors_from_the_lowest_to_the_highest() -> None:
    rates = [rising_rate(step, 70) for step in (0, 10, 20, 70)]
    assert rates == pytest.approx([LOWEST_RATE, 1e-5, 1e-4, HIGHEST_RATE])
