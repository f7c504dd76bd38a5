"""Learn: a question before its answer is shown."""

from collections.abc import Callable

import streamlit as st

from mnist_core.lessons import Guess
from mnist_core.text import plain
from pages._ui.shell.i18n import t


def guess_view(guess: Guess, chosen: int | None, key: str, on_guess: Callable[[int], None]) -> None:
    """Ask, and once something is chosen say what is right.

    Parameters
    ----------
    guess : Guess
    chosen : int or None
        What was chosen before: the first guess counts.
    key : str
        Names the question on its page.
    on_guess : callable
        Told what is chosen, counted from 1.
    """
    with st.container(border=True, key=f"guess_{key}"):
        st.markdown(f"**{guess.question}**")
        if chosen is None:
            _ask(guess, key, on_guess)
            return
        for number, option in enumerate(map(plain, guess.options), start=1):
            mark = ":material/check_circle:" if number == guess.answer else ":material/radio_button_unchecked:"
            mine = f" — {t('your guess')}" if number == chosen else ""
            st.markdown(f"{mark} {option}{mine}" if guess.answer else f"{option}{mine}")
        with st.container(key=f"arrive_guess_{key}"):
            if guess.answer:
                st.markdown(t("**Right!**") if chosen == guess.answer else t("**Not quite.**"))
            st.markdown(guess.why)


def _ask(guess: Guess, key: str, on_guess: Callable[[int], None]) -> None:
    # Buttons: of a radio group, the arrow keys choose while they go from one to the next, and the first choice counts.
    for number, option in enumerate(guess.options, start=1):
        st.button(plain(option), key=f"guess_choice_{key}_{number}", on_click=on_guess, args=(number,))
    st.caption(t("Guess first: there is nothing to lose."))
