from typing import get_args

import pytest

from mnist_core.config import LAYER_CLASSES, choices
from mnist_core.config.choices import ACTIVATIONS, LAYERS, LOSSES, OPTIMIZERS, PADDINGS, PRECISIONS, SCHEDULES
from mnist_core.config.layers import ActivationId, PaddingId
from mnist_core.config.sections import LossId, OptimizerId, PrecisionId, ScheduleId

TABLES = {
    "optimizers": OPTIMIZERS,
    "losses": LOSSES,
    "activations": ACTIVATIONS,
    "paddings": PADDINGS,
    "layers": LAYERS,
}


@pytest.mark.parametrize("name", TABLES)
def test_every_choice_has_a_title_and_an_explanation(name):
    for key, choice in TABLES[name].items():
        assert key == choice.id
        assert choice.title
        assert choice.help.endswith(".")


def test_the_optimizers_are_those_that_were_promised():
    assert list(OPTIMIZERS) == ["sgd", "rmsprop", "adam", "adamw", "adagrad", "nadam"]


@pytest.mark.parametrize(
    ("literal", "table"),
    [
        (OptimizerId, OPTIMIZERS),
        (LossId, LOSSES),
        (ActivationId, ACTIVATIONS),
        (PaddingId, PADDINGS),
        (PrecisionId, PRECISIONS),
        (ScheduleId, SCHEDULES),
    ],
)
def test_what_can_be_chosen_is_what_is_accepted(literal, table):
    assert set(get_args(literal)) == set(table)


def test_every_layer_that_can_be_chosen_can_be_configured():
    assert list(LAYERS) == list(LAYER_CLASSES)
    assert all(LAYER_CLASSES[kind]().kind == kind for kind in LAYERS)


def test_choices_name_keras_classes_without_knowing_keras():
    assert [choice.keras_class for choice in OPTIMIZERS.values()] == [
        "SGD", "RMSprop", "Adam", "AdamW", "Adagrad", "Nadam",
    ]  # fmt: skip
    assert not hasattr(choices, "keras")
