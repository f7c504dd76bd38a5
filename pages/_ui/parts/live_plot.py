"""Charts: one component that calls ``Plotly.react``, so that they change without flicker.

``st.plotly_chart`` mounts a new chart whenever its data change, which blinks and forgets zoom and
legend, and needs a plotly.js of its own. Streamlit's component API sends data only; no text of a
visitor ever becomes code.
"""

import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages._ui.shell import i18n
from pages._ui.shell.i18n import t
from pages._ui.shell.web import LOAD_PLOTLY, PLOTLY_URL, WHOLE_PLOTLY_URL

_JS = (
    LOAD_PLOTLY
    + """
// What is shown again after a while has its zoom and its hidden entries still: plotly.js keeps them in the element.
const awayCharts = (window.labAwayCharts ??= new Map());
export default function (component) {
  const { parentElement, setTriggerValue } = component;
  const told = JSON.parse(new TextDecoder().decode(component.data));
  const { figure, library, revision, alt, failure, clickable, stays, film, frameAlts } = told;
  const earlier = stays && awayCharts.get(stays);
  if (earlier) {
    awayCharts.delete(stays);
    parentElement.querySelector('.chart').replaceWith(earlier);
  }
  const chart = parentElement.querySelector('.chart');
  chart.setAttribute('aria-label', alt);
  chart.style.height = figure.layout.height + 'px';
  const css = getComputedStyle(chart);
  const layout = { ...figure.layout, uirevision: revision, font: { ...figure.layout.font, family: css.fontFamily } };
  const config = { responsive: true, displaylogo: false, displayModeBar: false };
  let drawn;
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const redraw = figure.data.some(({ type }) => type === 'heatmap');
  const show = (place, duration) => {
    const { data, traces } = figure.frames[place];
    if (frameAlts) chart.setAttribute('aria-label', frameAlts[place]);
    const pace = still.matches || redraw ? 0 : duration;
    const how = { mode: 'immediate', transition: { duration: pace }, frame: { duration: pace, redraw } };
    drawn.animate(chart, { data, traces }, how);
  };
  const go = ({ detail }) => { if (film in detail) show(detail[film], 300); };
  document.removeEventListener('lab-film', chart.follow); // of an earlier figure in this place
  chart.follow = go;
  load(library)
    .then((Plotly) => (drawn = Plotly).react(chart, figure.data, layout, config))
    .then(() => {
      if (earlier) drawn.Plots.resize(chart);
      if (film) {
        document.addEventListener('lab-film', go);
        show(Math.min(window.labFilm?.[film] ?? figure.frames.length - 1, figure.frames.length - 1), 0);
      }
      if (!clickable) return;
      chart.removeAllListeners('plotly_click');
      chart.on('plotly_click', (event) => setTriggerValue('clicked', [...event.points[0].customdata]));
    })
    .catch(() => { chart.textContent = failure; });
  // Drawn in a tab that is not shown, a chart has no width to go by yet.
  const fitted = new ResizeObserver(() => { if (chart.offsetWidth && chart._fullLayout) drawn?.Plots.resize(chart); });
  fitted.observe(chart);
  return () => {
    fitted.disconnect();
    document.removeEventListener('lab-film', go);
    if (stays && drawn) awayCharts.set(stays, chart);
    else drawn?.purge(chart);
  };
}
"""
)
_HTML = '<div class="chart" role="img" style="width:100%"></div>'


def live_plot(figure: dict[str, Any], *, key: str, revision: str, alt: str) -> None:
    """Show a figure and update it in place at the next call with the same key.

    Parameters
    ----------
    figure : dict
        Plain values with the keys "data" and "layout"; the layout names its height in pixels.
    key : str
        Names the chart on its page.
    revision : str
        Zoom and hidden legend entries are kept for as long as this stays the same, also where the chart is taken off
        and comes back; along an axis of the figure that
        names a revision of its own, also for as long as that does.
    alt : str
        One sentence for screen readers.
    """
    for axis in (figure["layout"]["xaxis"], figure["layout"]["yaxis"]):
        if "uirevision" in axis:
            axis["uirevision"] = f"{revision} {axis['uirevision']}"
    mount(json.dumps(spoken(figure)), figure["layout"]["height"], key=key, revision=revision, alt=alt, stays=True)


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
        "stays": key if stays else None,
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
