"""The HTML of a page: Streamlit's, the same for all of them, with a word of ours and a cookie for who is new."""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OURS = (Path(__file__).parent / "closing.js").read_text(encoding="utf-8")
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# A page is 8 kB: asking whether it has changed saves nothing, and an answer "as you know it" brings no cookie.
_CONDITIONS = ("if-none-match", "if-modified-since", "if-range", "range", "accept-encoding")


async def whole_page(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    """Return the head and the whole body of an answer."""
    headers = MutableHeaders(scope=scope)
    for name in _CONDITIONS:
        del headers[name]
    head: Message = {}
    body = bytearray()

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            head.update(message)
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))

    await app(scope, receive, keep)
    return head, bytes(body)


@lru_cache(maxsize=4)
def completed(body: bytes, head: str) -> tuple[bytes, str]:
    """Return a page with our script before all others and `head` after them, and the sources of its inline scripts."""
    text = body.decode().replace("<head>", f"<head>\n    <script>\n{_OURS}</script>", 1)
    text = text.replace("</head>", f"{head}</head>", 1)
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in _INLINE.findall(text))
    return text.encode(), " ".join(f"'sha256-{value}'" for value in hashes)


async def send_page(send: Send, head: Message, body: bytes, headers: MutableHeaders) -> None:
    """Send a completed page with its headers."""
    for name in ("etag", "last-modified", "accept-ranges", "content-length"):
        del headers[name]
    if body:  # there is none where only the head was asked for
        headers["Content-Length"] = str(len(body))
    await send(head)
    await send({"type": "http.response.body", "body": body})
