"""What the gateway is told about the pages behind it, and which of their addresses there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from mnist_core.gateway.caller import Caller

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Whose:
    """Whose a page or a file is: a visitor's, where a cookie says so, at an address."""

    visitor: str | None
    address: str


class HeldFiles(Protocol):
    """Uploaded files that the pages hold in memory."""

    def held(self) -> list[tuple[str, str, int]]:
        """Return session, file and bytes of each, the oldest of a session first."""

    def is_open(self, session: str) -> bool:
        """Whether a session's page is open."""

    def let_go(self, session: str, file: str) -> None:
        """Forget a file."""


@dataclass(frozen=True)
class Site:
    """The pages behind the gateway.

    Attributes
    ----------
    pages : frozenset of str
        Paths of the pages below the base path, without slashes; the first page is ``""``.
    files : HeldFiles
    base_path : str
        Path below which everything lies, such as ``"lab"``; mostly empty.
    upload_mb : int
        Largest file that may be uploaded, in MB.
    origins : frozenset of str or None
        Other sites whose scripts may act here (``"https://example.org"``); None: all.
    head : str
        HTML for the head of every page, without scripts.
    extras : mapping of str to ASGIApp
        What pages ask for while a visitor acts and can do without, such as answers while somebody draws, by its path:
        see `mnist_core.gateway.extras`.
    frames: mapping of str to ASGIApp
        What a page shows in a frame, with HTML of its own, by the path that all of it lies below.
    """

    pages: frozenset[str]
    files: HeldFiles
    base_path: str = ""
    upload_mb: int = 200
    origins: frozenset[str] | None = field(default_factory=frozenset)
    head: str = ""
    extras: Mapping[str, ASGIApp] = field(default_factory=dict)
    frames: Mapping[str, ASGIApp] = field(default_factory=dict)

    def frame(self, below: str) -> ASGIApp | None:
        """Return what answers a path below one of `frames`."""
        return next((app for path, app in self.frames.items() if below.startswith(f"{path}/")), None)

    @property
    def prefix(self) -> str:
        """The base path as addresses have it: ``"/lab"``, or empty."""
        base = self.base_path.strip("/")
        return f"/{base}" if base else ""

    def path(self, path: str) -> str:
        """Return a request's path with the base path, which a proxy may have taken away."""
        if self.prefix and path != self.prefix and not path.startswith(f"{self.prefix}/"):
            return self.prefix + path
        return path

    def below(self, path: str) -> str:
        """Return a path of `path` without base path and outer slashes."""
        return path.removeprefix(self.prefix).strip("/")

    def cookie_path(self, who: Caller) -> str:
        """Return the path below which the browser sees the pages."""
        return self.prefix or who.prefix or "/"

    def may_act(self, origin: str | None, who: Caller) -> bool:
        """Whether scripts of a page at `origin` may act for a visitor: those of our own pages, by host and by port.

        Cookies are the same for all ports of a host, so another program's page there would come with a visitor's
        cookie. Programs that are no browsers send no origin.
        """
        if origin is None or self.origins is None or origin in self.origins:
            return True
        theirs, ours = urlsplit(origin), urlsplit(f"//{who.host}")
        try:
            their_port, our_port = theirs.port, ours.port
        except ValueError:
            return False
        if theirs.scheme not in _DEFAULT_PORTS or (who.secure and theirs.scheme != "https"):
            return False
        default = _DEFAULT_PORTS[theirs.scheme]
        return theirs.hostname == ours.hostname and (their_port or default) == (our_port or default)


def is_host_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    """Whether a request's host is one of the names that are allowed; ``*.example.org`` is every name below it."""
    name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    return not allowed or any(
        name.endswith(pattern[1:]) if pattern.startswith("*.") else pattern in ("*", name) for pattern in allowed
    )
