"""The address under which other devices reach this computer: found with fakes for the network, and once for real."""

import socket
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from mnist_core.system import addresses
from mnist_core.system.addresses import (
    InterfaceAddress,
    address_of_route,
    in_container,
    in_wsl,
    interface_addresses,
    is_loopback,
    is_wildcard,
    lan_address,
    reachable_address,
)

LOOPBACK = InterfaceAddress("lo", "127.0.0.1")
WLAN = InterfaceAddress("wlan0", "192.168.178.20")
DOCKER = InterfaceAddress("docker0", "172.17.0.1")
VPN = InterfaceAddress("tun0", "10.8.0.2")


@pytest.mark.parametrize(
    ("route", "interfaces", "found"),
    [
        ("192.168.178.20", [LOOPBACK, WLAN], "192.168.178.20"),
        ("10.1.2.3", [LOOPBACK, InterfaceAddress("eth0", "10.1.2.3"), WLAN], "10.1.2.3"),
        ("10.8.0.2", [LOOPBACK, VPN, DOCKER, WLAN], "192.168.178.20"),  # all goes through a tunnel
        (None, [LOOPBACK, DOCKER, WLAN], "192.168.178.20"),  # a network without a way out of it
        ("172.20.1.1", [], "172.20.1.1"),  # the system names no interfaces
        (None, [], None),
        (None, [LOOPBACK], None),
        ("127.0.0.1", [LOOPBACK, DOCKER, VPN], None),
        ("0.0.0.0", [LOOPBACK], None),
        ("169.254.7.7", [InterfaceAddress("eth0", "169.254.7.7")], None),  # nobody gave it an address
        ("8.8.8.8", [InterfaceAddress("eth0", "8.8.8.8")], None),  # not of a network of its own
        ("nonsense", [InterfaceAddress("eth0", "fe80::1")], None),
    ],
)
def test_the_address_is_a_private_one_that_others_can_reach(
    route: str | None, interfaces: list[InterfaceAddress], found: str | None
) -> None:
    assert reachable_address(lambda: route, lambda: interfaces) == found


class FakeSocket:
    """A datagram socket that tells what it was asked, and can't send."""

    asked: list[object] = []
    own = "192.168.1.7"
    error: OSError | None = None

    def __init__(self, family: int, kind: int) -> None:
        assert (family, kind) == (socket.AF_INET, socket.SOCK_DGRAM)

    def __enter__(self) -> "FakeSocket":
        return self

    def __exit__(self, *_: object) -> None:
        self.asked.append("closed")

    def connect(self, where: tuple[str, int]) -> None:
        self.asked.append(where)
        if self.error is not None:
            raise self.error

    def getsockname(self) -> tuple[str, int]:
        return self.own, 40_000


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[FakeSocket]]:
    """Return the class of the sockets that this computer has for a test."""

    class Sockets(FakeSocket):
        asked: list[object] = []

    monkeypatch.setattr(socket, "socket", Sockets)
    monkeypatch.setattr(addresses, "in_container", lambda: False)
    monkeypatch.setattr(addresses, "in_wsl", lambda: False)
    addresses._lan_address.cache_clear()
    yield Sockets
    addresses._lan_address.cache_clear()  # nobody else is told of a network that is none


def test_the_system_is_asked_for_its_way_and_nothing_is_sent(network: type[FakeSocket]) -> None:
    assert address_of_route() == "192.168.1.7"
    assert network.asked == [("198.51.100.1", 9), "closed"]  # a fake socket can neither send nor wait


def test_without_a_network_there_is_no_address(network: type[FakeSocket], monkeypatch: pytest.MonkeyPatch) -> None:
    network.error = OSError(101, "Network is unreachable")
    monkeypatch.setattr(psutil, "net_if_addrs", dict)
    assert address_of_route() is None
    assert lan_address() is None


def test_interfaces_that_are_down_and_other_families_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    one, state = namedtuple("one", "family address"), namedtuple("state", "isup")
    found = {
        "eth0": [one(socket.AF_INET, "10.0.0.9")],
        "wlan0": [one(socket.AF_INET6, "fe80::1"), one(socket.AF_INET, "192.168.1.7")],
    }
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: found)
    monkeypatch.setattr(psutil, "net_if_stats", lambda: {"eth0": state(False), "wlan0": state(True)})
    assert list(interface_addresses()) == [InterfaceAddress("wlan0", "192.168.1.7")]


def test_where_interfaces_are_not_told_the_way_is_enough(
    network: type[FakeSocket], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> None:
        raise PermissionError

    monkeypatch.setattr(psutil, "net_if_stats", refused)
    assert list(interface_addresses()) == []
    assert lan_address() == "192.168.1.7"


def test_an_address_is_kept_for_a_short_time_as_networks_change(
    network: type[FakeSocket], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(addresses.time, "monotonic", lambda: now)
    monkeypatch.setattr(psutil, "net_if_addrs", dict)
    assert {lan_address() for _ in range(5)} == {"192.168.1.7"}
    assert len(network.asked) == 2
    network.own = "10.0.0.4"
    assert lan_address() == "192.168.1.7"
    now += 60
    assert lan_address() == "10.0.0.4"


@pytest.mark.parametrize("place", ["in_container", "in_wsl"])
def test_the_address_of_a_container_is_nobodys(
    place: str, network: type[FakeSocket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, place, lambda: True)
    assert lan_address() is None
    assert network.asked == []


def test_a_container_is_known_by_what_engines_leave_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_CONTAINER_MARKS", (tmp_path / "mark",))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.delenv("container", raising=False)
    assert not in_container()
    monkeypatch.setenv("container", "podman")
    assert in_container()
    monkeypatch.delenv("container")
    (tmp_path / "mark").touch()
    assert in_container()
    (tmp_path / "mark").unlink()
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    assert in_container()


@pytest.mark.parametrize(
    ("kernel", "within"),
    [("5.15.153.1-microsoft-standard-WSL2\n", True), ("4.4.0-19041-Microsoft\n", True), ("6.1.0-18-amd64\n", False)],
)
def test_the_linux_within_windows_is_known_by_its_kernel(
    kernel: str, within: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "_KERNEL", tmp_path / "osrelease")
    assert not in_wsl(), "another system has no such file"
    (tmp_path / "osrelease").write_text(kernel)
    assert in_wsl() is within


def test_this_computer_answers_too() -> None:
    own = {one.address for one in interface_addresses()}
    assert "127.0.0.1" in own, "which every computer has"
    assert address_of_route() in own | {None}
    assert reachable_address(address_of_route, interface_addresses) in own - {"127.0.0.1"} | {None}


@pytest.mark.parametrize("host", ["localhost", "LocalHost.", "lab.localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"])
def test_names_of_the_very_computer_are_known(host: str) -> None:
    assert is_loopback(host)


def test_ipv4_within_ipv6_is_the_very_computer_too() -> None:
    assert is_loopback("::ffff:127.0.0.1")


@pytest.mark.parametrize("host", ["localhost.example.org", "192.168.1.7", "0.0.0.0", "::", "lab", "", "fe80::1%eth0"])
def test_other_names_are_others(host: str) -> None:
    assert not is_loopback(host)
    assert is_wildcard(host) == (host in ("0.0.0.0", "::"))
