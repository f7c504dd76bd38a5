"""Learn: what a run reached: its curves, its log as Keras prints it, its figures."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from mnist_core.config.recipes import RECIPES
from mnist_core.lessons import epoch_log, evaluation
from mnist_core.store import MetricPoint, RunRecord, shared_store
from pages._ui.one_run.curve import two_curves
from pages._ui.one_run.tensorboard import tensorboard_part
from pages._ui.shell.i18n import t, term

_EXPECTED = {"test_accuracy": "test_set", "val_accuracy": "validation_set"}


def curves_of(record: RunRecord, points: Sequence[MetricPoint]) -> None:
    """Show loss and accuracy of a run, as far as these points go."""
    two_curves(record, points, "lesson")


def figures_view(record: RunRecord, recipe_id: str) -> None:
    """Show what a run reached beside what its recipe does."""
    reached = {"test_accuracy": record.outcome.test_accuracy, "val_accuracy": record.outcome.val_accuracy}
    expected = RECIPES[recipe_id].expected
    with st.container(horizontal=True):
        for name, kind in _EXPECTED.items():
            value = reached[name]
            if value is None or name not in expected:
                continue
            words = t("Test accuracy") if name == "test_accuracy" else t("Validation accuracy")
            st.metric(
                words,
                t.number(value, ".2%"),
                t("expected: {share:.2%}", share=expected[name]),
                delta_color="off",
                delta_arrow="off",
                help=term(kind),
                border=True,
            )


def log_view(record: RunRecord, recipe_id: str) -> None:
    """Show the epochs as Keras prints them."""
    st.code(epoch_log(shared_store().metrics.points(record.id), record.steps_per_epoch) or "…", language=None)


def curves_view(record: RunRecord, recipe_id: str) -> None:
    """Show the run's curves."""
    curves_of(record, shared_store().metrics.points(record.id))


def evaluate_view(record: RunRecord, recipe_id: str) -> None:
    """Show what the test set says, as ``model.evaluate`` prints it, beside the training's last figure."""
    outcome = record.outcome
    if printed := evaluation(outcome):
        st.code(printed, language="python")
    figures_view(record, recipe_id)
    points = [point for point in shared_store().metrics.points(record.id) if "accuracy" in point.values]
    if points and outcome.test_accuracy is not None:
        trained = points[-1].values["accuracy"]
        st.markdown(
            t(
                "Training accuracy {training:.2%}, test accuracy {test:.2%}: a gap of {gap:.1f} points.",
                training=trained,
                test=outcome.test_accuracy,
                gap=100 * (trained - outcome.test_accuracy),
            ),
            help=term("overfitting"),
        )


def folds_view(record: RunRecord, recipe_id: str) -> None:
    """Show the accuracy of each fold of a cross-validation."""
    points = shared_store().metrics.points(record.id)
    shares = [point.values["val_accuracy"] for point in points if "val_accuracy" in point.values]
    table = {
        t("Fold"): [str(number) for number in range(1, len(shares) + 1)] + [t("Mean")],
        t("Validation accuracy"): [t.number(share, ".4f") for share in [*shares, sum(shares) / max(1, len(shares))]],
    }
    st.dataframe(pd.DataFrame(table), hide_index=True, width="content")


def tensorboard_view(record: RunRecord, recipe_id: str) -> None:
    """Show the run's curves, and how they are opened in TensorBoard."""
    curves_of(record, shared_store().metrics.points(record.id))
    tensorboard_part(record)


RUN_VIEWS: Mapping[str, Callable[[RunRecord, str], None]] = {
    "log": log_view,
    "curves": curves_view,
    "evaluate": evaluate_view,
    "folds": folds_view,
    "tensorboard": tensorboard_view,
}
