"""Class by class: how much more of each class runs find than a reference."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.evaluation import recall_difference
from mnist_core.figures.compare import MOST_WITH_INTERVALS, class_difference_alt, class_difference_figure
from pages._ui.compare.choice import Compared
from pages._ui.compare.judged import judged_together, reference_box
from pages._ui.compare.run_table import run_table
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.live_plot import live_plot
from pages._ui.shell import i18n, session
from pages._ui.shell.i18n import class_words, t, term


def classes_view(compared: Sequence[Compared]) -> None:
    """Show the differences in a chart, and the recall of each class in a table."""
    st.header(t("Which classes does one know better?"), anchor=False, divider="gray", help=term("recall"))
    judged = judged_together(compared)
    if not judged:
        return
    at = reference_box(judged, t("Difference from"), "compare_class_reference")
    reference, basis = judged[at]
    names = class_words(basis.class_names)
    differences = [
        (run.drawn, recall_difference(judgement.probabilities, basis.probabilities, basis.labels))
        for run, judgement in judged
        if run is not reference
    ]
    live_plot(
        class_difference_figure(differences, reference.name, names, theme=session.page_theme(), t=i18n.current()),
        key="compare_classes",
        revision=reference.record.id,
        alt=class_difference_alt(differences, reference.name, names, i18n.current()),
    )
    words = t("Above the line a run finds more images of the class, below it fewer.")
    if len(differences) <= MOST_WITH_INTERVALS:
        words += " " + t(
            "The bars are 95% intervals: where one crosses the line, the difference may be luck. Of twenty bars about "
            "one misses the line by luck alone."
        )
    else:
        words += " " + t("Choose fewer runs to see the intervals of the differences; the download has them all.")
    st.caption(words, help=term("confidence_interval"))
    recall = {name: [judgement.scores.recall[index] for _, judgement in judged] for index, name in enumerate(names)}
    st.markdown(f"**{t('Recall of each class')}**")
    run_table(
        t("Recall of each class"),
        [run.drawn for run, _ in judged],
        {name: ("number", [t.number(value, ".1%") for value in values]) for name, values in recall.items()},
        {name: values.index(max(values)) for name, values in recall.items()},
    )
    csv_button(
        lambda: {
            "run": [name for (name, _), _ in differences for _ in names],
            "compared_with": [reference.name for _ in differences for _ in names],
            "class": [name for _ in differences for name in basis.class_names],
            "difference": [value for _, result in differences for value in result.difference],
            "low_95": [value for _, result in differences for value in result.low],
            "high_95": [value for _, result in differences for value in result.high],
            "images": [value for _, result in differences for value in result.support],
        },
        "compare_classes",
        of=[run.record.id for run, _ in judged],
    )
