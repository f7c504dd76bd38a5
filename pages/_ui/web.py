"""What the server answers besides pages: health, plotly.js, cookies and security headers."""

import secrets
from functools import lru_cache
from pathlib import Path

import plotly
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

VISITOR_COOKIE = "mnist_lab_visitor"
_YEAR = 365 * 24 * 3600
# plotly.js comes with plotly.py; its version in the address makes the browser's copy safe to keep.
PLOTLY_URL = f"lab/plotly.min.js?v={plotly.__version__}"
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


class VisitorMiddleware:
    """Gives each browser a random cookie, and every response a few protective headers.

    The cookie is the visitor's only proof of owning a run, so scripts can't read it and it never
    appears in a link.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and complete its response's headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        known = VISITOR_COOKIE in HTTPConnection(scope).cookies

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("X-Frame-Options", "SAMEORIGIN")
                if not known and headers.get("content-type", "").startswith("text/html"):
                    headers.append(
                        "Set-Cookie",
                        f"{VISITOR_COOKIE}={secrets.token_urlsafe(24)}; Path=/; Max-Age={_YEAR}; "
                        "HttpOnly; SameSite=Lax",
                    )
            await send(message)

        await self._app(scope, receive, send_with_headers)
