"""Your network against simple rules, on the same test images."""

import math

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.analysis.exploration import VOTERS
from mnist_core.datasets import Dataset
from mnist_core.figures.exploration import rules_alt, rules_figure
from mnist_core.store import RunRecord, standard_analysis
from pages._ui.cache import datasets, results
from pages._ui.parts.chart import chart
from pages._ui.parts.downloads import csv_button
from pages._ui.shell import analysis_job, i18n
from pages._ui.shell.i18n import name_of, number_format, t, term

_Row = tuple[str, float | None, int | None, str]  # name, test accuracy, training images, what it does


def baselines_view(record: RunRecord) -> None:
    """Show a run's test accuracy beside that of four simple rules; its dataset must be ready."""
    data = results.dataset(record.config.data.dataset)
    st.markdown(f"**{t('Your network against simple rules')}**", help=term("baseline"))
    st.caption(
        t(
            "Test accuracy on the same {n:,} images. A network that is hardly better than a simple rule is not worth "
            "its training.",
            n=len(data.y_test),
        )
    )
    place = st.container()
    knn, logistic = analysis_job.results(
        [standard_analysis(kind, data.spec.id, len(data.y_train)) for kind in ("knn", "logistic")],
        t("Work out the two longer ones"),
        t("Comparing with the neighbours, and training the logistic regression …"),
    )
    by_method = _by_method(record, data, knn, logistic)
    rows = list(by_method.values())
    with place:
        _chart(record.id, [row[0] for row in rows], [math.nan if row[1] is None else row[1] for row in rows])
    if logistic is not None:
        folds = np.asarray(logistic["folds"], np.float64)
        st.caption(
            t(
                "Logistic regression, cross-validated on the training set: {mean:.1%} on average, ± {spread:.1%} "
                "(standard deviation of {n} folds).",
                mean=folds.mean(),
                spread=folds.std(),
                n=len(folds),
            ),
            help=term("cross_validation"),
        )
    _table(rows)
    _, accuracies, images, _ = zip(*rows, strict=True)
    csv_button(
        lambda: {"method": list(by_method), "test_accuracy": accuracies, "training_images": images},
        f"rules-{record.id}",
        of=[record.id],
    )


def _by_method(
    record: RunRecord, data: Dataset, knn: analysis_job.Result | None, logistic: analysis_job.Result | None
) -> dict[str, _Row]:
    """Return what is told of each method, by its name in the file that is taken away."""
    majority, mean = datasets.simple_rules(data.spec.id)
    learned_from = len(data.split("train", record.config.data)[1])
    return {
        "network": (t("This network"), record.outcome.test_accuracy, learned_from, name_of(record)),
        "majority_class": (
            t("Majority class"),
            majority.test_accuracy,
            majority.train_size,
            t("always says the most frequent class"),
        ),
        "nearest_class_mean": (
            t("Nearest class mean"),
            mean.test_accuracy,
            mean.train_size,
            t("says whose average image is nearest"),
        ),
        "nearest_neighbours": (
            t("{k} nearest neighbours", k=VOTERS),
            *_computed(knn),
            t("the most similar training images vote"),
        ),
        "logistic_regression": (
            t("Logistic regression"),
            *_computed(logistic),
            t("one weighted sum of the pixels for each class"),
        ),
    }


def _computed(result: analysis_job.Result | None) -> tuple[float | None, int | None]:
    """Return accuracy and number of training images; nothing while they are not worked out."""
    return (None, None) if result is None else (float(result["test_accuracy"]), int(result["train_size"]))


def _table(rows: list[_Row]) -> None:
    accuracy = t("Test accuracy (%)")
    images_used = t("Training images")
    table = pd.DataFrame(rows, columns=[t("Method"), accuracy, images_used, t("What it does")])
    table[accuracy] = (100 * table[accuracy].astype(float)).round(2)
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        column_config={
            accuracy: st.column_config.NumberColumn(format=number_format("%.2f")),
            images_used: st.column_config.NumberColumn(format="localized"),
        },
    )


def _chart(run_id: str, names: list[str], accuracies: list[float]) -> None:
    chart(
        rules_figure,
        names,
        accuracies,
        highlight=0,
        key=f"rules_{run_id}",
        alt=rules_alt(names, accuracies, i18n.current()),
    )
