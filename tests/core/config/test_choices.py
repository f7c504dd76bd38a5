import pytest

from mnist_core.config import LAYERS, choices
from mnist_core.config.activations import ACTIVATIONS
from mnist_core.config.choices import LOSSES, OPTIMIZERS, PADDINGS, OneOf

TABLES = {
    "optimizers": OPTIMIZERS,
    "losses": LOSSES,
    "activations": ACTIVATIONS,
    "paddings": PADDINGS,
}


@pytest.mark.parametrize("name", TABLES)
def test_every_choice_has_a_title_and_an_explanation(name):
    for key, choice in TABLES[name].items():
        assert key == choice.id
        assert choice.title
        assert choice.help.endswith(".")


def test_the_optimizers_are_those_that_were_promised():
    assert list(OPTIMIZERS) == ["sgd", "rmsprop", "adam", "adamw", "adagrad", "nadam"]


@pytest.mark.parametrize("spec", LAYERS.values(), ids=LAYERS)
def test_every_layer_has_all_that_the_form_shows(spec):
    assert spec().kind == spec.model_fields["kind"].default
    assert spec.title
    assert spec.help.endswith(".")
    for name, field in spec.model_fields.items():
        if name != "kind":
            assert field.title
            assert field.description.endswith(".")
            chosen = any(isinstance(rule, OneOf) for rule in field.metadata)
            assert chosen or field.annotation in (int, float), f"the form has no widget for {name}"


def test_choices_name_keras_classes_without_knowing_keras():
    assert [choice.keras_class for choice in OPTIMIZERS.values()] == [
        "SGD", "RMSprop", "Adam", "AdamW", "Adagrad", "Nadam",
    ]  # fmt: skip
    assert not hasattr(choices, "keras")
