"""What the server answers besides pages, and what the gateway around them is told."""

from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import plotly
import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from streamlit import runtime

from mnist_core.gateway import Site
from pages._ui.shell.first_paint import head

_PAGES = Path(__file__).parents[2]
_YEAR = 365 * 24 * 3600
# plotly.js comes with plotly.py; its version in the address makes the browser's copy safe to keep.
PLOTLY_URL = f"lab/plotly.min.js?v={plotly.__version__}"
# Where a canvas asks while somebody draws: see `pages/_ui/reading/pen.py`.
PEN_PATH = "lab/pen"
# For components: fetches it once, however many of them wait for it.
LOAD_PLOTLY = """
const load = (url) => window.labPlotly ??= new Promise((resolve, reject) => {
  if (window.Plotly) return resolve(window.Plotly);
  const script = document.createElement('script');
  script.src = new URL(url, document.baseURI);
  script.onload = () => resolve(window.Plotly);
  script.onerror = () => { window.labPlotly = null; reject(); };
  document.head.appendChild(script);
});
"""


async def health(_request: Request) -> Response:
    """Answer that the server lives."""
    return JSONResponse({"status": "ok"})


async def plotly_js(_request: Request) -> Response:
    """Serve the plotly.js that plotly.py ships, kept by the browser for a year."""
    return FileResponse(
        _plotly_path(),
        media_type="text/javascript",
        headers={"Cache-Control": f"public, max-age={_YEAR}, immutable"},
    )


@lru_cache(maxsize=1)
def _plotly_path() -> Path:
    return Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


class _Files:
    """The uploaded files that Streamlit holds, as the gateway looks after them."""

    def held(self) -> list[tuple[str, str, int]]:
        stored = _manager().file_storage if runtime.exists() else {}
        return [(session, file.file_id, len(file.data)) for session in list(stored) for file in _of(stored, session)]

    def is_open(self, session: str) -> bool:
        return runtime.exists() and runtime.get_instance().is_active_session(session)

    def let_go(self, session: str, file: str) -> None:
        _manager().remove_file(session, file)


def _manager() -> Any:
    return runtime.get_instance().uploaded_file_mgr


def _of(stored: dict[str, dict[str, Any]], session: str) -> list[Any]:
    return list(stored.get(session, {}).values())


def site() -> Site:
    """Return what the gateway has to know about the pages."""
    everyone = not st.get_option("server.enableCORS")
    return Site(
        pages=frozenset({"", *(path.stem for path in _PAGES.glob("[!_]*.py") if path.stem != "home")}),
        files=_Files(),
        base_path=st.get_option("server.baseUrlPath"),
        origins=None if everyone else frozenset(st.get_option("server.corsAllowedOrigins")),
        head=head(),
        extras=frozenset({PEN_PATH}),
    )


def routes(answer_pen: Callable[[Request], Awaitable[Response]]) -> list[Route]:
    """Return the addresses that are no pages; `answer_pen` answers what pens ask."""
    prefix = site().prefix
    return [
        Route(f"{prefix}/lab/health", health),
        Route(f"{prefix}/lab/plotly.min.js", plotly_js),
        Route(f"{prefix}/{PEN_PATH}", answer_pen, methods=["POST"]),
    ]
