"""Those of the compared runs that can be judged on one test set, and a reference among them."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mnist_core.datasets import get_spec
from mnist_core.errors import ArtifactMissingError
from mnist_core.text import plain
from pages._ui.cache.results import Judgement, can_judge, judge
from pages._ui.compare.choice import Compared
from pages._ui.parts.dataset_status import show_status
from pages._ui.shell.errors import show_error
from pages._ui.shell.i18n import t

Judged = list[tuple[Compared, Judgement]]


def judged_together(compared: Sequence[Compared]) -> Judged:
    """Return those runs that share a test set with another, and say why the others are left out.

    Where there are several test sets, a box asks which.
    """
    finished = [run for run in compared if run.record.outcome.test_accuracy is not None]
    groups: dict[str, list[Compared]] = {}
    for run in finished:
        groups.setdefault(run.record.config.data.dataset, []).append(run)
    pairs = {dataset: runs for dataset, runs in groups.items() if len(runs) > 1}
    if not pairs:
        words = t(
            "This compares image by image, so it takes two finished runs of the same dataset. Choose another one."
        )
        st.info(words, icon=":material/compare_arrows:")
        return []
    dataset = next(iter(pairs))
    if len(groups) > 1:
        dataset = box(
            t("Test set"),
            {dataset: t(get_spec(dataset).title) for dataset in pairs},
            "compare_dataset",
            help=t("Image by image, only runs of the same test set can be compared."),
        )
    judged: Judged = []
    missing = False
    for run in pairs[dataset]:
        if not can_judge(run.record):
            missing = True
            continue
        try:
            judged.append((run, judge(run.record.id)))
        except ArtifactMissingError as error:
            st.caption(t("“{name}” is left out:", name=plain(run.name)))
            show_error(error)
    if missing:
        show_status(get_spec(dataset), calm=True)
    judged = [entry for entry in judged if len(entry[1].labels) == len(judged[0][1].labels)]
    if len(judged) < 2:
        st.info(t("There are no two runs left to compare image by image."), icon=":material/compare_arrows:")
        return []
    return judged


def reference_box(judged: Judged, label: str, key: str) -> int:
    """Show a box with the runs, the best first chosen, and return the place of the chosen one."""
    best = max(judged, key=lambda entry: entry[1].matrix.right)[0].record.id
    names = {run.record.id: run.name for run, _ in judged}
    return list(names).index(box(label, names, key, first=best))


def box(label: str, names: Mapping[str, str], key: str, *, first: str | None = None, **more: Any) -> str:
    """Show a box to choose one of several things that may come and go, and return the chosen one.

    Parameters
    ----------
    label : str
        Translated.
    names : mapping of value to words
    key : str
    first : str, optional
        Chosen at first; the first one by default.
    **more
        For `st.selectbox`.
    """
    if st.session_state.get(key) not in names:
        st.session_state[key] = first or next(iter(names))
    chosen: str = st.selectbox(
        label, list(names), format_func=names.__getitem__, key=key, persist_state="session", width=420, **more
    )
    return chosen
