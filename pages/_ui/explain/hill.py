"""Explain: down the hill, the loss along the path that training took."""

from collections.abc import Hashable
from typing import Any

import streamlit as st

from mnist_core.analysis.hill import resolution
from mnist_core.datasets import get_spec
from mnist_core.film import FilmState
from mnist_core.store import RunRecord
from mnist_core.system.background import shared_background
from mnist_core.text import Sentence
from pages._ui.cache import hills
from pages._ui.explain.slice import slice_view
from pages._ui.one_run import runs
from pages._ui.one_run.titles import short_names
from pages._ui.parts.ball import ball_view
from pages._ui.parts.components import need_dataset, switch
from pages._ui.shell import access
from pages._ui.shell.i18n import t, term
from pages._ui.shell.waiting import when_done

NO_PATH: dict[FilmState, Sentence] = {
    FilmState.NONE: "This run has no film, so nobody knows which way its weights went. Train it again to see its path.",
    FilmState.BASELINE: "Logistic regression is not trained step by step here: it leaves no path.",
    FilmState.DAMAGED: "The film of this run can't be read, so its path is lost. Train it again to see it.",
}


def hill_view(record: RunRecord) -> None:
    """Show the valley of one weight, and below it the surface of a run with its path."""
    if not need_dataset(record.config.data.dataset):
        return
    spec = get_spec(record.config.data.dataset)
    ball_view(spec, hills.one_weight(spec.id))
    st.divider()
    _surface(record)


@access.fragment
def _surface(record: RunRecord) -> None:
    st.markdown(f"**{t('All weights of this network')}**", help=term("loss_surface"))
    state = hills.film(record).state
    if state in NO_PATH:
        st.info(t(NO_PATH[state]), icon=":material/landscape:")
        return
    st.markdown(
        t(
            "The same with all weights at once. A surface over so many directions can't be drawn, but a slice "
            "through it can: along the plane in which the path of training spreads most. The path is drawn on it as "
            "seen from above, from the first weights to the last."
        )
    )
    others = {run.id: run for run in runs.with_model(record.config.data.dataset) if _is_like(run, record)}
    chosen, near = _choose(record, others)
    key, fine = hills.slice_key(chosen, near), resolution(record.config)
    agreed = f"hill_agreed_{'_'.join(run.id for run in chosen)}_{near}"
    if shared_background().look(key) is None and not st.session_state.get(agreed):
        st.button(
            t.plural(
                "Compute the slice (about {n} second)",
                "Compute the slice (about {n} seconds)",
                max(1, round(fine.seconds)),
            ),
            key="hill_compute",
            icon=":material/landscape:",
            on_click=st.session_state.update,
            args=({agreed: True},),
        )
        return
    names = short_names(chosen)

    def show(results: dict[Hashable, Any]) -> None:
        slice_view(results[key], chosen, names)

    words = t("The network of each of {n:,} points reads {images:,} images …", n=fine.side**2, images=fine.images)
    call = (hills.make_slice, chosen, near)
    when_done({key: call}, words, show, of=[run.id for run in chosen], seconds=fine.seconds)


def _is_like(run: RunRecord, record: RunRecord) -> bool:
    return run.id != record.id and run.config.model == record.config.model


def _choose(record: RunRecord, others: dict[str, RunRecord]) -> tuple[list[RunRecord], bool]:
    """Show the choice of a second path, and return the runs and whether to look at the first from near."""
    if not others:
        st.caption(t("Train the same network with another learning rate, and both paths can be seen on one slice."))
        return [record], False
    names = short_names([record, *others.values()])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        other = st.selectbox(
            t("A second path beside it"),
            [None, *others],
            format_func=lambda run_id: t("none") if run_id is None else names[run_id],
            key=f"hill_other_{record.id}",
            help=t("Runs of the same network on the same images, with other settings of the training."),
            width=320,
        )
        if other is None:
            return [record], False
        what: dict[str, Sentence] = {"both": "both paths", "near": "near the first"}
        return [record, others[other]], switch(t("Show"), what, "hill_near") == "near"
