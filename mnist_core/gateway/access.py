"""A line of the log for each request: what was asked and what came of it, never by whom."""

import time

from starlette.types import Message, Scope, Send

from mnist_core.gateway.site import Site
from mnist_core.system.saying import tell

_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
_FOLDERS = ("static", "component", "media", "app", "lab")
_OTHER = "(other)"  # anything else is what somebody typed


def told(scope: Scope, send: Send, site: Site) -> Send:
    """Return what sends an answer and logs it: an answer of HTTP at its end, a page's websocket as it opens and closes.

    Parameters
    ----------
    scope : Scope
        With the path as the site knows it.
    send : Send
    site : Site
    """
    began = time.monotonic()
    path = _path(site.below(scope["path"]), site)
    method = "WEBSOCKET" if scope["type"] == "websocket" else scope["method"]
    method = method if method in (*_METHODS, "WEBSOCKET") else _OTHER
    status = 0

    def line() -> None:
        seconds = round(time.monotonic() - began, 4)
        words = f"{method} {path} {status} {seconds} s"
        tell("request", words, method=method, path=path, status=status, seconds=seconds)

    async def telling(message: Message) -> None:
        nonlocal status
        await send(message)
        match message["type"]:
            case "http.response.start":
                status = message["status"]
            case "http.response.body" if not message.get("more_body"):
                line()
            case "websocket.accept":
                status = 101
                line()
            case "websocket.close":
                status = message.get("code", 1000)
                line()

    return telling


def _path(below: str, site: Site) -> str:
    """Return a path without what visitors typed and what opens their sessions: of files their folder only."""
    first, _, rest = below.partition("/")
    if below in site.pages or below in site.extras:
        return f"/{below}"
    if first == "_stcore":
        return f"/{first}/{rest.partition('/')[0]}"
    if first == "lab" and rest in ("health", "ready", "metrics"):
        return f"/{below}"
    return f"/{first}/…" if first in _FOLDERS else _OTHER
