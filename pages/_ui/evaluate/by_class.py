"""How well a run knows each class: a table, and curves over all thresholds."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from mnist_core.evaluation import RankingCurve, precision_recall_curve, roc_curve, wilson_interval
from mnist_core.figures.evaluation import RankingKind, ranking_alt, ranking_figure
from mnist_core.text import Sentence
from pages._ui.cache.results import JudgedSplit, Judgement, judge
from pages._ui.parts.chart import chart
from pages._ui.parts.components import switch
from pages._ui.parts.downloads import csv_button
from pages._ui.shell import access, i18n
from pages._ui.shell.i18n import class_words, t, term
from pages._ui.shell.kept import kept

KINDS: dict[RankingKind, Sentence] = {"roc": "ROC", "precision_recall": "Precision and recall"}
CURVES: dict[RankingKind, Callable[..., RankingCurve]] = {
    "roc": roc_curve,
    "precision_recall": precision_recall_curve,
}


def class_view(judgement: Judgement, run_id: str) -> None:
    """Show the table and the curves."""
    _table(judgement, run_id)
    _curves(judgement, run_id)


def _table(judgement: Judgement, run_id: str) -> None:
    scores, counts = judgement.scores, judgement.matrix.counts
    low, high = wilson_interval(counts.diagonal(), scores.support)
    names = list(class_words(judgement.class_names))
    share = partial(st.column_config.ProgressColumn, format="percent", min_value=0.0, max_value=1.0)
    # Above the table, whose toolbar would lie over the choice of views where there is no mouse.
    st.caption(t("Click a column's head to sort by it."))
    st.dataframe(
        pd.DataFrame(
            {
                t("Class"): names,
                t("Precision"): scores.precision,
                t("Recall"): scores.recall,
                t("Recall, 95%"): [
                    f"{t.number(a, '.1%')} – {t.number(b, '.1%')}" for a, b in zip(low, high, strict=True)
                ],
                t("F1"): scores.f1,
                t("Images"): scores.support,
            }
        ),
        hide_index=True,
        column_config={
            t("Precision"): share(help=term("precision")),
            t("Recall"): share(help=term("recall")),
            t("Recall, 95%"): st.column_config.TextColumn(help=term("confidence_interval")),
            t("F1"): share(help=term("f1")),
        },
    )
    csv_button(
        lambda: {
            "class": judgement.class_names,
            "precision": scores.precision,
            "recall": scores.recall,
            "recall_low": low,
            "recall_high": high,
            "f1": scores.f1,
            "images": scores.support,
        },
        f"classes_{judgement.split}_{run_id}",
        of=[run_id],
    )


@kept(max_entries=32)
def _all_curves(run_id: str, split: JudgedSplit, kind: RankingKind) -> dict[int, RankingCurve]:
    judgement = judge(run_id, split)
    return {
        label: CURVES[kind](judgement.probabilities, judgement.labels, label)
        for label in range(len(judgement.class_names))
    }


@access.fragment
def _curves(judgement: Judgement, run_id: str) -> None:
    names = class_words(judgement.class_names)
    st.header(t("One class against all others"), anchor=False, divider="gray", help=term("roc_curve"))
    st.caption(
        t(
            "A network can be asked: is this a {name}? The lower the probability from which we take that for a yes, "
            "the more of them are found, and the more false alarms there are. Good curves come close to the upper "
            "corner. The chart shows that corner; a double click shows all.",
            name=names[0],
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = switch(t("Curve"), KINDS, "ranking_kind")
        chosen = st.multiselect(
            t("Classes"),
            range(len(names)),
            format_func=names.__getitem__,
            placeholder=t("all classes"),
            key="ranking_classes",
            width=360,
        )
    curves = _all_curves(run_id, judgement.split, kind)
    shown = {label: curve for label, curve in curves.items() if not chosen or label in chosen}
    chart(
        ranking_figure,
        shown,
        names,
        kind,
        key="ranking",
        alt=ranking_alt(shown, names, kind, i18n.current()),
    )
    area = "auc" if kind == "roc" else "average_precision"
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(
            t("Area under each curve, 1 at best: ")
            + " · ".join(f"{names[label]} {t.number(curve.area, '.4f')}" for label, curve in shown.items())
        )
        csv_button(
            lambda: {
                "class": [judgement.class_names[label] for label, curve in shown.items() for _ in curve.x],
                "x": [x for curve in shown.values() for x in curve.x],
                "y": [y for curve in shown.values() for y in curve.y],
                "threshold": [value for curve in shown.values() for value in curve.thresholds],
                area: [curve.area for curve in shown.values() for _ in curve.x],
            },
            f"{kind}_{judgement.split}_{run_id}",
            of=[run_id],
        )
