"""Configurations in a few words."""

import pytest

from mnist_core.config import LogisticConfig, NetworkConfig, RunConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.config.wording import model_words, setting_words, variant_name
from mnist_core.text import translator

EN = translator("en")


@pytest.mark.parametrize(
    ("recipe", "model", "settings"),
    [
        ("first-network", "Dense 512", "RMSprop, 5 epochs, batches of 128"),
        ("softmax-only", "No hidden layer", "RMSprop, 5 epochs, batches of 32"),
        ("logistic-sgd", "Logistic regression", "5 folds, 5 epochs, seed 42"),
        ("fashion-dropout", "Dense 256, 128", "Adam, 10 epochs, batches of 128, dropout 0.3"),
        ("small-cnn", "Conv 32, 64", "Adam, 5 epochs, batches of 128, fastest precision, dropout 0.5"),
        (
            "best-cnn",
            "Conv 32, 32, 64, 64 · dense 128",
            "Adam, 12 epochs, batches of 128, learning rate 0.002, falling learning rate, fastest precision, "
            "dropout 0.4, batch normalization, augmentation",
        ),
    ],
)
def test_a_recipe_is_told_by_what_sets_it_apart(recipe, model, settings):
    config = RECIPES[recipe].config.model_dump(mode="json")
    assert model_words(config, EN) == model
    assert ", ".join(setting_words(config, EN)) == settings


def test_what_is_set_besides_is_named():
    config = RunConfig().with_settings({"epochs": 1, "seed": 7, "train_size": 2000, "early_stopping": 3})
    words = setting_words(config.model_dump(mode="json"), EN)
    assert {"1 epoch", "seed 7", "2,000 images", "early stopping"} <= set(words)


@pytest.mark.parametrize("model", [NetworkConfig(), LogisticConfig()])
def test_a_configuration_of_an_older_version_can_be_told_too(model):
    settings = {"model": model.model_dump(mode="json")}
    assert model_words(settings, EN)
    assert setting_words(settings, EN)


def test_a_variants_name_says_so_once_and_is_not_too_long():
    assert variant_name("First network", EN) == "First network, variant"
    assert variant_name("First network, variant", EN) == "First network, variant"
    assert len(variant_name("x" * 200, EN)) == 200
