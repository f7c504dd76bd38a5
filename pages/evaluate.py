"""Judge a run: test result, confusion matrix, classes, predictions."""

import pandas as pd
import streamlit as st

from mnist_core.datasets import Dataset
from mnist_core.evaluation import cell_samples, mistakes
from mnist_core.figures.matrix import confusion_alt, confusion_figure
from mnist_core.store import RunRecord
from pages._ui import i18n, runs, session
from pages._ui.cached import Judgement, dataset, judge
from pages._ui.components import empty_state, need_dataset, page_header
from pages._ui.errors import errors_in_words
from pages._ui.gallery import Tile, gallery
from pages._ui.i18n import t, term

MOST_IMAGES = 60
MOST_OF_CELL = 30


def headline(record: RunRecord, judgement: Judgement) -> None:
    """Show the test result in three numbers."""
    wrong = int(judgement.matrix.counts.sum() - judgement.matrix.counts.trace())
    columns = st.columns(4)
    columns[0].metric(t("Test accuracy"), f"{record.outcome.test_accuracy:.2%}", border=True, help=term("accuracy"))
    columns[1].metric(t("Test loss"), f"{record.outcome.test_loss:.4f}", border=True, help=term("loss"))
    columns[2].metric(t("Wrong of {n}", n=f"{judgement.matrix.counts.sum():,}"), f"{wrong:,}", border=True)
    columns[3].metric(t("Parameters"), f"{record.outcome.parameters or 0:,}", border=True, help=term("parameters"))


def tiles(data: Dataset, judgement: Judgement, indices: list[int]) -> list[Tile]:
    """Return gallery tiles that say what the network said and what is right."""
    names = data.spec.class_names
    result = []
    for index in indices:
        row, true = judgement.probabilities[index], int(data.y_test[index])
        predicted = int(row.argmax())
        right = predicted == true
        result.append(
            Tile(
                data.x_test[index],
                names[predicted]
                if right
                else t("{predicted}, not {true}", predicted=names[predicted], true=names[true]),
                f"{row[predicted]:.1%}",
                t(
                    "Test image {index}: {true}, predicted {predicted}",
                    index=index,
                    true=names[true],
                    predicted=names[predicted],
                ),
                "good" if right else "bad",
            )
        )
    return result


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
        cell(data, judgement, true, predicted)


def cell(data: Dataset, judgement: Judgement, true: int, predicted: int) -> None:
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


def class_table(data: Dataset, judgement: Judgement) -> None:
    """Show precision, recall and F1 of each class."""
    scores = judgement.scores
    share = {"format": "percent", "min_value": 0.0, "max_value": 1.0}
    st.dataframe(
        pd.DataFrame(
            {
                t("Class"): data.spec.class_names,
                t("Precision"): scores.precision,
                t("Recall"): scores.recall,
                t("F1"): scores.f1,
                t("Images"): scores.support,
            }
        ),
        hide_index=True,
        column_config={
            t("Precision"): st.column_config.ProgressColumn(help=term("precision"), **share),
            t("Recall"): st.column_config.ProgressColumn(help=term("recall"), **share),
            t("F1"): st.column_config.ProgressColumn(help=term("f1"), **share),
        },
    )
    st.caption(t("Click a column's head to sort by it."))


def predictions(data: Dataset, judgement: Judgement) -> None:
    """Show sample predictions with their probabilities."""
    which = st.segmented_control(
        t("Show"),
        ["first", "mistakes"],
        format_func=lambda which: t("First test images") if which == "first" else t("Surest mistakes"),
        default="first",
        required=True,
        key="predictions_which",
    )
    indices = range(MOST_IMAGES) if which == "first" else mistakes(judgement.probabilities, data.y_test)[:MOST_IMAGES]
    shown = [int(index) for index in indices if index < len(data.y_test)]
    st.caption(t("The network's answer and how sure it was. Red answers are wrong."))
    gallery(tiles(data, judgement, shown), size="l")


page_header(t("Evaluate"), t("How good is a network on images that it has never seen, and where does it go wrong?"))
record = runs.pick("evaluate_run")
if record is None:
    empty_state(
        ":material/fact_check:",
        t("No network has been trained yet"),
        t("Train one first. Then you see here which images it gets wrong."),
        "home.py",
        t("Choose a recipe"),
    )
elif need_dataset(record.config.data.dataset):
    judgement, data = judge(record.id), dataset(record.config.data.dataset)
    headline(record, judgement)
    st.caption(
        t(
            "All figures on this page are from the test set: {n} images kept away from training.",
            n=f"{len(data.y_test):,}",
        )
    )
    tabs = st.tabs([t("Confusion matrix"), t("Classes"), t("Predictions")])
    with tabs[0]:
        matrix_view(data, judgement, record.id)
    with tabs[1]:
        class_table(data, judgement)
    with tabs[2]:
        predictions(data, judgement)
