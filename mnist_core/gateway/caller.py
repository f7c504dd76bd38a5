"""Who calls: the address behind proxies, the scheme and the host that the browser sees."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Scope

from mnist_core.settings import Network

ADDRESS_HEADER = "x-mnist-lab-address"
_IPV6_PREFIX = 64  # what one household or one computer gets: it may use any address in it
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Caller:
    """Where a request comes from.

    Attributes
    ----------
    address : str
        The client's address; of an IPv6 address its network of 64 bits. ``"local"`` for a Unix socket.
    secure : bool
        Whether the browser speaks HTTPS, to us or to a proxy.
    host : str
        The host that the browser asked for, in small letters, with its port where it is not the scheme's own.
    prefix : str
        The path that a proxy takes away before it passes a request on, such as ``/lab``; mostly empty.
    """

    address: str
    secure: bool
    host: str
    prefix: str


def caller(scope: Scope, trusted: Iterable[Network]) -> Caller:
    """Return who calls; what a proxy says is believed only where it comes from a trusted network."""
    headers = Headers(scope=scope)
    peer = _parse((scope.get("client") or ("",))[0])
    networks = tuple(trusted)
    proxy = peer is not None and _is_in(peer, networks)
    host = headers.get("host", "")
    if proxy:
        host = _first(headers.get("x-forwarded-host")) or host
    prefix = _first(headers.get("x-forwarded-prefix")) if proxy else ""
    # Believed from anybody: it only makes our own cookie stricter, for the one who asks.
    secure = scope["scheme"] in ("https", "wss") or _first(headers.get("x-forwarded-proto")) == "https"
    return Caller(
        address=_text(_client(peer, headers.getlist("x-forwarded-for"), networks)),
        secure=secure,
        host=host.lower(),
        prefix=prefix.rstrip("/") if prefix.startswith("/") and not prefix.startswith("//") else "",
    )


def name_address(scope: Scope, address: str) -> None:
    """Write the client's address into the request's headers, over whatever the client wrote there itself."""
    headers = MutableHeaders(scope=scope)
    del headers[ADDRESS_HEADER]
    headers[ADDRESS_HEADER] = address


def _client(peer: Address | None, forwarded: list[str], trusted: tuple[Network, ...]) -> Address | None:
    """Return the last address that no trusted proxy has; each proxy adds the one that it saw at the end."""
    client = peer
    hops = [hop for line in forwarded for hop in line.split(",")]
    while client is not None and _is_in(client, trusted) and hops:
        hop = _parse(hops.pop())
        if hop is None:
            break
        client = hop
    return client


@lru_cache(maxsize=1024)
def _parse(text: str) -> Address | None:
    """Read an address as proxies write it: bare, with a port, or in brackets; IPv4 within IPv6 becomes IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


def _text(address: Address | None) -> str:
    if address is None:
        return "local"
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, _IPV6_PREFIX), strict=False))


def _first(value: str | None) -> str:
    return (value or "").partition(",")[0].strip()
