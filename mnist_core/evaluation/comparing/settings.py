"""Which settings of several runs differ, in a learner's words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from mnist_core.config import (
    AugmentationConfig,
    DataConfig,
    FineTuneConfig,
    LogisticConfig,
    RunConfig,
    TrainConfig,
)
from mnist_core.config.choices import LOSSES, OPTIMIZERS, PRECISIONS, SCHEDULES, Choice
from mnist_core.datasets import get_spec
from mnist_core.text import Translator, exact, percent

# What stands where a setting has no meaning for a run: momentum without SGD, say.
ABSENT = "–"
_REGISTRIES: Mapping[str, Mapping[str, Choice]] = {
    "optimizer": OPTIMIZERS,
    "loss": LOSSES,
    "schedule": SCHEDULES,
    "precision": PRECISIONS,
}
# As the fingerprint of a baseline: nothing else has an effect on it.
_OF_LOGISTIC = ("epochs", "seed")
_WITHOUT_EFFECT = ("tensorboard",)


@dataclass(frozen=True)
class SettingRow:
    """One setting of several runs.

    Attributes
    ----------
    name : str
        As in the configuration; "layers" and "model" for what a network is made of.
    title : str
        What it is called on the screen, translated.
    values : tuple of str
        One for each run, in words; `ABSENT` where it has no meaning.
    """

    name: str
    title: str
    values: tuple[str, ...]


def differing_settings(configs: Sequence[RunConfig], t: Translator) -> tuple[SettingRow, ...]:
    """Return the settings in which configurations differ, in the order of the form.

    Only what has an effect counts, as in `RunConfig.fingerprint`: a learning rate that was typed in and one that is
    the optimizer's default anyway are the same if they are equal. That a network has settings which the baseline has
    not goes without saying, so for those the networks are compared among themselves.

    Parameters
    ----------
    configs : sequence of RunConfig
    t : Translator
    """
    tables = [dict(_settings(config)) for config in configs]
    names = dict.fromkeys(name for table in tables for name in table)
    order = {name: index for index, name in enumerate(_TITLES)}
    rows = []
    for name in sorted(names, key=order.__getitem__):
        values = [table.get(name) for table in tables]
        if any(_differ(name, one, two) for one, two in combinations(tables, 2)):
            words = (
                ABSENT if value is None else _in_words(name, value, config, t)
                for value, config in zip(values, configs, strict=True)
            )
            rows.append(SettingRow(name, t(_TITLES[name]), tuple(words)))
    return tuple(rows)


def _differ(name: str, one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    both_there = name in one and name in two
    return one.get(name) != two.get(name) and (both_there or one["model"] == two["model"])


def _settings(config: RunConfig) -> Iterator[tuple[str, Any]]:
    """Yield the settings that have an effect, each with the value that is really used."""
    data, train, model = config.data, config.train, config.model
    spec = get_spec(data.dataset)
    yield "dataset", data.dataset
    yield "train_size", "all" if (data.train_size or spec.n_train) >= spec.n_train else data.train_size
    yield "model", model.kind
    if isinstance(model, LogisticConfig):
        yield "folds", model.folds
        yield from ((name, getattr(train, name)) for name in _OF_LOGISTIC)
        return
    yield "validation_split", data.validation_split
    yield "pen_strokes", data.pen_strokes
    yield "layers", model.layers
    yield "learning_rate", config.effective_learning_rate
    unused = {"learning_rate", *_WITHOUT_EFFECT} | (set() if train.optimizer == "sgd" else {"momentum"})
    for name in TrainConfig.model_fields.keys() - unused:
        # 0 and False are values; a setting that is off says so.
        yield name, "off" if getattr(train, name) is None else getattr(train, name)
    for name in AugmentationConfig.model_fields:
        yield name, getattr(config.augment, name) or "off"
    fine_tune = config.fine_tune
    yield "begins_with", "" if fine_tune is None else (fine_tune.base, fine_tune.drawings)
    if fine_tune is not None:
        yield "copies", fine_tune.copies
        yield "rehearsal", fine_tune.rehearsal


def _in_words(name: str, value: Any, config: RunConfig, t: Translator) -> str:
    spec = get_spec(config.data.dataset)
    match name:
        case "dataset":
            return t(spec.title)
        case "model":
            return t("Network") if value == "network" else t("Logistic regression")
        case "train_size":
            return t("all {n}", n=f"{spec.n_train:,}") if value == "all" else f"{value:,}"
        case "layers":
            return " → ".join(layer.words(t) for layer in value) or t("none")
        case "learning_rate":
            default = OPTIMIZERS[config.train.optimizer].default_learning_rate
            return t("{rate} (default)", rate=exact(value)) if value == default else exact(value)
        case "validation_split":
            return f"{percent(value)}%" if value else t("none")
        case "begins_with":
            if not value:
                return t("random weights")
            return t("the weights of run {base}, own drawings {drawings}", base=value[0], drawings=value[1][:6])
    if name in _REGISTRIES:
        return t(_REGISTRIES[name][value].title)
    return _plain(value, t)


def _plain(value: Any, t: Translator) -> str:
    if value == "off":
        return t("off")
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    return f"{value:,}" if isinstance(value, int) else exact(value)


def _titles(model: type[Any], *names: str) -> dict[str, str]:
    return {name: model.model_fields[name].title or name for name in names or model.model_fields}


# In the order in which the form asks for them.
_TITLES = {
    **_titles(DataConfig, "dataset"),
    "model": "Model",
    "layers": "Hidden layers",
    "begins_with": "Begins with",
    **_titles(LogisticConfig, "folds"),
    **_titles(TrainConfig),
    **_titles(AugmentationConfig),
    **_titles(DataConfig, "validation_split", "train_size", "pen_strokes"),
    **_titles(FineTuneConfig, "copies", "rehearsal"),
}
