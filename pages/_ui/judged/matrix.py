"""The confusion matrix of a run, and the images of the cell that was chosen: by click or by two boxes."""

from typing import Any

import numpy as np
import streamlit as st

from mnist_core.evaluation import cell_samples
from mnist_core.figures.matrix import Unit, confusion_alt, confusion_figure
from mnist_core.text import Sentence
from pages._ui.cache.results import Judgement
from pages._ui.judged.predictions import show_images
from pages._ui.parts.chart import clickable_chart
from pages._ui.parts.components import switch
from pages._ui.parts.downloads import csv_button
from pages._ui.shell import access, i18n, session
from pages._ui.shell.i18n import t, term

MOST_OF_CELL = 30
UNITS: dict[Unit, Sentence] = {"counts": "Counts", "row": "% of each row", "column": "% of each column"}
MEANINGS: dict[Unit, Sentence] = {
    "counts": "Rows are the true classes, columns the network's answers: right answers lie on the diagonal.",
    "row": "Of each true class, how many per cent got which answer? The diagonal is the recall.",
    "column": "Of each answer, how many per cent are truly of which class? The diagonal is the precision.",
}


@access.fragment
def matrix_view(judgement: Judgement, run_id: str) -> None:
    """Show the matrix, and the images of one cell."""
    names = judgement.class_names
    unit = switch(t("Show"), UNITS, "matrix_unit", help=term("confusion_matrix"))
    st.caption(t(MEANINGS[unit]))
    left, right = st.columns([3, 2], gap="large")
    key = f"matrix_{run_id}_{judgement.split}"
    with left:
        event = clickable_chart(
            confusion_figure(judgement.matrix, names, unit=unit, theme=session.page_theme(), t=i18n.current()),
            key=f"{key}_{unit}",
            alt=confusion_alt(judgement.matrix, names, i18n.current()),
        )
        true, predicted = (index.ravel() for index in np.indices(judgement.matrix.counts.shape))
        csv_button(
            lambda: {
                "true": [names[i] for i in true],
                "predicted": [names[j] for j in predicted],
                "images": judgement.matrix.counts.ravel(),
                "share_of_row": judgement.matrix.shares("row").ravel(),
                "share_of_column": judgement.matrix.shares("column").ravel(),
            },
            f"confusion_{judgement.split}_{run_id}",
            of=[run_id],
        )
    with right:
        _cell(judgement, *cell_boxes(event, key, names, judgement.matrix.most_confused()))


def cell_boxes(event: Any, key: str, names: tuple[str, ...], first: tuple[int, int, int] | None) -> tuple[int, int]:
    """Show two boxes that choose a cell of a matrix, by keyboard too; a click on the chart sets them.

    Parameters
    ----------
    event : PlotlyState
        What the chart above reports.
    key : str
    names : tuple of str
    first : (int, int, int) or None
        The cell to begin with.
    """
    true_key, predicted_key, seen_key = f"{key}_true", f"{key}_predicted", f"{key}_seen"
    if true_key not in st.session_state:
        st.session_state[true_key], st.session_state[predicted_key] = first[:2] if first else (0, 0)
    points = event.selection.points
    clicked = (int(points[0]["customdata"]["0"]), int(points[0]["customdata"]["1"])) if points else None
    if clicked != st.session_state.get(seen_key):  # an old click must not undo what the boxes say
        st.session_state[seen_key] = clicked
        if clicked is not None:
            st.session_state[true_key], st.session_state[predicted_key] = clicked
    st.caption(t(":material/touch_app: Click a cell of the matrix, or choose it here:"))
    boxes = st.columns(2)
    classes = range(len(names))
    chosen: tuple[int, int] = (
        boxes[0].selectbox(t("True class"), classes, format_func=names.__getitem__, key=true_key),
        boxes[1].selectbox(t("Answer"), classes, format_func=names.__getitem__, key=predicted_key),
    )
    return chosen


def _cell(judgement: Judgement, true: int, predicted: int) -> None:
    """Show the images of one matrix cell."""
    names = judgement.class_names
    indices = cell_samples(judgement.probabilities, judgement.labels, true, predicted)
    if true == predicted:
        st.markdown(
            t.plural(
                "**{name}**, rightly recognised {n:,} time",
                "**{name}**, rightly recognised {n:,} times",
                len(indices),
                name=names[true],
            )
        )
    else:
        st.markdown(
            t.plural(
                "**{true}** taken for **{predicted}**, {n:,} time",
                "**{true}** taken for **{predicted}**, {n:,} times",
                len(indices),
                true=names[true],
                predicted=names[predicted],
            )
        )
    if not len(indices):
        st.caption(t("This never happened."))
    shown = indices[:MOST_OF_CELL].tolist()
    if len(indices) > len(shown):
        st.caption(t("The {n} surest ones:", n=len(shown)))
    show_images(judgement, shown)
