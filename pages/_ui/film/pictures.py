"""First-layer weights that follow the slider: painted by the browser, from a byte for each weight of each moment."""

import json
from pathlib import Path

import streamlit as st

from mnist_core.figures.theme import SPEAKS_AGAINST, SPEAKS_FOR
from mnist_core.film import FilmPictures
from pages._ui.shell.i18n import t

_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_HTML = '<div class="lab-film-pictures" role="img"></div>'


def pictures_view(pictures: FilmPictures, film: str, key: str) -> None:
    """Show the pictures of a film of this name (see `pages._ui.film.slider`)."""
    moments, count, height, width = pictures.values.shape
    about = {
        "film": film,
        "moments": moments,
        "count": count,
        "height": height,
        "width": width,
        "colors": [SPEAKS_FOR, SPEAKS_AGAINST],
        "alt": t("Weights of the first {n} units or filters as pictures, at the chosen moment", n=count),
    }
    head = json.dumps(about).encode()
    component = st.components.v2.component("film_pictures", html=_HTML, js=_JS, isolate_styles=False)
    component(key=key, data=len(head).to_bytes(4, "little") + head + pictures.values.tobytes())
