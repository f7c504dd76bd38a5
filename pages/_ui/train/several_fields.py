"""The fields of a study that is not begun with one click: seeds, what is searched, values."""

import streamlit as st

from mnist_core.config import RunConfig
from mnist_core.config.study import Parameter, Question, known_parameters
from mnist_core.config.study.asking import PRUNER_WORDS, SAMPLER_WORDS
from mnist_core.config.study.question import PRUNERS, SAMPLERS
from mnist_core.config.study.quick import search, searchable, trying, usually_searched
from mnist_core.config.study.words import parameter_title
from mnist_core.config.study.written import read_over
from mnist_core.settings import get_settings
from mnist_core.text import exact
from pages._ui.shell import i18n
from pages._ui.shell.i18n import t

_TRIALS, _MOST_SEEDS, _OFFERED = 30, 20, 3


def seeds_field(name: str, usual: int, least: int) -> int:
    """Show a field for the number of seeds."""
    chosen: int = st.number_input(t("Seeds"), least, _MOST_SEEDS, usual, key=f"several_seeds_{name}")
    return chosen


def search_fields(base: RunConfig, recipe: str) -> Question:
    """Show what is searched and how, and return the question; raises `ConfigError`."""
    known = searchable(base)
    names = _settings(t("Settings to search"), list(known), usually_searched(known), "several_searched", 12)
    left, right = st.columns(2)
    most = get_settings().max_trials
    with left:
        trials = st.number_input(t("Trials"), 1, most, min(_TRIALS, most), key="several_trials")
        sampler = st.selectbox(
            t("How values are chosen"),
            SAMPLERS,
            format_func=lambda name: t(SAMPLER_WORDS[name]),
            key="several_sampler",
        )
    with right:
        pruner = st.selectbox(
            t("End what falls behind?"),
            PRUNERS,
            index=PRUNERS.index("halving"),
            format_func=lambda name: t(PRUNER_WORDS[name]),
            key="several_pruner",
        )
    return search(base, names, trials, recipe, sampler=sampler, pruner=pruner)


def values_fields(base: RunConfig, recipe: str) -> Question:
    """Show a field with values for each chosen setting, and return the question; raises `ConfigError`."""
    known, offered = searchable(base), list(known_parameters(base))
    names = _settings(t("One setting, or two"), offered, usually_searched(known)[:1], "several_tried", 2)
    over = [read_over(f"{name}={_values(name, known.get(name))}", base) for name in names]
    return trying(base, over, recipe)


def _settings(label: str, offered: list[str], usual: list[str], key: str, most: int) -> list[str]:
    chosen: list[str] = st.multiselect(
        label,
        offered,
        default=usual,
        max_selections=most,
        format_func=lambda name: parameter_title(name, i18n.current()),
        key=f"{key}_{'_'.join(usual)}",
        placeholder=t("Choose a setting"),
    )
    return chosen


def _values(name: str, usual: Parameter | None) -> str:
    values = usual.spread(_OFFERED) if usual else ()
    return st.text_input(
        t("{setting}: values, with commas between them", setting=parameter_title(name, i18n.current())),
        ", ".join(
            exact(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
            for value in values
        ),
        key=f"several_values_{name}",
        autocomplete="off",
    )
