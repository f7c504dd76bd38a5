"""What a browser knows before a page's first picture, so that nothing on it moves afterwards.

Streamlit's page is the same file for everybody: it fetches the code of each kind of widget when the first one of them
is to be shown, and until then shows something of another height.
"""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

# Widgets of our pages by the names of Streamlit's files; one that a later version calls otherwise comes a little later.
_WIDGETS = (
    *("BidiComponent", "Button", "ButtonGroup", "Checkbox", "DataFrame", "DownloadButton", "DynamicIcon", "Html"),
    *("Metric", "Multiselect", "NumberInput", "PageLink", "Pagination", "Progress", "Selectbox", "Slider"),
    *("StreamlitMarkdown", "TextInput"),
)
_STYLE = """
/* A page begins with its heading: what is there before has no width yet, and no sidebar beside it. */
[data-testid=stApp]:not([data-test-script-state=notRunning]):not(:has([data-testid=stMain] h1))
  [data-testid=stAppViewContainer],
/* What comes after a widget whose code is on its way waits for it, or it would be moved. */
:is([data-testid=stElementContainer]:not([height$=px]), [data-testid=stLayoutWrapper]):has([data-testid=stSkeleton])
  ~ :not([data-testid=stColumn]) { visibility: hidden; }
@keyframes lab-appear { from { opacity: 0; } }
"""
# For syllables that the fonts of `.streamlit/config.toml` lack: a browser fetches it once a page has some.
_FACE = """
@font-face { font-family: "Lab Korean"; font-weight: %s; font-display: swap;
  unicode-range: U+1100-11FF, U+3130-318F, U+AC00-D7A3; src: url(./%s) format("woff2"); }
"""


def head(library: str, fonts: Mapping[str, str]) -> str:
    """Return what goes into the head of every page.

    Parameters
    ----------
    library : str
        Address of what draws charts: fetched early, but after all that the first picture needs.
    fonts : mapping of str to str
        Addresses of the fonts for Korean by the weights that each is for, such as ``"100 549"``.
    """
    folder = Path(st.__file__).parent / "static/static/js"
    files = sorted(path.name for name in _WIDGETS for path in folder.glob(f"{name}.*.js"))
    # Streamlit writes its own rules later; within ":root" ours are the more specific ones.
    rules = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
    links = (f'<link rel="modulepreload" crossorigin href="./static/js/{name}">' for name in files)
    ahead = f'<link rel="preload" as="script" fetchpriority="low" href="./{library}">'
    faces = "".join(_FACE % face for face in fonts.items())
    return "".join((f"<style>{faces}{_STYLE}:root {{\n{rules}}}</style>", *links, ahead))
