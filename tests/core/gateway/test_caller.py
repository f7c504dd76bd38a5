"""Who calls, directly and behind proxies."""

import ipaddress
from typing import Any

import pytest

from mnist_core.gateway.caller import Caller, caller, name_address

PROXIES = (ipaddress.ip_network("127.0.0.1"), ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8"))


def scope(peer: str | None, *headers: tuple[str, str], scheme: str = "http") -> dict[str, Any]:
    return {
        "type": "http",
        "scheme": scheme,
        "client": (peer, 1234) if peer else None,
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
    }


def asked(peer: str | None, *headers: tuple[str, str], scheme: str = "http") -> Caller:
    return caller(scope(peer, *headers, scheme=scheme), PROXIES)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.7", (), "203.0.113.7"),
        ("203.0.113.7", ("198.51.100.1",), "203.0.113.7"),  # a stranger says who he is
        ("127.0.0.1", ("203.0.113.7",), "203.0.113.7"),
        ("127.0.0.1", (), "127.0.0.1"),
        ("127.0.0.1", ("1.1.1.1, 203.0.113.7",), "203.0.113.7"),  # the first was written by the client itself
        ("127.0.0.1", ("1.1.1.1", "203.0.113.7, 10.1.1.1"), "203.0.113.7"),
        ("127.0.0.1", ("10.9.9.9, 10.1.1.1",), "10.9.9.9"),
        ("127.0.0.1", ("203.0.113.7:5000",), "203.0.113.7"),
        ("127.0.0.1", ("nonsense",), "127.0.0.1"),
        ("127.0.0.1", ("nonsense, 10.1.1.1",), "10.1.1.1"),
        ("::ffff:127.0.0.1", ("203.0.113.7",), "203.0.113.7"),
        ("::ffff:203.0.113.7", (), "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", (), "2001:db8:1:2::/64"),
        ("fd00::1", ("[2001:db8:1:2:3:4:5:6]:443",), "2001:db8:1:2::/64"),
        ("fe80::1%eth0", (), "fe80::/64"),
        (None, ("203.0.113.7",), "local"),
        ("testclient", (), "local"),
    ],
)
def test_the_address_is_the_last_that_no_trusted_proxy_has(peer: str, forwarded: tuple[str, ...], address: str) -> None:
    assert asked(peer, *(("X-Forwarded-For", line) for line in forwarded)).address == address


def test_nobody_is_trusted_unless_a_setting_says_so() -> None:
    assert caller(scope("127.0.0.1", ("X-Forwarded-For", "203.0.113.7")), ()).address == "127.0.0.1"


@pytest.mark.parametrize(
    ("scheme", "said", "secure"),
    [("https", None, True), ("wss", None, True), ("http", None, False), ("ws", "https", True), ("http", "http", False)],
)
def test_https_is_known_from_the_connection_or_from_a_proxy(scheme: str, said: str | None, secure: bool) -> None:
    headers = [("X-Forwarded-Proto", said)] if said else []
    assert asked("203.0.113.7", *headers, scheme=scheme).secure is secure


def test_host_and_prefix_come_from_trusted_proxies_only() -> None:
    said = [("Host", "App:8501"), ("X-Forwarded-Host", "lab.example.org"), ("X-Forwarded-Prefix", "/lab/")]
    assert (asked("10.1.1.1", *said).host, asked("10.1.1.1", *said).prefix) == ("lab.example.org", "/lab")
    assert (asked("203.0.113.7", *said).host, asked("203.0.113.7", *said).prefix) == ("app:8501", "")
    assert asked("10.1.1.1", ("X-Forwarded-Prefix", "//evil.example")).prefix == ""


def test_the_address_is_written_over_what_the_client_wrote() -> None:
    request = scope("203.0.113.7", ("X-Mnist-Lab-Address", "1.1.1.1"), ("x-mnist-lab-address", "2.2.2.2"))
    name_address(request, "203.0.113.7")
    assert request["headers"] == [(b"x-mnist-lab-address", b"203.0.113.7")]
