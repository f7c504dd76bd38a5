"""A map of images as points; the image under the mouse or finger is shown beside it.

Streamlit's own chart reports clicks only, and each one is a round trip. This component draws the
image in the browser, from one picture that holds them all.
"""

from typing import Any

import streamlit as st

from pages._ui.parts.gallery import SHEET_COLUMNS
from pages._ui.shell.web import LOAD_PLOTLY, PLOTLY_URL

_JS = (
    LOAD_PLOTLY
    + """
export default function (component) {
  const { data, parentElement } = component;
  const chart = parentElement.querySelector('.map-chart');
  const canvas = parentElement.querySelector('canvas');
  const words = parentElement.querySelector('.map-words');
  chart.setAttribute('aria-label', data.alt);
  chart.style.height = data.layout.height + 'px';
  words.textContent = data.words;
  canvas.getContext('2d').clearRect(0, 0, 28, 28);
  const sheet = new Image();
  sheet.src = data.sheet;
  const show = (event) => {
    const place = event.points[0].customdata;
    const x = (place % data.columns) * 28, y = Math.floor(place / data.columns) * 28;
    canvas.getContext('2d').drawImage(sheet, x, y, 28, 28, 0, 0, 28, 28);
    const { data: trace, text } = event.points[0];
    words.textContent = data.sentence.replace('{name}', () => trace.name).replace('{index}', () => text);
  };
  const layout = { ...data.layout, font: { ...data.layout.font, family: getComputedStyle(chart).fontFamily } };
  const config = { responsive: true, displaylogo: false, displayModeBar: false };
  let drawn;
  load(data.library)
    .then((Plotly) => (drawn = Plotly).react(chart, data.data, layout, config))
    .then(() => {
      for (const name of ['plotly_hover', 'plotly_click']) {
        chart.removeAllListeners(name);
        chart.on(name, show);
      }
    })
    .catch(() => { chart.textContent = data.failure; });
  return () => { drawn?.purge(chart); };
}
"""
)
_HTML = """
<div class="lab-map">
  <div class="map-chart" role="img"></div>
  <div class="map-image"><canvas width="28" height="28"></canvas><div class="map-words" aria-live="polite"></div></div>
</div>
"""


def sample_map(
    figure: dict[str, Any], sheet: str, *, key: str, alt: str, words: str, sentence: str, failure: str
) -> None:
    """Show a map.

    Parameters
    ----------
    figure : dict
        As `map_figure` gives it.
    sheet : str
        Picture of all images, as `gallery.sheet` gives it.
    key : str
        Names the map on its page.
    alt : str
        One sentence for screen readers.
    words : str
        What is said before an image was chosen.
    sentence : str
        What is said of a chosen image, with the placeholders {name} (its class) and {index}.
    failure : str
        What is shown where plotly.js can't be loaded.
    """
    component = st.components.v2.component("sample_map", html=_HTML, js=_JS, isolate_styles=False)
    component(
        key=key,
        data={
            **figure,
            "sheet": sheet,
            "columns": SHEET_COLUMNS,
            "alt": alt,
            "words": words,
            "sentence": sentence,
            "failure": failure,
            "library": PLOTLY_URL,
        },
    )
