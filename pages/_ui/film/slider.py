"""The slider through one film, or through two on the same share of training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages._ui.shell.i18n import t

_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_HTML = (
    '<div class="lab-film-slider">'
    '<button type="button" style="visibility: hidden"><span aria-hidden="true"></span></button>'
    '<input type="range" min="0" step="1"><output></output></div>'
)


@dataclass(frozen=True)
class Stop:
    """A stop of the slider.

    Attributes
    ----------
    places : mapping of str to int
        Which moment of each film is shown, by the films' names.
    words : sequence of str
        What is to be said of each film, translated.
    """

    places: Mapping[str, int]
    words: Sequence[str]


def film_slider(stops: Sequence[Stop], key: str) -> None:
    """Show the slider at its last stop; the arrow keys, and a button that plays, go along the stops."""
    component = st.components.v2.component("film_slider", html=_HTML, js=_JS, isolate_styles=False)
    data = {
        "stops": [{"places": dict(stop.places), "words": list(stop.words)} for stop in stops],
        "label": t("Moment of the training"),
        "play": t("Play the film"),
        "pause": t("Pause the film"),
    }
    component(key=key, data=data)
