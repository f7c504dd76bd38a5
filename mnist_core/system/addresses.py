"""Under which address other devices of the same network reach this computer, found without a word on the wire."""

import ipaddress
import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import psutil

_SECONDS = 20  # for which an address is believed: a laptop is carried to another network
# Kept for documentation (RFC 5737), so nobody has it. Nothing is sent there: a datagram socket that is "connected" only
# asks the system which of its own addresses it would use.
_ELSEWHERE = ("198.51.100.1", 9)
# Networks within this computer, and tunnels: no phone is in them.
_INSIDE = ("lo", "docker", "br-", "veth", "virbr", "vmnet", "vbox", "vethernet", "podman", "cni", "flannel", "cali")
_TUNNELS = ("tun", "tap", "utun", "wg", "ppp", "ipsec", "tailscale", "zt", "nordlynx")
# What Docker, Podman and systemd-nspawn leave there; many engines set the variable `container` too.
_CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"), Path("/run/systemd/container"))
_KERNEL = Path("/proc/sys/kernel/osrelease")


class InterfaceAddress(NamedTuple):
    """An IPv4 address of this computer.

    Attributes
    ----------
    interface : str
        Name of the interface: ``"wlan0"``.
    address : str
    """

    interface: str
    address: str


def lan_address() -> str | None:
    """Return the IPv4 address of this computer in its network; None where it is in none. Takes about a millisecond."""
    return _lan_address(int(time.monotonic() // _SECONDS))


@lru_cache(maxsize=1)
def _lan_address(_period: int) -> str | None:
    return None if in_container() or in_wsl() else reachable_address(address_of_route, interface_addresses)


def reachable_address(
    route: Callable[[], str | None], interfaces: Callable[[], Iterable[InterfaceAddress]]
) -> str | None:
    """Return the address that other devices of a network probably reach.

    Parameters
    ----------
    route : callable
        Returns the address with which this computer would go elsewhere, None where no way leads there.
    interfaces : callable
        Returns all addresses of interfaces that are up.

    Returns
    -------
    str or None
        A private IPv4 address: that of the route, unless it lies in a tunnel, or else the first of an interface.
    """
    known = list(interfaces())
    names = {one.address: one.interface for one in known}
    candidates = [route(), *(one.address for one in known)]
    return next((one for one in candidates if one and _is_private(one) and _is_outward(names.get(one, ""))), None)


def address_of_route() -> str | None:
    """Return the address with which the system would go elsewhere; nothing is sent."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(_ELSEWHERE)
        return str(asked.getsockname()[0])
    return None


def interface_addresses() -> Iterator[InterfaceAddress]:
    """Yield the IPv4 addresses of interfaces that are up; none where the system does not say."""
    try:
        states, found = psutil.net_if_stats(), psutil.net_if_addrs()
    except (OSError, RuntimeError):  # some sandboxes allow neither
        return
    for name, addresses in found.items():
        if name in states and not states[name].isup:
            continue
        for one in addresses:
            if one.family == socket.AF_INET:
                yield InterfaceAddress(name, one.address)


def in_container() -> bool:
    """Whether this process is in a container, whose own address nobody outside of its computer reaches."""
    told = "KUBERNETES_SERVICE_HOST" in os.environ or bool(os.environ.get("container"))  # noqa: SIM112
    return told or any(mark.exists() for mark in _CONTAINER_MARKS)


def in_wsl() -> bool:
    """Whether this process is in the Linux within Windows, whose own address only that Windows reaches."""
    try:
        return "microsoft" in _KERNEL.read_text(encoding="utf-8", errors="replace").lower()
    except OSError:  # another system
        return False


def is_loopback(host: str) -> bool:
    """Whether a name or address of a browser or of a server means the very computer that it is used on."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback)


def is_wildcard(host: str) -> bool:
    """Whether a host is "all addresses of this computer", which browsers take for this computer: ``0.0.0.0``."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return False


def _is_private(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    nobodys = is_loopback(text) or is_wildcard(text) or address.is_link_local
    return address.version == 4 and address.is_private and not nobodys


def _is_outward(interface: str) -> bool:
    return not interface.lower().startswith(_INSIDE + _TUNNELS)
