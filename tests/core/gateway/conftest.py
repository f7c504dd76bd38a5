"""Requests without a server: an application that remembers what reached it, with the gateway around it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from mnist_core.gateway import Gateway, Site
from mnist_core.settings import Settings

HTML = b"<html><head><script>\n window.ready = false\n</script></head><body></body></html>"
XSRF = "_streamlit_xsrf=2|a|b|1; Path=/; SameSite=Lax"
PAGES = frozenset({"", "train", "draw"})


class Files:
    """Uploaded files in a dict."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], int] = {}
        self.closed: set[str] = set()

    def held(self) -> list[tuple[str, str, int]]:
        return [(*names, size) for names, size in self.stored.items()]

    def is_open(self, session: str) -> bool:
        return session not in self.closed

    def let_go(self, session: str, file: str) -> None:
        del self.stored[session, file]


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def __getitem__(self, name: str) -> str:
        return dict(self.headers)[name]

    def get(self, name: str) -> str | None:
        return dict(self.headers).get(name)


@dataclass
class Lab:
    """The gateway, the app behind it, and what reached that."""

    gateway: Gateway
    files: Files
    reached: list[dict[str, Any]] = field(default_factory=list)

    def get(self, path: str, **more: Any) -> Answer:
        return self.ask("GET", path, **more)

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **scope: Any) -> Answer:
        return asyncio.run(self._ask(method, path, headers or {}, scope))

    async def _ask(self, method: str, path: str, headers: dict[str, str], more: dict[str, Any]) -> Answer:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.gateway(request("http", path, headers, method=method, **more), receive, send)
        head, *body = sent
        return Answer(
            head["status"],
            [(name.decode(), value.decode()) for name, value in head["headers"]],
            b"".join(part.get("body", b"") for part in body),
        )


def request(kind: str, path: str, headers: dict[str, str], **more: Any) -> dict[str, Any]:
    path, _, query = path.partition("?")
    lines = [(name.lower().encode(), value.encode()) for name, value in ({"Host": "lab:8501"} | headers).items()]
    scheme = "http" if kind == "http" else "ws"
    return {
        "type": kind,
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "client": ("203.0.113.7", 1),
        "headers": lines,
    } | more


def pages_app(lab: "list[Lab]") -> Callable[..., Any]:
    """Answer as Streamlit does: HTML for every path that is nothing else."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        lab[0].reached.append(scope)
        if scope["path"].endswith("lab/health"):
            kind, body = b"application/json", b"{}"
        elif "_stcore/" in scope["path"]:
            kind, body = b"text/plain", b"ok"
            if scope["method"] == "PUT":
                *_, session, file = scope["path"].split("/")
                lab[0].files.stored[session, file] = int(dict(scope["headers"])[b"content-length"])
        else:
            kind, body = b"text/html; charset=utf-8", HTML
        headers = [(b"content-type", kind), (b"etag", b'"1"'), (b"cache-control", b"no-cache")]
        if scope["path"].endswith("_stcore/health"):
            headers.append((b"set-cookie", XSRF.encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


@pytest.fixture
def make_lab() -> Callable[..., Lab]:
    """Return a function that puts a gateway of given settings around the app."""

    def make(site: dict[str, Any] | None = None, **settings: Any) -> Lab:
        holder: list[Lab] = []
        files = Files()
        gateway = Gateway(pages_app(holder), Settings(**settings), Site(pages=PAGES, files=files, **(site or {})))
        holder.append(Lab(gateway, files))
        return holder[0]

    return make


@pytest.fixture
def lab(make_lab: Callable[..., Lab]) -> Lab:
    return make_lab()
