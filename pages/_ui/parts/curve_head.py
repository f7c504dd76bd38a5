"""What stands above a chart of training curves: its name, and a switch for its upright axis."""

import streamlit as st

from mnist_core.figures.scale import Metric, Scales
from mnist_core.text import Sentence
from pages._ui.shell.i18n import t, term

TITLES: dict[Metric, Sentence] = {"loss": "Loss", "accuracy": "Accuracy"}


def curve_head(metric: Metric) -> Scales:
    """Show name and switch, and return how the chart is to be drawn; the choice holds on all pages of the session."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{t(TITLES[metric])}**", help=term(metric), width="content")
        if metric == "loss":
            return Scales(
                log_loss=st.toggle(
                    t("Logarithmic"),
                    key="curves_log_loss",
                    persist_state="session",
                    help=term("logarithmic_scale", "Shows how small losses still fall."),
                )
            )
        return Scales(
            close=st.toggle(
                t("From 90%"),
                key="curves_close",
                persist_state="session",
                help=t("Shows the differences between good networks. Where no epoch reaches 90%, nothing changes."),
            )
        )
