"""How sure a run is, and whether it may be."""

import numpy as np
import streamlit as st

from mnist_core.evaluation import answer_when_sure, reliability
from mnist_core.figures.evaluation import (
    confidence_alt,
    confidence_figure,
    reliability_alt,
    reliability_figure,
    sure_alt,
    sure_figure,
)
from pages._ui.cache.results import Judgement
from pages._ui.parts.chart import chart
from pages._ui.parts.downloads import csv_button
from pages._ui.shell import access, i18n
from pages._ui.shell.i18n import t, term

THRESHOLDS = np.linspace(0.0, 1.0, 101)


def confidence_view(judgement: Judgement, run_id: str) -> None:
    """Show how sure the network is, how often that is justified, and what answering only when sure would bring."""
    _confidence(judgement, run_id)
    _sure(judgement, run_id)


def _confidence(judgement: Judgement, run_id: str) -> None:
    result = reliability(judgement.probabilities, judgement.labels)
    words = i18n.current()
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**{t('How sure is it?')}**", help=term("confidence"))
        st.caption(t("Each prediction is counted by its confidence: the probability of its answer."))
        chart(confidence_figure, result, key="confidence", alt=confidence_alt(result, words))
    with right:
        st.markdown(f"**{t('Is it as often right as it is sure?')}**", help=term("calibration"))
        st.caption(t("On the dashed line confidence equals accuracy. Below it the network is surer than it should be."))
        chart(reliability_figure, result, key="reliability", alt=reliability_alt(result, words))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(
            t(
                "Expected calibration error: **{error:.2%}**. By this much confidence and accuracy differ on average.",
                error=result.expected_calibration_error,
            ),
            help=term("calibration"),
        )
        csv_button(
            lambda: {
                "from": result.edges[:-1],
                "to": result.edges[1:],
                "right": result.right,
                "wrong": result.wrong,
                "mean_confidence": result.confidence,
                "accuracy": result.accuracy,
            },
            f"confidence_{judgement.split}_{run_id}",
            of=[run_id],
        )


@access.fragment
def _sure(judgement: Judgement, run_id: str) -> None:
    st.header(t("Answer only when sure"), anchor=False, divider="gray", help=term("confidence"))
    chosen = st.slider(
        t("Least confidence for an answer"),
        0.0,
        1.0,
        0.9,
        0.01,
        format="percent",
        key="sure_threshold",
        width=420,
    )
    at = answer_when_sure(judgement.probabilities, judgement.labels, np.array([chosen]))
    if at.answered[0]:
        st.markdown(
            t.plural(
                "It answers **{answered:.1%}** of the images and is right about **{accuracy:.2%}** of those. "
                "It passes over {n:,} image.",
                "It answers **{answered:.1%}** of the images and is right about **{accuracy:.2%}** of those. "
                "It passes over {n:,} images.",
                round((1 - at.answered[0]) * len(judgement.labels)),
                answered=at.answered[0],
                accuracy=at.accuracy[0],
            )
        )
    else:
        st.markdown(t("It is never so sure, so it answers nothing."))
    result = answer_when_sure(judgement.probabilities, judgement.labels, THRESHOLDS)
    chart(sure_figure, result, chosen, key="sure", alt=sure_alt(result, chosen, i18n.current()))
    csv_button(
        lambda: {"least_confidence": result.thresholds, "answered": result.answered, "accuracy": result.accuracy},
        f"answer_when_sure_{judgement.split}_{run_id}",
        of=[run_id],
    )
