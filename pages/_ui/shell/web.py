"""What the server answers besides pages, and what the gateway around them is told."""

import gzip
from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import plotly
import streamlit as st
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route, request_response
from streamlit import runtime

from mnist_core.gateway import Site
from pages._ui.shell import seen
from pages._ui.shell.first_paint import head
from pages._ui.shell.framed_board import BOARDS_PATH, answer_board

_PAGES = Path(__file__).parents[2]
_YEAR = 365 * 24 * 3600
# Where a canvas asks while somebody draws: see `pages/_ui/reading/pen.py`.
PEN_PATH = "lab/pen"
# The part of plotly.js for axes at right angles, a third of it, which a browser has ready in a third of the time (npm:
# plotly.js-cartesian-dist-min, MIT). All of it comes with plotly.py. The versions in their addresses make the browser's
# copies safe to keep.
_PART, _WHOLE = Path(__file__).parent / "plotly-cartesian.min.js", "package_data/plotly.min.js"
PLOTLY_URL = "lab/plotly-cartesian.min.js?v=4.1.1"
WHOLE_PLOTLY_URL = f"lab/plotly.min.js?v={plotly.__version__}"
# Pretendard 1.3.9, the subset of 2,350 Korean syllables (npm: pretendard, OFL 1.1; `fonts/LICENSE.txt`), by weights.
_FONTS = Path(__file__).parent / "fonts"
_KOREAN = {
    weights: f"lab/fonts/Pretendard-{name}.subset.woff2?v=1.3.9"
    for weights, name in (("100 549", "Regular"), ("550 900", "SemiBold"))
}
# For components: fetches one of them once, however many wait for it.
LOAD_PLOTLY = """
const load = (url) => (window.labPlotly ??= {})[url] ??= new Promise((resolve, reject) => {
  const script = document.createElement('script');
  script.src = new URL(url, document.baseURI);
  script.onload = () => resolve(window.Plotly);
  script.onerror = () => { window.labPlotly[url] = null; reject(); };
  document.head.appendChild(script);
});
"""


async def plotly_js(request: Request) -> Response:
    """Serve plotly.js or its part, kept by the browser for a year."""
    path = _PART if "cartesian" in request.url.path else Path(plotly.__file__).parent / _WHOLE
    headers = {"Cache-Control": f"public, max-age={_YEAR}, immutable", "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return FileResponse(path, media_type="text/javascript", headers=headers)
    packed = await to_thread.run_sync(_packed, path)
    return Response(packed, media_type="text/javascript", headers={**headers, "Content-Encoding": "gzip"})


async def font(request: Request) -> Response:
    """Serve a font of ours, kept by the browser for a year."""
    headers = {"Cache-Control": f"public, max-age={_YEAR}, immutable"}
    return FileResponse(_FONTS / Path(request.url.path).name, media_type="font/woff2", headers=headers)


@lru_cache(maxsize=2)  # packed once, not for every new visitor
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes())


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


def site(answer_pen: Callable[[Request], Awaitable[Response]]) -> Site:
    """Return what the gateway has to know about the pages; `answer_pen` answers what pens ask."""
    everyone = not st.get_option("server.enableCORS")
    return Site(
        pages=frozenset({"", *(path.stem for path in _PAGES.glob("[!_]*.py") if path.stem != "home")}),
        files=_Files(),
        base_path=st.get_option("server.baseUrlPath"),
        upload_mb=st.get_option("server.maxUploadSize"),
        origins=None if everyone else frozenset(st.get_option("server.corsAllowedOrigins")),
        head=head(PLOTLY_URL, _KOREAN),
        extras={PEN_PATH: request_response(answer_pen)},
        frames={BOARDS_PATH: request_response(answer_board)},
    )


def routes(prefix: str) -> list[Route]:
    """Return the other addresses that are no pages, below the site's prefix."""
    # Whoever probes knows of no prefix. The gateway adds it, but for "/lab" that would be there already.
    probes = seen.routes("") if prefix == "/lab" else []
    return [
        *probes,
        *seen.routes(prefix),
        Route(f"{prefix}/lab/plotly.min.js", plotly_js),
        Route(f"{prefix}/lab/plotly-cartesian.min.js", plotly_js),
        *(Route(f"{prefix}/lab/fonts/{path.name}", font) for path in _FONTS.glob("*.woff2")),
    ]
