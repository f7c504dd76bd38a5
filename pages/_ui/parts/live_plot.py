"""Charts: one component that calls ``Plotly.react``, so that they change without flicker.

``st.plotly_chart`` mounts a new chart whenever its data change, which blinks and forgets zoom and
legend, and needs a plotly.js of its own. Streamlit's component API sends data only; no text of a
visitor ever becomes code.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import streamlit as st

from pages._ui.shell import i18n
from pages._ui.shell.i18n import t
from pages._ui.shell.web import LOAD_PLOTLY, PLOTLY_URL, WHOLE_PLOTLY_URL

_JS = LOAD_PLOTLY + Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_HTML = '<div class="chart" role="img" style="width:100%"></div>'


def live_plot(figure: dict[str, Any], *, key: str, revision: str, alt: str, clickable: bool = False) -> Any:
    """Show a figure and update it in place at the next call with the same key.

    Parameters
    ----------
    figure : dict
        Plain values with the keys "data" and "layout"; the layout names its height in pixels.
    key : str
        Names the chart on its page.
    revision : str
        Zoom and hidden legend entries are kept for as long as this stays the same, also where the chart is taken off
        and comes back; along an axis of the figure that names a revision of its own, also for as long as that does.
    alt : str
        One sentence for screen readers.
    clickable : bool
        Whether a click on a point runs the page, or its part, again.

    Returns
    -------
    list or None
        ``customdata`` of the point that was clicked just now.
    """
    for axis in (figure["layout"]["xaxis"], figure["layout"]["yaxis"]):
        if "uirevision" in axis:
            axis["uirevision"] = f"{revision} {axis['uirevision']}"
    height = figure["layout"]["height"]
    return mount(
        json.dumps(spoken(figure)), height, key=key, revision=revision, alt=alt, clickable=clickable, stays=True
    )


def mount(
    figure: str,
    height: int,
    *,
    key: str,
    revision: str,
    alt: str,
    clickable: bool = False,
    stays: bool = False,
    film: str = "",
    frame_alts: Sequence[str] = (),
) -> Any:
    """Show a figure that is JSON already.

    Parameters
    ----------
    figure : str
        JSON of an object with the keys "data" and "layout".
    height : int
        In pixels: its place before plotly.js is there.
    key, revision, alt : str
        As above.
    clickable : bool
        Whether a click on a point runs the page again.
    stays : bool
        Whether zoom and hidden entries outlive the chart's place on the page.
    film : str
        Name of a film whose slider goes along the figure's frames: see `pages._ui.film.slider`.
    frame_alts : sequence of str
        The sentence of each frame, where it says more than `alt`.

    Returns
    -------
    list or None
        ``customdata`` of the point that was clicked just now.
    """
    component = st.components.v2.component("live_plot", html=_HTML, js=_JS, isolate_styles=False)
    words = {
        "library": WHOLE_PLOTLY_URL if '"parcoords"' in figure else PLOTLY_URL,
        "revision": revision,
        "alt": alt,
        "failure": t("The chart could not be loaded. Reload the page."),
        "clickable": clickable,
        "stays": crc32(key.encode()) if stays else 0,  # a name of its own for the browser
        "film": film,
        "frameAlts": list(frame_alts) or None,
    }
    # As bytes: Streamlit would write anything else as JSON twice, once to see whether it is the same component.
    data = f'{json.dumps(words)[:-1]}, "figure": {figure}}}'.encode()
    if not clickable:
        component(key=key, data=data, height=height)
        return None
    return component(key=key, data=data, height=height, on_clicked_change=_noticed).clicked


def spoken(figure: Any) -> Any:
    """Return a figure that writes the numbers of its axes and hover texts with the signs of the visitor's language."""
    figure["layout"]["separators"] = i18n.current().separators
    return figure


def _noticed() -> None:
    """Do nothing: the page, or its part, runs again and knows the click."""
