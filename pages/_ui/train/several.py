"""Beside “Start training”: several runs of these settings that answer a question together."""

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from mnist_core.config import RunConfig
from mnist_core.config.study import Question, known_parameters
from mnist_core.config.study.quick import more_data, rate_test, repetition, searchable, three_batch_sizes, three_rates
from mnist_core.errors import MnistLabError
from mnist_core.text import Sentence
from pages._ui.parts.study_plan import begin_study, plan_view
from pages._ui.shell import session
from pages._ui.shell.errors import show_error
from pages._ui.shell.i18n import t
from pages._ui.train.several_fields import search_fields, seeds_field, values_fields

_OPEN = "several_open"
Ask = Callable[[RunConfig, str], Question]

_WAYS: Mapping[str, tuple[Sentence, Sentence]] = {
    "rates": ("Try 3 learning rates", "The value in the form, a tenth of it, and ten times as much."),
    "batches": ("Try 3 batch sizes", "The value in the form, a quarter of it, and four times as much."),
    "repeat": ("Repeat with 5 seeds", "How much of the result is luck?"),
    "sizes": ("More data", "A learning curve: would more images help?"),
    "search": ("Search for good values", "Of several settings at once; each trial learns from the earlier ones."),
    "values": ("Try values", "All values of one setting, or all combinations of two."),
    "rate": ("Find the learning rate", "One short run in which it rises from tiny to huge."),
}


def several_button(config: RunConfig | None, *, disabled: bool) -> None:
    """Show the button, and what it opens."""
    usable = config is not None and not disabled
    st.button(
        t("Try several"),
        key="several",
        icon=":material/science:",
        disabled=not usable,
        help=t("Several runs that answer a question: a study."),
        on_click=_open,
    )
    if config is not None and usable and st.session_state.get(_OPEN):
        _dialog(config)


def _open() -> None:
    st.session_state[_OPEN] = True


def _close() -> None:
    st.session_state.pop(_OPEN, None)


def _dialog(config: RunConfig) -> None:
    # What is open is remembered: whatever makes the page run again would close it otherwise.
    @st.dialog(t("What do you want to know?"), width="medium", on_dismiss=_close)
    def dialog() -> None:
        ways = _ways(config)
        chosen = st.radio(
            t("What do you want to know?"),
            list(ways),
            format_func=lambda way: t(_WAYS[way][0]),
            captions=[t(_WAYS[way][1]) for way in ways],
            key="several_way",
            label_visibility="collapsed",
        )
        question = None
        try:
            question = ways[chosen](config, session.draft_recipe())
            plan_view(question)
        except MnistLabError as error:
            show_error(error)
            question = None
        begin = st.button(
            t("Begin"), key="several_begin", type="primary", icon=":material/play_arrow:", disabled=question is None
        )
        if begin and question is not None:
            _begin(question)

    dialog()


def _begin(question: Question) -> None:
    try:
        study_id = begin_study(question)
    except MnistLabError as error:
        show_error(error)
        return
    _close()
    st.switch_page("studies.py", query_params={"study": study_id})


def _ways(config: RunConfig) -> dict[str, Ask]:
    """Return what can be asked about a configuration, and how its question is made."""
    known = known_parameters(config)
    asks: dict[str, tuple[bool, Ask]] = {
        "rates": ("learning_rate" in known, three_rates),
        "batches": ("batch_size" in known, three_batch_sizes),
        "repeat": ("seed" in known, partial(_with_seeds, repetition, 5, 2)),
        "sizes": ("train_size" in known, partial(_with_seeds, more_data, 3, 1)),
        "search": (bool(searchable(config)), search_fields),
        "values": (bool(known), values_fields),
        "rate": (config.model.kind == "network", rate_test),
    }
    return {way: ask for way, (there, ask) in asks.items() if there}


def _with_seeds(ask: Callable[..., Question], usual: int, least: int, config: RunConfig, recipe: str) -> Question:
    return ask(config, recipe, seeds=seeds_field(ask.__name__, usual, least))
