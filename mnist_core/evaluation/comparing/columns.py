"""Many runs as a table of numbers and choices: what parallel coordinates draw."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_core.config import LogisticConfig, RunConfig
from mnist_core.config.choices import OPTIMIZERS
from mnist_core.config.setting import Given, Scale
from mnist_core.config.table import SETTINGS, Setting
from mnist_core.datasets import training_images
from mnist_core.evaluation.comparing.settings import ABSENT
from mnist_core.store import RunRecord
from mnist_core.text import Sentence, translator


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
    columns = [Column(name, title, scale, tuple(row[name] for row in rows)) for name, title, scale in _HEADS]
    return kept, tuple(column for column in columns if column.name in _ALWAYS or len({*column.values} - {ABSENT}) > 1)


_ALWAYS = ("test_loss", "test_accuracy")
# Told in columns of their own: what was done in the end, not what was planned, and augmentation as one.
_OTHERWISE = ("dataset", "epochs", "train_size")
_SETTINGS = {
    name: setting
    for name, setting in SETTINGS.items()
    if setting.section in ("train", "data") and name not in _OTHERWISE and setting.spec.scale is not None
}
_HEADS: tuple[tuple[str, Sentence, Scale], ...] = (
    ("layers", "Hidden layers", "linear"),
    ("parameters", "Parameters", "log"),
    *((name, setting.title, setting.spec.scale or "choice") for name, setting in _SETTINGS.items()),
    ("training_images", "Training images", "log"),
    ("augmentation", "Augmentation", "choice"),
    ("epochs", "Epochs", "linear"),
    ("seconds", "Seconds", "log"),
    ("test_loss", "Test loss", "linear"),
    ("test_accuracy", "Test accuracy", "linear"),
)


def _row(record: RunRecord) -> dict[str, float | str]:
    config, outcome = record.config, record.outcome
    given = config.given
    return {
        "layers": _weighted_layers(config),
        "parameters": outcome.parameters or 0,
        **{name: _setting(setting, given) for name, setting in _SETTINGS.items()},
        "training_images": training_images(config),
        "augmentation": Sentence("yes") if config.augments else Sentence("no"),
        # Early stopping or a click may have ended it sooner than was planned.
        "epochs": len(outcome.epoch_seconds) or config.train.epochs,
        "seconds": sum(outcome.seconds.values()),
        "test_loss": outcome.test_loss if outcome.test_loss is not None else float("nan"),
        "test_accuracy": outcome.test_accuracy if outcome.test_accuracy is not None else float("nan"),
    }


def _setting(setting: Setting, given: Given) -> float | str:
    """Return a number, or words where it is a choice; an optimizer's name is that of its class in Keras."""
    value = setting.value(given)
    if setting.spec.scale != "choice":
        return float(value)
    if not setting.spec.when(given):
        return ABSENT
    return OPTIMIZERS[value].keras_class if setting.name == "optimizer" else setting.bare_words(given, translator("en"))


def _weighted_layers(config: RunConfig) -> int:
    """Return how many hidden layers have weights of their own to learn shapes with: dense and convolutional ones."""
    assert not isinstance(config.model, LogisticConfig)
    return sum(bool(layer.network) for layer in config.model.layers)
