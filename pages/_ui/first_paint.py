"""What a browser knows before a page's first picture, so that nothing on it moves afterwards.

Streamlit's page is the same file for everybody: it fetches the code of each kind of widget when the first one of them
is to be shown, and until then shows something of another height.
"""

from functools import lru_cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Widgets of our pages by the names of Streamlit's files; one that a later version calls otherwise comes a little later.
_WIDGETS = (
    *("BidiComponent", "Button", "ButtonGroup", "Checkbox", "DataFrame", "DownloadButton", "DynamicIcon", "Html"),
    *("Metric", "Multiselect", "NumberInput", "PageLink", "Pagination", "Progress", "Selectbox", "Slider"),
    *("StreamlitMarkdown", "TextInput"),
)
_STYLE = """<style>
/* A page begins with its heading: what is there before has no width yet, and no sidebar beside it. */
[data-testid=stApp]:not([data-test-script-state=notRunning]):not(:has([data-testid=stMain] h1))
  [data-testid=stAppViewContainer],
/* What comes after a widget whose code is on its way waits for it, or it would be moved. */
:is([data-testid=stElementContainer]:not([height$=px]), [data-testid=stLayoutWrapper]):has([data-testid=stSkeleton])
  ~ :not([data-testid=stColumn]) { visibility: hidden; }
</style>
"""


@lru_cache(maxsize=1)
def _head() -> bytes:
    """Return what goes into the head of every page."""
    folder = Path(st.__file__).parent / "static/static/js"
    files = sorted(path.name for name in _WIDGETS for path in folder.glob(f"{name}.*.js"))
    links = (f'<link rel="modulepreload" crossorigin href="./static/js/{name}">' for name in files)
    return "".join((_STYLE, *links)).encode()


class FirstPaint:
    """Puts a style and the addresses of widgets into the head of pages.

    A page is sent whole each time, without a mark by which a browser could keep the one of another version.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and complete the page that comes back, if it is one."""
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        unwanted = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
        scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] not in unwanted]}
        started: Message | None = None
        body = b""

        async def send_completed(message: Message) -> None:
            nonlocal started, body
            if message["type"] == "http.response.start":
                if (
                    message["status"] == 200
                    and Headers(raw=message["headers"]).get("content-type", "")[:9] == "text/html"
                ):
                    started = message
                    return
            elif started is not None and message["type"] == "http.response.body":
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                headers = MutableHeaders(scope=started)
                del headers["etag"], headers["last-modified"]
                if scope["method"] != "HEAD":
                    body = body.replace(b"</head>", _head() + b"</head>", 1)
                    headers["content-length"] = str(len(body))
                await send(started)
                message = {"type": "http.response.body", "body": body}
            await send(message)

        await self._app(scope, receive, send_completed)
