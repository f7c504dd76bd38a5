"""What goes with every page: it follows the theme, names small buttons, keeps the focus, and speaks up."""

from pathlib import Path

import streamlit as st

from mnist_core.gateway import LANGUAGE_COOKIE
from pages._ui.shell import i18n
from pages._ui.shell.i18n import t
from pages._ui.shell.web import LOAD_PLOTLY, PLOTLY_URL

_JS = LOAD_PLOTLY + (Path(__file__).parent / "frame.js").read_text(encoding="utf-8")
# One place that screen readers listen to, which stays while the page around it is renewed.
_ANNOUNCE = """
export default function ({ data }) {
  let place = document.getElementById('lab-announcement');
  if (!place) {
    place = Object.assign(document.createElement('div'), { id: 'lab-announcement', className: 'lab-for-ears' });
    place.setAttribute('role', 'status');
    document.body.append(place);
  }
  const said = window.labSaid ??= {};
  if (said[data.about] === data.words) return;
  said[data.about] = data.words;
  // What is there from the beginning is not read out, so the words come after the place.
  setTimeout(() => { place.textContent = data.words; }, 100);
}
"""


def frame() -> None:
    """Mount what goes with every page; it takes no room."""
    component = st.components.v2.component("frame", html="<span></span>", js=_JS, isolate_styles=False)
    with st.container(key="frame"):
        component(
            key="frame_component",
            data={
                "theme": st.context.theme.type,
                "language": i18n.current().language.replace("_", "-"),
                "cookie": LANGUAGE_COOKIE if i18n.chosen() else None,
                "more": t("More: {field}", field="{field}"),
                "less": t("Less: {field}", field="{field}"),
                "help": t("Help: {field}", field="{field}"),
                "open": t("Choose: {field}", field="{field}"),
                "progress": t("Progress"),
                "library": PLOTLY_URL,
            },
            on_theme_change=_noticed,
            height=1,
        )


def _noticed() -> None:
    """Do nothing: the page runs again, and knows the new theme."""


def announce(words: str, about: str) -> None:
    """Have a screen reader say something, politely and once.

    Parameters
    ----------
    words : str
        Translated; said again only after other words about the same thing.
    about : str
        What the words are about, the id of a run, say.
    """
    component = st.components.v2.component("announce", html="<span></span>", js=_ANNOUNCE, isolate_styles=False)
    with st.container(key="announce"):
        component(key="announce_component", data={"words": words, "about": about}, height=1)
