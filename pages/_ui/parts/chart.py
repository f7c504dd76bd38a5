"""Charts that stay as they are: drawn once for all who see the same numbers in the same theme and language."""

import hashlib
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from mnist_core.system.instruments import CACHE_LOOKUPS, CACHE_MISSES
from mnist_core.text import Translator
from pages._ui.parts.live_plot import mount, spoken
from pages._ui.shell import i18n, session


@dataclass(frozen=True)
class _Drawn:
    """A figure as JSON, and its height in pixels."""

    json: str
    height: int


def chart(
    draw: Callable[..., Any],
    *values: Any,
    key: str,
    alt: str,
    clickable: bool = False,
    film: str = "",
    frame_alts: Sequence[str] = (),
    **more: Any,
) -> Any:
    """Show a figure that stays as it is; one that changes while one looks at it is a `live_plot`.

    Parameters
    ----------
    draw : callable
        Returns a plotly figure of the values; it gets the visitor's ``theme`` and translator ``t`` as well.
    *values, **more
        What the figure shows. It is drawn anew only where they, or the theme, or the language are new.
    key : str
    alt : str
        One sentence for screen readers.
    clickable : bool
        Whether a click on a point runs the page again.
    film, frame_alts
        See `mount`: of a figure that has a frame for every moment of a film.

    Returns
    -------
    list or None
        ``customdata`` of the point that was clicked just now.
    """
    theme, words = session.page_theme(), i18n.current()
    asked = (draw.__module__, draw.__qualname__, theme.name, words.language, values, more)
    digest = hashlib.blake2b(pickle.dumps(asked), digest_size=16).hexdigest()

    def figure() -> Any:
        CACHE_MISSES.add("charts")
        return draw(*values, **more, theme=theme, t=words)

    CACHE_LOOKUPS.add("charts")
    drawn = _drawn(digest, words, figure)
    return mount(
        drawn.json,
        drawn.height,
        key=key,
        revision=key,
        alt=alt,
        clickable=clickable,
        film=film,
        frame_alts=frame_alts,
    )


# Keyed by all that is drawn, so it can't be out of date, and nobody gets what they could not have drawn themselves.
# A figure has 5 to 60 kB.
@st.cache_resource(max_entries=128, show_spinner=False, hash_funcs={Translator: id})
def _drawn(digest: str, words: Translator, _draw: Callable[[], Any]) -> _Drawn:
    figure = _draw()
    return _Drawn(spoken(figure).to_json(validate=False), figure.layout.height)
