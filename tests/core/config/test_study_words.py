"""What a study tries, in words."""

import pytest

from mnist_core.config.study.words import parameter_title, value_words
from mnist_core.text import Translator, translator

T = Translator("en")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("learning_rate", "Learning rate"),
        ("layers", "Hidden layers"),
        ("units", "Units"),
        ("units_2", "Units, layer 2"),
        ("kernel_size_1", "Kernel size, layer 1"),
        ("rate", "Dropout: Rate"),
        ("stddev_3", "GaussianNoise: Strength, layer 3"),
        ("train_size", "Training images"),
        ("of_tomorrow_2", "of_tomorrow_2"),
    ],
)
def test_settings_and_fields_of_layers_have_titles(name: str, title: str) -> None:
    assert parameter_title(name, T) == title


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("learning_rate", 0.0012345678, "0.001235"),
        ("learning_rate", 1e-5, "0.00001"),
        ("learning_rate", None, "default"),
        ("optimizer", "adam", "Adam"),
        ("nesterov", True, "yes"),
        ("nesterov", False, "no"),
        ("batch_size", 1024, "1,024"),
        ("seed", 12345, "12345"),
        ("train_size", None, "all of them"),
        ("label_smoothing", 0.123456, "12.35%"),
        ("units_2", 4096, "4,096"),
        ("rate_1", 0.3, "0.3"),
        ("activation_1", "relu", "ReLU"),
        ("padding", "same", "Zeros (same)"),
        ("layers", 2, "2"),
        ("of_tomorrow", "a", "a"),
    ],
)
def test_values_are_said_as_on_pages(name: str, value: object, words: str) -> None:
    assert value_words(name, value, T) == words


def test_another_language_has_its_own_words() -> None:
    assert parameter_title("learning_rate", translator("ko")) == "학습률"
    assert value_words("nesterov", True, translator("ko")) == "예"
