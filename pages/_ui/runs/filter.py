"""The choice of runs above their table."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import streamlit as st

from mnist_core.config.wording import KIND_TITLES, MODEL_KINDS
from mnist_core.datasets import DATASETS
from mnist_core.store import RunState, shared_store
from mnist_core.store.listing import RunFilter, RunRow
from mnist_core.text import Sentence, plain
from pages._ui.one_run.badges import STATE_NAMES
from pages._ui.shell import session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t, term
from pages._ui.shell.membership import taught_names

Value = TypeVar("Value", bound=str)

STUDY = "study"  # in the address: whose runs alone are shown
_WHOSE: dict[str, Sentence] = {"all": "Everyone's", "mine": "Mine", "starred": "Starred", "class": "My class's"}
_OF_ALL = ("all", "mine", "starred")  # the last is for who teaches one
_BEGINNING = {"runs_search": "", "runs_whose": "all", "runs_datasets": [], "runs_kinds": [], "runs_states": []}


def filter_row() -> RunFilter:
    """Show search and filters in one row, and return what is chosen."""
    pupils = taught_names()
    offered = list(_WHOSE if pupils else _OF_ALL)
    if st.session_state.get("runs_whose") not in (None, *offered):
        st.session_state["runs_whose"] = "all"  # the class is over
    with st.container(horizontal=True, vertical_alignment="center", key="runs_filter"):
        text = st.text_input(
            t("Search"),
            placeholder=t("Search name, notes, recipe, layers …"),
            key="runs_search",
            icon=":material/search:",
            label_visibility="collapsed",
            persist_state="session",
            max_chars=200,
        )
        whose = st.segmented_control(
            t("Whose runs"),
            offered,
            format_func=lambda name: t(_WHOSE[name]),
            default="all",
            required=True,
            key="runs_whose",
            label_visibility="collapsed",
            persist_state="session",
            width="content",
        )
        with st.popover(t("Filter"), icon=":material/filter_list:"):
            datasets = _several(t("Dataset"), {name: t(spec.title) for name, spec in DATASETS.items()}, "runs_datasets")
            kinds = _several(t("Model"), {kind: t(KIND_TITLES[kind]) for kind in MODEL_KINDS}, "runs_kinds")
            states = _several(t("State"), {state: t(STATE_NAMES[state]) for state in RunState}, "runs_states")
    return RunFilter(
        text=text,
        datasets=tuple(datasets),
        kinds=tuple(kinds),
        states=tuple(states),
        mine=whose == "mine",
        starred=whose == "starred",
        owners=tuple(pupils) if whose == "class" else None,
        study=st.query_params.get(STUDY),
    )


def _several(label: str, names: Mapping[Value, str], key: str) -> list[Value]:
    chosen: list[Value] = st.multiselect(
        label,
        list(names),
        format_func=names.__getitem__,
        key=key,
        placeholder=t("all"),
        persist_state="session",
    )
    return chosen


def found(rows: Sequence[RunRow], which: RunFilter) -> bool:
    """Say how many runs there are, and offer to see all again where only some are shown.

    Returns whether runs of studies are wanted one by one.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="runs_found"):
        st.caption(t.plural("{n:,} run", "{n:,} runs", len(rows)), width="content", help=term("run"))
        if which.study is not None:
            with errors_in_words():
                study = shared_store().studies.seen(which.study, session.visitor())
                st.caption(t("Of the study “{name}”", name=plain(study.name)), width="content", help=term("study"))
        if which != RunFilter():
            st.button(t("Show all"), key="runs_show_all", type="tertiary", icon=":material/close:", on_click=_show_all)
        if which.study is not None or all(row.study is None for row in rows):
            return True
        return st.toggle(
            t("Runs of studies one by one"), key="runs_one_by_one", persist_state="session", help=term("study")
        )


def _show_all() -> None:
    st.query_params.pop(STUDY, None)
    for key, value in _BEGINNING.items():
        st.session_state[key] = value
