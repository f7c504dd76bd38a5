"""A link as a QR code, for phones: beside the link, and over the whole window for a projector."""

from pathlib import Path
from typing import Any

import streamlit as st

from mnist_core.errors import MnistLabError
from mnist_core.figures.qr_code import qr_alt, qr_svg, secret_qr_svg
from pages._ui.shell import i18n
from pages._ui.shell.errors import errors_in_words, in_words
from pages._ui.shell.i18n import t

_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_HTML = (
    '<div class="lab-qr"><button type="button"><svg viewBox="0 0 16 16" aria-hidden="true" fill="currentColor">'
    '<path d="M1 1h6v6H1zm1.5 1.5v3h3v-3zM9 1h6v6H9zm1.5 1.5v3h3v-3zM1 9h6v6H1zm1.5 1.5v3h3v-3zM9 9h2v2H9zm4 0h2v2h-2z'
    'm-2 2h2v2h-2zm-2 2h2v2H9zm4 0h2v2h-2z"/></svg><span></span></button><dialog>'
    '<div class="code" role="img"></div><p class="address"></p>'
    '<div class="ways"><button type="button" class="whole"></button><button type="button" class="close"></button></div>'
    "</dialog></div>"
)


@st.fragment
@errors_in_words()
def qr_button(address: str, key: str, about: str, *, for_all: bool) -> None:
    """Show the button "QR code"; the code is made when somebody asks for it.

    Parameters
    ----------
    address : str
    key : str
        Names the link on its page.
    about : str
        Translated: what it is a link to.
    for_all : bool
        Whether it is offered over the whole window; what is one person's alone is neither kept nor read out.
    """
    asked, name = f"{key}_asked", t("QR code: {about}", about=about)

    def ask() -> None:
        st.session_state[asked] = hash(address)  # another link of the same place has to be asked for itself

    component = st.components.v2.component("qr_code", html=_HTML, js=_JS, isolate_styles=False)
    component(
        key=f"{key}_qr",
        data={
            "url": address,
            "words": t("QR code"),
            "name": name,
            "alt": qr_alt(address, i18n.current()) if for_all else name,
            "whole": t("Full screen") if for_all else None,
            "smaller": t("Smaller"),
            "close": t("Close"),
            **(_made(address, for_all) if st.session_state.get(asked) == hash(address) else {}),
        },
        on_wanted_change=ask,
    )


def _made(address: str, for_all: bool) -> dict[str, Any]:
    try:
        return {"svg": qr_svg(address) if for_all else secret_qr_svg(address)}
    except MnistLabError as error:
        return {"refusal": in_words(error)}
