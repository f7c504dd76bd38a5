"""Switches for the upright axes of training curves."""

import streamlit as st

from mnist_core.figures.scale import Scales
from pages._ui.shell.i18n import t, term


def curve_scales() -> Scales:
    """Show the switches, and return how curves are to be drawn; the choice holds on all pages of the session."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        log_loss = st.toggle(
            t("Logarithmic loss"),
            key="curves_log_loss",
            persist_state="session",
            help=term("logarithmic_scale", "Shows how small losses still fall."),
        )
        close = st.toggle(
            t("Accuracy from 90%"),
            key="curves_close",
            persist_state="session",
            help=t("Shows the differences between good networks. Where no epoch reaches 90%, nothing changes."),
        )
    return Scales(log_loss=log_loss, close=close)
