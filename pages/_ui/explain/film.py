"""Explain: the film of a run. One slider moves its weights, answers, mistakes, layers and map together."""

from collections.abc import Hashable
from typing import Any

import streamlit as st

from mnist_core.analysis.explain import expected_seconds
from mnist_core.film import FilmState, together
from mnist_core.store import RunRecord
from pages._ui.cache import films
from pages._ui.cache.explanations import Sample
from pages._ui.explain.film_parts import film_parts
from pages._ui.explain.film_shown import Shown, moment_sentence
from pages._ui.film.slider import Stop, film_slider
from pages._ui.film.words import no_film
from pages._ui.one_run import runs
from pages._ui.one_run.titles import short_names, titles
from pages._ui.shell import access
from pages._ui.shell.i18n import t, term
from pages._ui.shell.waiting import when_done

_OPENING = 0.02  # seconds for the network of a moment


@access.fragment
def film_view(sample: Sample | None, record: RunRecord) -> None:
    """Show the film of a run, and what it said to the chosen image all the while; beside it another run's."""
    first = Shown(record, films.film_of(record), sample)
    if first.film.state is not FilmState.THERE:
        no_film(first.film, record)
        return
    st.markdown(
        t.plural(
            "{n} moment of this training was kept.",
            "{n} moments of this training were kept, from before its first step to its last one. "
            "Move the slider, or play: everything below follows.",
            len(first.film),
        ),
        help=term("film"),
    )
    shown = [first]
    other = _choose_other(record)
    if other is not None:
        second = Shown(other, films.film_of(other), sample)
        if second.film.state is FilmState.THERE:
            shown.append(second)
        else:
            no_film(second.film, other)
    ids = [one.record.id for one in shown]

    def show(results: dict[Hashable, Any]) -> None:
        _show([one.of(results) for one in shown])

    calls = {key: call for one in shown for key, call in one.calls.items()}
    if not calls:
        show({})
        return
    words = t("Asking the network of each moment …")
    when_done(calls, words, show, of=ids, seconds=max(map(_seconds, shown)))


def _choose_other(record: RunRecord) -> RunRecord | None:
    """Show the box for a second run of the same dataset."""
    others = {run.id: run for run in runs.with_model(record.config.data.dataset) if run.id != record.id}
    if not others:
        return None
    words = titles(list(others.values()))
    chosen: str | None = st.selectbox(
        t("Another run beside it"),
        list(others),
        index=None,
        format_func=words.__getitem__,
        key=f"film_other_{record.id}",
        placeholder=t("None: this run alone"),
        width=560,
    )
    return None if chosen is None else access.look_up(chosen)


def _show(shown: list[Shown]) -> None:
    ids = [one.record.id for one in shown]
    names = short_names([one.record for one in shown])
    stops = []
    for places in together([one.film for one in shown]):
        told = [moment_sentence(one, place) for one, place in zip(shown, places, strict=True)]
        if len(told) > 1:
            told = [f"{names[run_id]}: {words}" for run_id, words in zip(ids, told, strict=True)]
        stops.append(Stop(dict(zip(ids, places, strict=True)), told))
    film_slider(stops, f"film_slider_{'_'.join(ids)}")
    if len(shown) == 1:
        film_parts(shown[0])
        return
    for column, one in zip(st.columns(2, gap="large"), shown, strict=True):
        with column:
            with st.container(key=f"film_name_{one.record.id}"):
                st.header(names[one.record.id], anchor=False, divider="gray")
            film_parts(one, narrow=True)


def _seconds(shown: Shown) -> float:
    moments = len(shown.film)
    return expected_seconds(shown.record.config, moments * len(shown.film.answers(0))) + _OPENING * moments
