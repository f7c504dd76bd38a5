"""With which address a link begins that somebody takes elsewhere: to a phone, onto a projector."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from mnist_core.gateway.site import is_host_allowed
from mnist_core.settings import Settings
from mnist_core.system.addresses import is_loopback, is_wildcard, lan_address
from mnist_core.text import Sentence

_NOBODY_ELSE: Sentence = (
    "Phones and other computers can't open this link, because the dashboard answers this computer alone: start it with "
    "`--server.address 0.0.0.0`, or set `MNIST_LAB_PUBLIC_URL` to an address that leads here."
)
_NO_ADDRESS: Sentence = (
    "Phones and other computers can't open this link, because this computer knows no address of its own in their "
    "network: set `MNIST_LAB_PUBLIC_URL` to one that leads here."
)
_NOT_ALLOWED: Sentence = (
    "Phones and other computers can't open this link, because `MNIST_LAB_ALLOWED_HOSTS` lacks the address that this "
    "computer has in their network: add it there, or set `MNIST_LAB_PUBLIC_URL` to one that leads here."
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Listening:
    """Where the server waits for browsers.

    Attributes
    ----------
    address : str or None
        The address that it was told to listen at; None: all of this computer.
    port : int
    secure : bool
        Whether it has a certificate itself.
    path : str
        The base path that everything lies below, such as ``"lab"``; mostly empty.
    """

    address: str | None
    port: int
    secure: bool = False
    path: str = ""


@dataclass(frozen=True)
class OfferedAddress:
    """Where the dashboard begins, for a link to copy.

    Attributes
    ----------
    base : str
        Without a slash at the end.
    why_not_elsewhere : Sentence or None
        Why it works on this computer alone, and what to do; None where other devices can open it.
    """

    base: str
    why_not_elsewhere: Sentence | None = None


def offered_address(
    seen: str, settings: Settings, listening: Listening, find: Callable[[], str | None] = lan_address
) -> OfferedAddress:
    """Return what links begin with.

    Parameters
    ----------
    seen : str
        Where the dashboard begins by the visitor's browser, ``"http://localhost:8501"``; empty where nobody knows.
    settings : Settings
        With `public_url`, which is always taken, and the names that the dashboard answers under.
    listening : Listening
    find : callable
        Returns the address of this computer in its network, or None.
    """
    if settings.public_url is not None:
        return OfferedAddress(settings.public_url.rstrip("/"))
    host = urlsplit(seen).hostname or ""
    if not is_loopback(host) and not is_wildcard(host):
        return OfferedAddress(seen)
    given = listening.address or "0.0.0.0"  # noqa: S104
    if is_loopback(given) or given.startswith("unix:"):
        return OfferedAddress(seen, _NOBODY_ELSE)
    address = find() if is_wildcard(given) else given
    if address is None:
        return OfferedAddress(seen, _NO_ADDRESS)
    if not is_host_allowed(f"[{address}]" if ":" in address else address, settings.host_names):
        return OfferedAddress(seen, _NOT_ALLOWED)
    return OfferedAddress(_origin(address, listening))


def _origin(address: str, listening: Listening) -> str:
    scheme = "https" if listening.secure else "http"
    host = f"[{address}]" if ":" in address else address
    port = "" if listening.port == _DEFAULT_PORTS[scheme] else f":{listening.port}"
    path = listening.path.strip("/")
    return f"{scheme}://{host}{port}" + (f"/{path}" if path else "")
