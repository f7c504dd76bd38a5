"""Your network against simple rules, on the same test images."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.exploration import VOTERS
from mnist_core.figures.exploration import rules_alt, rules_figure
from mnist_core.store import RunRecord, standard_analysis
from pages._ui import analysis_job, cached, i18n, session
from pages._ui.downloads import csv_button
from pages._ui.i18n import t, term


def baselines_view(record: RunRecord) -> None:
    """Show a run's test accuracy beside that of four simple rules; its dataset must be ready."""
    data = cached.dataset(record.config.data.dataset)
    st.markdown(f"**{t('Your network against simple rules')}**", help=term("baseline"))
    st.caption(
        t(
            "Test accuracy on the same {n} images. A network that is hardly better than a simple rule is not worth "
            "its training.",
            n=f"{len(data.y_test):,}",
        )
    )
    place = st.container()
    knn, logistic = analysis_job.results(
        [standard_analysis(kind, data.spec.id, len(data.y_train)) for kind in ("knn", "logistic")],
        t("Work out the two longer ones"),
        t("Comparing with the neighbours, and training the logistic regression …"),
    )
    majority, mean = cached.simple_rules(data.spec.id)
    folds = np.asarray(logistic["folds"], np.float64) if logistic else None
    unknown = t("not worked out yet")
    rows = [
        (
            t(record.name),
            record.outcome.test_accuracy,
            data.train_size(record.config.data) if record.config.data.train_size else len(data.y_train),
            t("The chosen run."),
        ),
        (t("Majority class"), majority.test_accuracy, majority.train_size, t("Always says the most frequent class.")),
        (t("Nearest class mean"), mean.test_accuracy, mean.train_size, t("Says whose average image is nearest.")),
        (
            t("{k} nearest neighbours", k=VOTERS),
            float(knn["test_accuracy"]) if knn else None,
            int(knn["train_size"]) if knn else None,
            t("The most similar training images vote.") if knn else unknown,
        ),
        (
            t("Logistic regression"),
            float(logistic["test_accuracy"]) if logistic else None,
            int(logistic["train_size"]) if logistic else None,
            unknown
            if folds is None
            else t(
                "One weighted sum for each class. Cross-validated on the training set: {mean} ± {spread} "
                "({n} folds, standard deviation).",
                mean=f"{folds.mean():.1%}",
                spread=f"{folds.std():.1%}",
                n=len(folds),
            ),
        ),
    ]
    names = [row[0] for row in rows]
    accuracies = [float("nan") if row[1] is None else row[1] for row in rows]
    with place:
        st.plotly_chart(
            rules_figure(names, accuracies, highlight=0, theme=session.page_theme(), t=i18n.current()),
            key=f"rules_{record.id}",
            theme=None,
            config={"displayModeBar": False},
            alt=rules_alt(names, accuracies, i18n.current()),
        )
    table = pd.DataFrame(rows, columns=[t("Method"), t("Test accuracy"), t("Training images"), t("How it answers")])
    st.dataframe(
        table, hide_index=True, column_config={t("Test accuracy"): st.column_config.NumberColumn(format="percent")}
    )
    csv_button(lambda: table, f"rules-{record.id}")
