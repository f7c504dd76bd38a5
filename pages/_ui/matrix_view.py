"""The confusion matrix of a run, and the images of the cell that was clicked."""

import streamlit as st

from mnist_core.datasets import Dataset
from mnist_core.evaluation import cell_samples
from mnist_core.figures.matrix import confusion_alt, confusion_figure
from pages._ui import i18n, session
from pages._ui.cached import Judgement
from pages._ui.errors import errors_in_words
from pages._ui.gallery import gallery
from pages._ui.i18n import t
from pages._ui.prediction_view import tiles

MOST_OF_CELL = 30


@st.fragment
@errors_in_words()
def matrix_view(data: Dataset, judgement: Judgement, run_id: str) -> None:
    """Show the matrix, and the images of the cell that was clicked."""
    names = data.spec.class_names
    unit = st.segmented_control(
        t("Show"),
        ["counts", "shares"],
        format_func=lambda unit: t("Counts") if unit == "counts" else t("Per cent of each row"),
        default="counts",
        required=True,
        key="matrix_unit",
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        event = st.plotly_chart(
            confusion_figure(
                judgement.matrix, names, as_shares=unit == "shares", theme=session.page_theme(), t=i18n.current()
            ),
            key=f"matrix_{run_id}_{unit}",
            theme=None,
            on_select="rerun",
            selection_mode="points",
            config={"displayModeBar": False},
            alt=confusion_alt(judgement.matrix, names, i18n.current()),
        )
    with right:
        points = event.selection.points
        if not points:
            st.info(t("Click a cell of the matrix to see its images."), icon=":material/touch_app:")
            worst = judgement.matrix.most_confused()
            if worst is None:
                return
            true, predicted, _ = worst
            st.markdown(t("Its most frequent mistake:"))
        else:
            data_of_point = points[0]["customdata"]
            true, predicted = int(data_of_point["0"]), int(data_of_point["1"])
        _cell(data, judgement, true, predicted)


def _cell(data: Dataset, judgement: Judgement, true: int, predicted: int) -> None:
    """Show the images of one matrix cell."""
    names = data.spec.class_names
    indices = cell_samples(judgement.probabilities, data.y_test, true, predicted)
    if true == predicted:
        st.markdown(t("**{name}**, rightly recognised {n} times", name=names[true], n=len(indices)))
    else:
        st.markdown(
            t(
                "**{true}** taken for **{predicted}**, {n} times",
                true=names[true],
                predicted=names[predicted],
                n=len(indices),
            )
        )
    if not len(indices):
        st.caption(t("This never happened."))
    shown = indices[:MOST_OF_CELL].tolist()
    if len(indices) > len(shown):
        st.caption(t("The {n} surest ones:", n=len(shown)))
    gallery(tiles(data, judgement, shown))
