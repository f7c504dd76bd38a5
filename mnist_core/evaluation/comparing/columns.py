"""Many runs as a table of numbers and choices: what parallel coordinates draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mnist_core.config import LogisticConfig, RunConfig
from mnist_core.config.choices import OPTIMIZERS
from mnist_core.datasets import training_images
from mnist_core.store import RunRecord

Scale = Literal["linear", "log", "choice"]


@dataclass(frozen=True)
class Column:
    """One property of many runs.

    Attributes
    ----------
    name : str
        For programs.
    title : str
        English.
    scale : {"linear", "log", "choice"}
        How it is best drawn.
    values : tuple of float or str
        One for each run; English words, or a class in Keras, where it is a choice.
    """

    name: str
    title: str
    scale: Scale
    values: tuple[float | str, ...]


def columns_that_vary(records: Sequence[RunRecord]) -> tuple[list[RunRecord], tuple[Column, ...]]:
    """Return the networks among finished runs, and in which of their properties they are not all alike.

    The baseline is left out: hardly any of these settings has a meaning for it. So is a run without a result.

    Parameters
    ----------
    records : sequence of RunRecord
        Of one dataset, whose accuracies can be compared.

    Returns
    -------
    records : list of RunRecord
    columns : tuple of Column
        Settings first, then what it took, then loss and accuracy, which are always there.
    """
    kept = [
        record
        for record in records
        if record.outcome.test_accuracy is not None and not isinstance(record.config.model, LogisticConfig)
    ]
    rows = [_row(record) for record in kept]
    columns = []
    for index, (name, title, scale) in enumerate(_HEADS):
        values = tuple(row[index] for row in rows)
        if name in _ALWAYS or len(set(values)) > 1:
            columns.append(Column(name, title, scale, values))
    return kept, tuple(columns)


_ALWAYS = ("test_loss", "test_accuracy")
_HEADS: tuple[tuple[str, str, Scale], ...] = (
    ("layers", "Hidden layers", "linear"),
    ("parameters", "Parameters", "log"),
    ("optimizer", "Optimizer", "choice"),
    ("learning_rate", "Learning rate", "log"),
    ("batch_size", "Batch size", "log"),
    ("training_images", "Training images", "log"),
    ("augmentation", "Augmentation", "choice"),
    ("epochs", "Epochs", "linear"),
    ("seconds", "Seconds", "log"),
    ("test_loss", "Test loss", "linear"),
    ("test_accuracy", "Test accuracy", "linear"),
)


def _row(record: RunRecord) -> tuple[float | str, ...]:
    config, outcome = record.config, record.outcome
    return (
        _weighted_layers(config),
        outcome.parameters or 0,
        OPTIMIZERS[config.train.optimizer].keras_class,
        config.effective_learning_rate,
        config.train.batch_size,
        training_images(config),
        "yes" if config.augments else "no",
        # Early stopping or a click may have ended it sooner than was planned.
        len(outcome.epoch_seconds) or config.train.epochs,
        sum(outcome.seconds.values()),
        outcome.test_loss if outcome.test_loss is not None else float("nan"),
        outcome.test_accuracy if outcome.test_accuracy is not None else float("nan"),
    )


def _weighted_layers(config: RunConfig) -> int:
    """Return how many hidden layers have weights of their own to learn shapes with: dense and convolutional ones."""
    assert not isinstance(config.model, LogisticConfig)
    return sum(bool(layer.network) for layer in config.model.layers)
