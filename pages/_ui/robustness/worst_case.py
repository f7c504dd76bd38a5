"""Robustness: how little is enough if one knows the network."""

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import streamlit as st

from mnist_core.analysis.explain import expected_seconds, worst_case_curves
from mnist_core.evaluation.robustness import AccuracyCurve
from mnist_core.figures.robustness import worst_case_alt, worst_case_figure
from mnist_core.inference import open_classifier
from mnist_core.store import RunFiles, RunRecord, shared_store
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.live_plot import live_plot
from pages._ui.shell import i18n, session
from pages._ui.shell.i18n import t, term
from pages._ui.shell.waiting import when_done

IMAGES = 100  # each takes 1,568 predictions for its gradient


def worst_case_view(record: RunRecord, images: np.ndarray, labels: np.ndarray) -> None:
    """Show what the worst change of every pixel does, beside a random one of the same size."""
    st.header(t("The worst case"), anchor=False, divider="gray", help=term("adversarial_example"))
    st.caption(
        t(
            "Every pixel is made a little brighter or darker, all by the same amount. Chosen at random, that is noise. "
            "Chosen against the network, by the gradient of its loss, it fools it much sooner."
        )
    )
    wanted = f"worst_case_wanted_{record.id}"
    if not st.session_state.get(wanted):
        st.button(
            t("Look for the worst case"),
            key="worst_case_start",
            icon=":material/play_arrow:",
            on_click=st.session_state.__setitem__,
            args=(wanted, True),
        )
        return

    def show(results: dict[Hashable, Any]) -> None:
        worst, by_chance = next(iter(results.values()))
        live_plot(
            worst_case_figure(worst, by_chance, theme=session.page_theme(), t=i18n.current()),
            key="worst_case_chart",
            revision=record.id,
            alt=worst_case_alt(worst, by_chance, i18n.current()),
        )
        counted = t("Counted on {n:,} test images.", n=worst.total)
        st.caption(f"{worst_case_alt(worst, by_chance, i18n.current())} {counted}")
        csv_button(
            lambda: {
                "change": worst.strengths,
                "right_worst": worst.right,
                "right_random": by_chance.right,
                "images": [worst.total] * len(worst.strengths),
            },
            f"worst_case_{record.id}",
            of=[record.id],
        )

    used = slice(0, IMAGES)
    call = (_compute, shared_store().files(record.id), images[used], labels[used])
    words = t("Asking the network about every pixel of {n} images …", n=len(labels[used]))
    seconds = expected_seconds(record.config, images[used].size)  # two predictions for each pixel
    when_done({("worst_case", record.id): call}, words, show, of=[record.id], seconds=2 * seconds)


def _compute(
    report: Callable[[float], None], files: RunFiles, images: np.ndarray, labels: np.ndarray
) -> tuple[AccuracyCurve, AccuracyCurve]:
    return worst_case_curves(report, open_classifier(files).predict, images, labels)
