"""Which settings of several runs differ, in a learner's words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from mnist_core.config import (
    NetworkConfig,
    RunConfig,
)
from mnist_core.config.table import SETTINGS
from mnist_core.datasets import get_spec
from mnist_core.text import English, Sentence

# What stands where a setting has no meaning for a run: momentum without SGD, say.
ABSENT = "–"


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


def differing_settings(configs: Sequence[RunConfig], t: English) -> tuple[SettingRow, ...]:
    """Return the settings in which configurations differ, in the order of the form.

    Only what has an effect counts, as in `RunConfig.fingerprint`: a learning rate that was typed in and one that is
    the optimizer's default anyway are the same if they are equal. That a network has settings which the baseline has
    not goes without saying, so for those the networks are compared among themselves.

    Parameters
    ----------
    configs : sequence of RunConfig
    t : English
        Of the reader.
    """
    tables = [dict(_settings(config)) for config in configs]
    names = dict.fromkeys(
        name
        for config, table in zip(configs, tables, strict=True)
        for name in table
        if name not in SETTINGS or SETTINGS[name].is_told(config.given)  # what is off everywhere says nothing
    )
    order = {name: index for index, name in enumerate(_TITLES)}
    rows = []
    for name in sorted(names, key=order.__getitem__):
        if any(_differ(name, one, two) for one, two in combinations(tables, 2)):
            words = (
                _in_words(name, table[name], config, t) if name in table else ABSENT
                for table, config in zip(tables, configs, strict=True)
            )
            rows.append(SettingRow(name, t(_TITLES[name]), tuple(words)))
    return tuple(rows)


def _differ(name: str, one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    both_there = name in one and name in two
    return one.get(name) != two.get(name) and (both_there or one["model"] == two["model"])


def _settings(config: RunConfig) -> Iterator[tuple[str, Any]]:
    """Yield the settings that have an effect, each with the value that is really used."""
    model, given = config.model, config.given
    spec = get_spec(config.data.dataset)
    yield "model", model.kind
    if isinstance(model, NetworkConfig):
        yield "layers", model.layers
        fine_tune = config.fine_tune
        yield "begins_with", "" if fine_tune is None else (fine_tune.base, fine_tune.drawings)
    for name, setting in SETTINGS.items():
        if name == "train_size":
            yield name, "all" if (given[name] or spec.n_train) >= spec.n_train else given[name]
        elif setting.spec.when(given):
            yield name, setting.value(given)


def _in_words(name: str, value: Any, config: RunConfig, t: English) -> str:
    spec = get_spec(config.data.dataset)
    match name:
        case "dataset":
            return t(spec.title)
        case "model":
            return t("Network") if value == "network" else t("Logistic regression")
        case "train_size":
            return t("all {n:,}", n=spec.n_train) if value == "all" else t.number(value)
        case "layers":
            return " → ".join(layer.words(t) for layer in value) or t("none")
        case "begins_with":
            if not value:
                return t("random weights")
            return t("the weights of run {base}, own drawings {drawings}", base=value[0], drawings=value[1][:6])
    return SETTINGS[name].words(config.given, t)


# In the order in which the form asks for them.
_TITLES: dict[str, Sentence] = {
    "dataset": SETTINGS["dataset"].title,
    "model": "Model",
    "layers": "Hidden layers",
    "begins_with": "Begins with",
    **{name: setting.title for name, setting in SETTINGS.items()},
}
