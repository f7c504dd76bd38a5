"""A chart that changes without flicker: one component that calls ``Plotly.react``.

``st.plotly_chart`` mounts a new chart whenever its data change, which blinks and forgets zoom and
legend. Streamlit's component API sends data only; no text of a visitor ever becomes code.
"""

from typing import Any

import streamlit as st

from pages._ui.parts.chart import spoken
from pages._ui.shell.web import LOAD_PLOTLY, PLOTLY_URL

_AHEAD = LOAD_PLOTLY + "export default ({ data }) => { load(data.library).catch(() => {}); }"
_JS = (
    LOAD_PLOTLY
    + """
export default function (component) {
  const { data, parentElement } = component;
  const chart = parentElement.querySelector('.chart');
  chart.setAttribute('aria-label', data.alt);
  chart.style.height = data.layout.height + 'px';
  const css = getComputedStyle(chart);
  const layout = { ...data.layout, uirevision: data.revision, font: { ...data.layout.font, family: css.fontFamily } };
  const config = { responsive: true, displaylogo: false, displayModeBar: false };
  load(data.library)
    .then((Plotly) => Plotly.react(chart, data.data, layout, config))
    .catch(() => { chart.textContent = data.failure; });
  return () => { window.Plotly && window.Plotly.purge(chart); };
}
"""
)
_HTML = '<div class="chart" role="img" style="width:100%"></div>'


def live_plot(figure: dict[str, Any], *, key: str, revision: str, alt: str, failure: str) -> None:
    """Show a figure and update it in place at the next call with the same key.

    Parameters
    ----------
    figure : dict
        Plain values with the keys "data" and "layout"; the layout names its height in pixels.
    key : str
        Names the chart on its page.
    revision : str
        Zoom and hidden legend entries are kept for as long as this stays the same.
    alt : str
        One sentence for screen readers.
    failure : str
        What is shown where plotly.js can't be loaded.
    """
    component = st.components.v2.component("live_plot", html=_HTML, js=_JS, isolate_styles=False)
    component(
        key=key,
        data={**spoken(figure), "revision": revision, "alt": alt, "failure": failure, "library": PLOTLY_URL},
        height=figure["layout"]["height"],
    )


def load_ahead() -> None:
    """Let the browser fetch what a `live_plot` needs, so that the first one appears without a wait."""
    component = st.components.v2.component("live_plot_ahead", html="<span></span>", js=_AHEAD, isolate_styles=False)
    component(key="live_plot_ahead", data={"library": PLOTLY_URL}, height=1)
