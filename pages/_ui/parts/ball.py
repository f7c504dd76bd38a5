"""Gradient descent with a single weight, as a ball in a valley."""

import streamlit as st

from mnist_core.analysis.hill import RATES, STEPS, OneWeight, Rolling
from mnist_core.datasets import DatasetSpec
from mnist_core.figures.hill import ball_alt, ball_figure
from mnist_core.text import Sentence
from pages._ui.parts.live_plot import live_plot
from pages._ui.shell import i18n, session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import class_words, t, term

_PACE = 0.4  # seconds between two steps
_STEP, _PLAYS, _RATE = "ball_step", "ball_plays", "ball_rate"

WORDS: dict[Rolling, Sentence] = {
    Rolling.CRAWLS: "**It crawls.** Each step leaves {left:.0%} of the way to the bottom: the direction is right, the "
    "steps are too small.",
    Rolling.CONVERGES: "**It rolls to the bottom.** Each step leaves {left:.0%} of the way that is left.",
    Rolling.OVERSHOOTS: "**It overshoots.** Each step lands on the other side of the valley, {left:.0%} as far from "
    "the bottom: it swings, and gets there.",
    Rolling.DIVERGES: "**It diverges.** Each step lands on the other side of the valley, {left:.0%} as far from "
    "the bottom: the loss never falls.",
}


def ball_view(spec: DatasetSpec, unit: OneWeight) -> None:
    """Show the valley of one weight, that of `unit` on a dataset, and how far a ball rolls in it."""
    names = class_words(spec.class_names)
    st.markdown(f"**{t('One weight')}**", help=term("gradient_descent"))
    st.markdown(
        t(
            "A network as small as can be: it sees one pixel (row {row}, column {column}) and multiplies its ink by "
            "one weight. For “{one}” 1 should come out, for “{zero}” 0. The valley shows the loss for every weight, on "
            "{n:,} real images. Training cannot see the valley: it only feels the slope below the ball, and takes a "
            "step of slope × learning rate.",
            row=unit.row,
            column=unit.column,
            one=names[unit.one],
            zero=names[unit.zero],
            n=len(unit.ink),
        )
    )
    playing = bool(st.session_state.get(_PLAYS))
    st.fragment(_body, run_every=_PACE if playing else None)(unit, playing)


@errors_in_words()
def _body(unit: OneWeight, playing: bool) -> None:
    rate = _controls()
    step = st.session_state.setdefault(_STEP, 0)
    if playing and st.session_state.get(_PLAYS):
        step = st.session_state[_STEP] = unit.next_step(rate, step)
        if step == unit.last_step(rate):
            st.session_state[_PLAYS] = False
    visited = unit.steps(rate, count=step)
    losses = unit.losses(visited)
    live_plot(
        ball_figure(unit.curve(), visited, losses, theme=session.page_theme(), t=i18n.current()),
        key="ball_chart",
        revision="ball",
        alt=ball_alt(visited, losses, i18n.current()),
    )
    st.markdown(t(WORDS[unit.rolling(rate)], left=abs(unit.left(rate))))
    where = t("Step {step}: weight {weight:.4g}, loss {loss:.4g}.", step=step, weight=visited[-1], loss=losses[-1])
    st.caption(
        where
        + (" " + t("The ball has left the picture.") if not unit.is_seen(visited[-1]) else "")
        + " "
        + t(
            "In this valley a rate of {best:.2f} lands on the bottom with one step, and one above {most:.2f} never "
            "gets there.",
            best=1 / unit.curvature,
            most=2 / unit.curvature,
        )
    )
    if bool(st.session_state.get(_PLAYS)) != playing:
        st.rerun()  # the clock of this part starts or ends


def _controls() -> float:
    """Show the rate and the buttons, and return the rate."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rate: float = st.select_slider(
            t("Learning rate"),
            RATES,
            value=RATES[1],
            format_func=lambda value: t.number(value, "g"),
            key=_RATE,
            on_change=_again,
            help=term("learning_rate"),
            width=320,
        )
        st.button(t("Play"), key="ball_play", icon=":material/play_arrow:", on_click=_play)
        st.button(t("One step"), key="ball_one", icon=":material/skip_next:", on_click=_one_step)
        st.button(t("To the start"), key="ball_again", icon=":material/replay:", on_click=_again)
    return rate


def _again() -> None:
    st.session_state[_STEP], st.session_state[_PLAYS] = 0, False


def _play() -> None:
    st.session_state[_STEP], st.session_state[_PLAYS] = 0, True


def _one_step() -> None:
    st.session_state[_PLAYS] = False
    st.session_state[_STEP] = min(st.session_state.get(_STEP, 0) + 1, STEPS)
