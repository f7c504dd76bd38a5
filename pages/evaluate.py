"""Judge a run: test result, confusion matrix, classes, predictions."""

import pandas as pd
import streamlit as st

from mnist_core.datasets import Dataset
from mnist_core.store import RunRecord
from pages._ui import runs
from pages._ui.cached import Judgement, dataset, judge
from pages._ui.components import empty_state, need_dataset, page_header
from pages._ui.i18n import t, term
from pages._ui.matrix_view import matrix_view
from pages._ui.prediction_view import one_prediction, predictions


def headline(record: RunRecord, judgement: Judgement) -> None:
    """Show the test result in three numbers."""
    wrong = int(judgement.matrix.counts.sum() - judgement.matrix.counts.trace())
    columns = st.columns(4)
    columns[0].metric(t("Test accuracy"), f"{record.outcome.test_accuracy:.2%}", border=True, help=term("accuracy"))
    columns[1].metric(t("Test loss"), f"{record.outcome.test_loss:.4f}", border=True, help=term("loss"))
    columns[2].metric(t("Wrong of {n}", n=f"{judgement.matrix.counts.sum():,}"), f"{wrong:,}", border=True)
    columns[3].metric(t("Parameters"), f"{record.outcome.parameters or 0:,}", border=True, help=term("parameters"))


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
        one_prediction(data, judgement, record.id)
        predictions(data, judgement)
