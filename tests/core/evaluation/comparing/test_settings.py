"""Only what differs, and only where it has an effect."""

from typing import Any

import pytest

from mnist_core.config import (
    AugmentationConfig,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    FineTuneConfig,
    LogisticConfig,
    MaxPooling2D,
    NetworkConfig,
    RunConfig,
)
from mnist_core.config.recipes import RECIPES
from mnist_core.evaluation.comparing import differing_settings
from mnist_core.evaluation.comparing.settings import ABSENT
from mnist_core.text import Translator

T = Translator("en")


def differences(*configs: RunConfig) -> dict[str, tuple[str, ...]]:
    return {row.name: row.values for row in differing_settings(configs, T)}


def changed(**settings: Any) -> RunConfig:
    return RunConfig().with_settings(settings)


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ({}, {}, {}),
        ({"batch_size": 64}, {"batch_size": 1024}, {"batch_size": ("64", "1,024")}),
        ({"learning_rate": 0.002}, {}, {"learning_rate": ("0.002", "0.001 (default)")}),
        # the optimizer's default, typed in or not
        ({"learning_rate": 0.001}, {}, {}),
        # momentum is SGD's; TensorBoard only looks on
        ({"momentum": 0.5}, {}, {}),
        ({"tensorboard": True}, {}, {}),
        ({"train_size": 60_000}, {}, {}),
        ({"train_size": 500}, {}, {"train_size": ("500", "all 60,000")}),
        ({"early_stopping": 3}, {}, {"early_stopping": ("3", "off")}),
        ({"validation_split": 0.125}, {"validation_split": 0}, {"validation_split": ("12.5%", "none")}),
        ({"mirror": True}, {"rotation": 12.5}, {"mirror": ("yes", "off"), "rotation": ("off", "12.5")}),
        ({"pen_strokes": True}, {}, {"pen_strokes": ("yes", "no")}),
        ({"schedule": "cosine"}, {}, {"schedule": ("Falling to 0 (cosine)", "Constant")}),
    ],
)
def test_only_what_has_an_effect_counts(
    one: dict[str, Any], two: dict[str, Any], expected: dict[str, tuple[str, str]]
) -> None:
    assert differences(changed(**one), changed(**two)) == expected


def test_a_setting_that_one_optimizer_lacks_says_so() -> None:
    rows = differences(changed(optimizer="sgd", learning_rate=0.001), changed())
    assert rows == {"optimizer": ("SGD (with momentum)", "Adam"), "momentum": ("0.9", ABSENT)}


def test_layers_are_readable_in_one_line() -> None:
    layers = (
        Conv2D(filters=8, kernel_size=5, padding="same", activation="tanh"),
        BatchNormalization(),
        MaxPooling2D(),
        Dropout(rate=0.25),
        Dense(units=64),
    )
    assert [layer.words(T) for layer in layers] == [
        "Conv2D 8 (5 × 5, same) Tanh",
        "BatchNormalization",
        "MaxPooling2D 2 × 2",
        "Dropout 0.25",
        "Dense 64 ReLU",
    ]
    rows = differences(RunConfig(model=NetworkConfig(layers=layers[3:])), RunConfig())
    assert rows == {"layers": ("Dropout 0.25 → Dense 64 ReLU", "none")}


def test_the_baseline_shows_no_row_of_dashes() -> None:
    baseline = RunConfig(model=LogisticConfig())
    assert differences(baseline, RunConfig()) == {"model": ("Logistic regression", "Network")}
    # what the networks do not share among themselves is shown all the same
    rows = differences(baseline, RunConfig(), changed(batch_size=32))
    assert rows["batch_size"] == (ABSENT, "128", "32")


def test_a_fine_tuned_run_names_what_it_begins_with() -> None:
    tuned = RunConfig(
        fine_tune=FineTuneConfig(base="20260101-000000-00000001", drawings="0123456789abcdef", copies=100)
    )
    rows = differences(tuned, RunConfig())
    assert rows["begins_with"] == (
        "the weights of run 20260101-000000-00000001, own drawings 012345",
        "random weights",
    )
    assert rows["copies"] == ("100", ABSENT)


def test_every_setting_of_every_recipe_has_words() -> None:
    rows = differing_settings([recipe.config for recipe in RECIPES.values()], T)
    assert all(value for row in rows for value in row.values)
    assert {"dataset", "layers", "optimizer", *AugmentationConfig.model_fields} >= {row.name for row in rows} & {
        "dataset",
        "layers",
    }
    assert [row.name for row in rows][:3] == ["dataset", "model", "layers"]
