"""The one change to try: words for a button, and settings that fill the form."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log10
from typing import Any

from mnist_core.config import Dense, Dropout, NetworkConfig
from mnist_core.config.choices import INITIALIZERS, OPTIMIZERS
from mnist_core.config.layers import Conv2D, Layer
from mnist_core.evaluation.diagnosis.course import Course
from mnist_core.text import Phrase, Sentence

_PATIENCE = 3
_SPLIT = 0.2
_RATE = 0.3  # of a dropout layer that comes in
_UNITS = 128


@dataclass(frozen=True)
class Suggestion:
    """A change of settings.

    Attributes
    ----------
    words : Phrase
        What is tried, as it follows "Try": "a learning rate of 0.001 instead of 0.01".
    settings : mapping
        By plain name, for `RunConfig.with_settings`.
    """

    words: Phrase
    settings: Mapping[str, Any]


def rate(seen: Course, factor: float) -> Suggestion:
    """Return another learning rate, rounded to one digit."""
    old = seen.config.effective_learning_rate
    new = min(round(old * factor, -floor(log10(old * factor))), 10.0)
    return Suggestion(Phrase("a learning rate of {new} instead of {old}", new=new, old=old), {"learning_rate": new})


def found_rate(found: float) -> Suggestion:
    """Return a training with the learning rate that a test found, which stays."""
    return Suggestion(Phrase("a learning rate of {new}", new=found), {"learning_rate": found, "schedule": "constant"})


def smaller_steps(seen: Course) -> Suggestion:
    """Return steps of a tenth; where the first weights were far too large, smaller ones of those."""
    train = seen.config.train
    wild = train.initializer == "random_normal" and train.initializer_spread > 0.2
    return usual_weights() if wild else rate(seen, 0.1)


def usual_weights() -> Suggestion:
    """Return the first weights that Keras draws unless told otherwise."""
    words = Phrase(INITIALIZERS["glorot_uniform"].title)
    return Suggestion(Phrase("“{name}” as initial weights", name=words), {"initializer": "glorot_uniform"})


def waking(seen: Course) -> Suggestion:
    """Return what most likely wakes a network that guesses."""
    train, usual = seen.config.train, seen.usual_rate
    if train.initializer == "zeros":
        return usual_weights()
    if sum(getattr(layer, "activation", None) == "sigmoid" for layer in _layers(seen)) >= 2:
        layers = [
            {**kept, "activation": "relu"} if kept.get("activation") == "sigmoid" else kept for kept in _dumped(seen)
        ]
        return Suggestion(Phrase("ReLU instead of sigmoid in all layers"), {"layers": layers})
    too_small = seen.config.effective_learning_rate <= usual / 10
    return rate(seen, 10) if too_small else smaller_steps(seen)


def faster(seen: Course) -> Suggestion | None:
    """Return larger steps where they are smaller than usual, another optimizer, or more epochs."""
    train, old = seen.config.train, seen.config.effective_learning_rate
    if train.optimizer == "adagrad":
        names = {"new": Phrase(OPTIMIZERS["adam"].title), "old": Phrase(OPTIMIZERS["adagrad"].title)}
        return Suggestion(Phrase("{new} instead of {old}", **names), {"optimizer": "adam", "learning_rate": None})
    if old < 0.9 * seen.usual_rate:
        return rate(seen, min(10.0, seen.usual_rate / old))
    return more_epochs(seen)


def more_epochs(seen: Course) -> Suggestion | None:
    """Return twice as many epochs, as far as so many are allowed."""
    old = seen.config.train.epochs
    new = min(2 * old, seen.most_epochs)
    if new <= old:
        return None
    return Suggestion(Phrase("{n} epochs instead of {old}", n=new, old=old), {"epochs": new})


def against_overfitting(seen: Course) -> Suggestion | None:
    """Return early stopping, or where that is in use the first remedy that is not."""
    if seen.config.train.early_stopping is None:
        words: Sentence = "early stopping after {n} epochs without a better one"
        return Suggestion(Phrase(words, n=_PATIENCE), {"early_stopping": _PATIENCE})
    return against_gap(seen)


def against_gap(seen: Course) -> Suggestion | None:
    """Return the first remedy that is not in use yet."""
    config = seen.config
    if not _dropouts(seen):
        layers = [*_dumped(seen), Dropout(rate=_RATE).model_dump(mode="json")]
        return Suggestion(Phrase("dropout of {share:.0%} before the last layer", share=_RATE), {"layers": layers})
    if config.data.train_size is not None:
        return Suggestion(Phrase("all training images"), {"train_size": None})
    if not config.augments:
        return Suggestion(Phrase("training images shifted by up to one pixel"), {"shift": 1.0})
    return None


def calmer(seen: Course) -> Suggestion:
    """Return a learning rate that falls, or a smaller one where it falls already."""
    if seen.config.train.schedule == "constant":
        return Suggestion(Phrase("a learning rate that falls to 0 (cosine)"), {"schedule": "cosine"})
    return rate(seen, 1 / 3)


def more_checked(seen: Course) -> Suggestion | None:
    """Return more images to check on."""
    data = seen.config.data
    if data.train_size is not None:
        return Suggestion(Phrase("all training images"), {"train_size": None})
    if data.validation_split < _SPLIT:
        return checked(seen)
    return None


def checked(seen: Course) -> Suggestion:
    """Return a validation set of the usual size."""
    return Suggestion(Phrase("a validation split of {share:.0%}", share=_SPLIT), {"validation_split": _SPLIT})


def less_dropout(seen: Course) -> Suggestion:
    """Return half as much dropout in each layer."""
    layers = [
        {**kept, "rate": round(kept["rate"] / 2, 2)} if kept["kind"] == "dropout" else kept for kept in _dumped(seen)
    ]
    return Suggestion(Phrase("half as much dropout"), {"layers": layers})


def further(seen: Course) -> Suggestion | None:
    """Return what may make a good network better."""
    if not any(isinstance(layer, Dense | Conv2D) for layer in _layers(seen)):
        layers = [*_dumped(seen), Dense(units=_UNITS).model_dump(mode="json")]
        return Suggestion(Phrase("a hidden layer of {n} units", n=_UNITS), {"layers": layers})
    if seen.config.train.schedule == "constant":
        return calmer(seen)
    return more_epochs(seen)


def _layers(seen: Course) -> tuple[Layer, ...]:
    model = seen.config.model
    return model.layers if isinstance(model, NetworkConfig) else ()


def _dumped(seen: Course) -> list[dict[str, Any]]:
    return [layer.model_dump(mode="json") for layer in _layers(seen)]


def _dropouts(seen: Course) -> list[Dropout]:
    return [layer for layer in _layers(seen) if isinstance(layer, Dropout) and layer.rate > 0]
