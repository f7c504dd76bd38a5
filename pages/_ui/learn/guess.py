"""Learn: a question before its answer is shown."""

import streamlit as st

from mnist_core.lessons import Guess
from mnist_core.text import plain
from pages._ui.shell.i18n import t


def guess_view(guess: Guess, chosen: int | None, key: str) -> int | None:
    """Ask, and once something is chosen say what is right; return a new choice, counted from 1.

    Parameters
    ----------
    guess : Guess
    chosen : int or None
        What was chosen before: the first guess counts.
    key : str
        Names the question on its page.
    """
    with st.container(border=True, key=f"guess_{key}"):
        st.markdown(f"**{guess.question}**")
        if chosen is None:
            return _ask(guess, key)
        for number, option in enumerate(map(plain, guess.options), start=1):
            mark = ":material/check_circle:" if number == guess.answer else ":material/radio_button_unchecked:"
            mine = f" — {t('your guess')}" if number == chosen else ""
            st.markdown(f"{mark} {option}{mine}" if guess.answer else f"{option}{mine}")
        if guess.answer:
            st.markdown(t("**Right!**") if chosen == guess.answer else t("**Not quite.**"))
        st.markdown(guess.why)
    return None


def _ask(guess: Guess, key: str) -> int | None:
    numbers = list(range(1, len(guess.options) + 1))
    picked: int | None = st.radio(
        t("Your guess"),
        numbers,
        index=None,
        format_func=lambda number: plain(guess.options[number - 1]),
        key=f"guess_choice_{key}",
        label_visibility="collapsed",
    )
    st.caption(t("Guess first: there is nothing to lose."))
    return picked
