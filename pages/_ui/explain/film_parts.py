"""Explain: the parts of a film, all at the moment of its slider."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.datasets import get_spec
from mnist_core.figures.film import film_matrix_figure
from mnist_core.figures.matrix import confusion_alt
from pages._ui.cache import films
from pages._ui.explain.film_layers import map_part, sizes_part
from pages._ui.explain.film_shown import Shown, moment_columns
from pages._ui.film.pictures import pictures_view
from pages._ui.parts.chart import chart
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.heat import legend
from pages._ui.parts.probability_bars import probability_bars
from pages._ui.shell import i18n
from pages._ui.shell.i18n import class_words, t, term

_Part = Callable[[Shown, tuple[str, ...]], None]


def film_parts(shown: Shown, *, narrow: bool = False) -> None:
    """Show all parts of a film; one below the other where two films stand side by side."""
    names = class_words(get_spec(shown.record.config.data.dataset).class_names)
    rows: tuple[tuple[_Part, ...], ...] = (_pictures, _answers, _matrix), (map_part, sizes_part)
    for row in rows:
        if narrow:
            for part in row:
                part(shown, names)
            continue
        with st.container(key=f"film_row_{len(row)}"):
            columns = st.columns(len(row), gap="large")
        for column, part in zip(columns, row, strict=True):
            with column:
                part(shown, names)


def _pictures(shown: Shown, _names: tuple[str, ...]) -> None:
    st.markdown(f"**{t('What its first layer looks for')}**", help=term("parameters"))
    pictures = films.pictures(shown.record)
    if pictures is None:
        st.caption(t("The first layer with weights sees no single picture, so they can't be shown as one."))
        return
    pictures_view(pictures, shown.record.id, f"film_pictures_{shown.record.id}")
    legend(t("positive: it wants ink here"), t("negative: it wants none"))
    st.caption(
        t(
            "The weights of its first {n} units or filters; ±{limit:.2f} has full colour, at every moment.",
            n=pictures.values.shape[1],
            limit=pictures.limit,
        )
    )


def _answers(shown: Shown, names: tuple[str, ...]) -> None:
    st.markdown(f"**{t('What it says to the chosen image')}**", help=term("softmax"))
    if shown.sample is None:
        st.caption(t("Choose an image above, or draw one."))
    elif shown.followed is None:
        st.caption(t("This network is so large that none of its moments can be asked."))
    else:
        rows, run_id = shown.followed.rows, shown.record.id
        probability_bars(rows[-1], names, f"film_bars_{run_id}", film=run_id, frames=rows)
        spec = get_spec(shown.record.config.data.dataset)
        csv_button(
            lambda: {**moment_columns(shown.film), **dict(zip(spec.class_names, rows.T, strict=True))},
            f"film-answers-{run_id}",
            of=[run_id],
        )


def _matrix(shown: Shown, names: tuple[str, ...]) -> None:
    st.markdown(f"**{t('What it takes for what')}**", help=term("confusion_matrix"))
    film, run_id = shown.film, shown.record.id
    matrices = [film.matrix(place) for place in range(len(film))]
    alts = [confusion_alt(matrix, names, i18n.current()) for matrix in matrices]
    chart(film_matrix_figure, matrices, names, key=f"film_matrix_{run_id}", alt=alts[-1], film=run_id, frame_alts=alts)

    def table() -> pd.DataFrame:
        true, predicted = np.indices(matrices[0].counts.shape)
        columns = {"true": true.ravel(), "predicted": predicted.ravel()}
        steps = {f"step_{moment.step}": m.counts.ravel() for moment, m in zip(film.moments, matrices, strict=True)}
        return pd.DataFrame({**columns, **steps})

    csv_button(table, f"film-matrix-{run_id}", of=[run_id])
