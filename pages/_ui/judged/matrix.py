"""The confusion matrix of a run, and the images of the cell that was chosen: by click or by two boxes."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from mnist_core.evaluation import cell_samples
from mnist_core.figures.matrix import Unit, confusion_alt, confusion_figure
from mnist_core.text import Sentence
from pages._ui.cache.results import Judgement
from pages._ui.judged.predictions import show_images
from pages._ui.parts.chart import chart
from pages._ui.parts.components import switch
from pages._ui.parts.downloads import csv_button
from pages._ui.shell import access, i18n
from pages._ui.shell.i18n import class_words, t, term

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
    names = class_words(judgement.class_names)
    unit = switch(t("Show"), UNITS, "matrix_unit", help=term("confusion_matrix"))
    st.caption(t(MEANINGS[unit]))
    left, right = st.columns([3, 2], gap="large")
    key = f"matrix_{run_id}_{judgement.split}"
    with left:
        clicked = chart(
            confusion_figure,
            judgement.matrix,
            names,
            unit=unit,
            key=f"{key}_{unit}",
            alt=confusion_alt(judgement.matrix, names, i18n.current()),
            clickable=True,
        )
        true, predicted = (index.ravel() for index in np.indices(judgement.matrix.counts.shape))
        csv_button(
            lambda: {
                "true": [judgement.class_names[i] for i in true],
                "predicted": [judgement.class_names[j] for j in predicted],
                "images": judgement.matrix.counts.ravel(),
                "share_of_row": judgement.matrix.shares("row").ravel(),
                "share_of_column": judgement.matrix.shares("column").ravel(),
            },
            f"confusion_{judgement.split}_{run_id}",
            of=[run_id],
        )
    with right:
        _cell(judgement, *cell_boxes(clicked, key, names, judgement.matrix.most_confused()))


def cell_boxes(
    clicked: Sequence[int] | None, key: str, names: tuple[str, ...], first: tuple[int, int, int] | None
) -> tuple[int, int]:
    """Show two boxes that choose a cell of a matrix, by keyboard too; a click on the chart sets them.

    Parameters
    ----------
    clicked : sequence of int or None
        True and predicted class of the cell that was clicked just now.
    key : str
    names : tuple of str
    first : (int, int, int) or None
        The cell to begin with.
    """
    true_key, predicted_key = f"{key}_true", f"{key}_predicted"
    if true_key not in st.session_state:
        st.session_state[true_key], st.session_state[predicted_key] = first[:2] if first else (0, 0)
    if clicked is not None:
        st.session_state[true_key], st.session_state[predicted_key] = clicked[:2]
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
    names = class_words(judgement.class_names)
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
