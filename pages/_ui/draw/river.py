"""Draw: since when the network can read a drawing, as a river of what it took it for at every moment of its film."""

from collections.abc import Hashable
from typing import Any

import streamlit as st

from mnist_core.analysis.explain import expected_seconds
from mnist_core.datasets import get_spec
from mnist_core.figures.film import river_figure
from mnist_core.film import FilmState, ImageHistory
from mnist_core.inference import Answer
from mnist_core.store import RunRecord
from pages._ui.cache import films
from pages._ui.film.words import moment_words, no_film
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.live_plot import live_plot
from pages._ui.shell import i18n, session
from pages._ui.shell.i18n import class_words, t, term
from pages._ui.shell.waiting import when_done

_OPENING = 0.01  # seconds for the network of a moment


def river(record: RunRecord, answer: Answer) -> None:
    """Show, if wanted, what the network of each kept moment says to a drawing."""
    wanted = st.toggle(
        t("Since when can it read this?"),
        key="draw_river",
        persist_state="session",
        help=term("film", "Asks the network as it was at each moment that was kept of its training."),
    )
    if not wanted:
        return
    film = films.film_of(record)
    if film.state is not FilmState.THERE:
        no_film(film, record)
        return
    if not any(moment.has_weights for moment in film.moments):
        st.caption(t("This network is so large that none of its moments can be asked."))
        return
    key, call = films.history_call(record, film, answer.image)

    def show(results: dict[Hashable, Any]) -> None:
        _show(results[key], record)

    seconds = expected_seconds(record.config, len(film)) + _OPENING * len(film)
    words = t("Asking the network of each moment …")
    when_done({key: call}, words, show, of=[record.id], seconds=seconds)


def _show(history: ImageHistory, record: RunRecord) -> None:
    spec, since = get_spec(record.config.data.dataset), history.since()
    assert since is not None, "one moment at least has weights"
    names, epochs = class_words(spec.class_names), [moment.epoch for moment in history.moments]
    words = since_words(history, since, names)
    st.markdown(f"**{words}**")
    live_plot(
        river_figure(
            history.rows, names, epochs, since=since, theme=session.page_theme(), t=i18n.current()
        ).to_plotly_json(),
        key="draw_river_chart",
        revision=record.id,
        alt=words,
    )
    st.caption(t("The height of a band is the probability of its class; moments are evenly spaced."))
    csv_button(
        lambda: {
            "step": [moment.step for moment in history.moments],
            "epoch": epochs,
            **dict(zip(spec.class_names, history.rows.T, strict=True)),
        },
        f"since-{record.id}",
        of=[record.id],
    )


def since_words(history: ImageHistory, since: int, names: tuple[str, ...]) -> str:
    """Return since when the network gives its answer of today."""
    name = names[history.answers[-1]]
    if since == 0 and len(history.moments) > 1:
        return t("It has read this as {name} from the beginning: before it learned, that was luck.", name=name)
    words = t("It has read this as {name} since {moment}.", name=name, moment=moment_words(history.moments[since]))
    if since == 0:
        return words
    before = history.moments[since - 1]
    return (
        words
        + " "
        + t(
            "Before that ({moment}) it read {other}.",
            moment=moment_words(before),
            other=names[history.answers[since - 1]],
        )
    )
