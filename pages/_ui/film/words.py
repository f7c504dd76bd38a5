"""How a film's moments are told, and why there is no film."""

import streamlit as st

from mnist_core.film import Film, FilmState, Moment
from mnist_core.store import RunRecord
from pages._ui.shell.i18n import t


def moment_words(moment: Moment) -> str:
    """Return which moment it is: "before the first step", or "step 120, epoch 1"."""
    if moment.step == 0:
        return t("before the first step")
    return t("step {step:,}, epoch {epoch}", step=moment.step, epoch=_epoch(moment))


def moment_title(moment: Moment) -> str:
    """Return the same as it begins a sentence."""
    if moment.step == 0:
        return t("Before the first step")
    return t("Step {step:,}, epoch {epoch}", step=moment.step, epoch=_epoch(moment))


def _epoch(moment: Moment) -> str:
    return t.number(moment.epoch, ".3g" if moment.epoch >= 1 else ".2g")


def no_film(film: Film, record: RunRecord) -> None:
    """Say why a run has no film, and how to get one."""
    icon = ":material/movie_off:"
    if film.state is FilmState.BASELINE:
        st.info(t("Logistic regression has no film: it is not trained step by step. Networks have one."), icon=icon)
        return
    if film.state is FilmState.DAMAGED:
        st.info(t("The film of this run is damaged. Train it again to get one."), icon=icon)
    elif record.shipped is not None:
        st.info(
            t("This network came with the program, without its film. Train a network of your own to get one."),
            icon=icon,
        )
    elif record.imported is not None:
        st.info(t("This run came without a film. Train it again here to get one."), icon=icon)
    else:
        st.info(
            t(
                "This run has no film: it was trained by an older version, or there was no room for one. "
                "Train it again to get one."
            ),
            icon=icon,
        )
    st.page_link(
        "train.py",
        label=t("Go to its settings on Train"),
        icon=":material/arrow_forward:",
        query_params={"run": record.id},
    )
