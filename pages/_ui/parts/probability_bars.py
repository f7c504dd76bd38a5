"""The probabilities of a prediction as bars that move from one answer to the next."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.figures.bars import bars_height, probability_alt
from mnist_core.figures.theme import CLASS_COLORS
from pages._ui.parts.downloads import csv_button
from pages._ui.shell import i18n
from pages._ui.shell.i18n import class_words, t

_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_HTML = '<div class="lab-bars" role="img"></div>'


def probability_bars(
    probabilities: npt.NDArray[np.floating[Any]] | None,
    class_names: tuple[str, ...],
    key: str,
    file_name: str = "",
    *,
    of: Sequence[str] = (),
    live: bool = False,
    film: str = "",
    frames: npt.NDArray[np.floating[Any]] | None = None,
) -> None:
    """Show one bar for each class; empty bars where there is no prediction yet.

    Parameters
    ----------
    probabilities : ndarray of shape (classes,) or None
    class_names : tuple of str
    key : str
        Names the chart on its page.
    file_name : str
        Name of the file that the values can be downloaded as, without its suffix; empty for no download.
    of : sequence of str
        Ids of the runs that they come from; for the download.
    live : bool
        Whether they also show what a network says while somebody draws: see `pages._ui.reading.pen`.
    film : str
        Name of a film whose slider moves them: see `pages._ui.film.slider`.
    frames : ndarray of shape (moments, classes), optional
        Its probabilities; NaN where there are none.
    """
    height, names, words = bars_height(len(class_names)), class_words(class_names), i18n.current()
    component = st.components.v2.component("probability_bars", html=_HTML, js=_JS, isolate_styles=False)
    component(
        key=key,
        data={
            "classes": list(names),
            "shares": _shares(probabilities),
            "film": film,
            "frames": [
                {"shares": _shares(row), "alt": probability_alt(_known(row), names, words)}
                for row in (() if frames is None else frames)
            ],
            "colors": list(CLASS_COLORS),
            "axis": t("probability (%)"),
            "language": words.language,
            "alt": probability_alt(probabilities, names, words),
            "height": height,
            "live": live,
        },
        height=height,
    )
    if file_name and probabilities is not None:
        values = probabilities
        csv_button(lambda: {"class": class_names, "probability": values}, file_name, of=of)


def _known(row: npt.NDArray[np.floating[Any]] | None) -> npt.NDArray[np.floating[Any]] | None:
    """Return probabilities; None where there are none."""
    return row if row is not None and np.isfinite(row).all() else None


def _shares(row: npt.NDArray[np.floating[Any]] | None) -> list[float] | None:
    known = _known(row)
    return None if known is None else [round(float(share), 5) for share in known]
