"""What a link begins with that somebody takes to another device."""

import pytest

from mnist_core.gateway.offered import Listening, OfferedAddress, offered_address
from mnist_core.settings import Settings

EVERYWHERE = Listening(address=None, port=8501)
LAN = "192.168.178.20"


def offered(seen: str, listening: Listening = EVERYWHERE, found: str | None = LAN, **settings: str) -> OfferedAddress:
    return offered_address(seen, Settings.model_validate(settings), listening, lambda: found)


@pytest.mark.parametrize(
    "seen", ["http://localhost:8501", "http://127.0.0.1:8501", "http://[::1]:8501", "http://0.0.0.0:8501"]
)
def test_who_opened_it_as_this_computer_is_offered_its_address_in_the_network(seen: str) -> None:
    assert offered(seen) == OfferedAddress(f"http://{LAN}:8501")
    assert offered(seen, Listening("0.0.0.0", 8501)) == OfferedAddress(f"http://{LAN}:8501")
    assert offered(seen, Listening("::", 8501)) == OfferedAddress(f"http://{LAN}:8501")


def test_the_port_the_path_and_the_scheme_are_the_servers() -> None:
    # A tunnel or a proxy of this computer has a port of its own, which phones don't reach.
    assert offered("http://localhost:9999", Listening(None, 8600, path="/lab/")).base == f"http://{LAN}:8600/lab"
    assert offered("https://localhost", Listening(None, 8443, secure=True)).base == f"https://{LAN}:8443"
    assert offered("https://localhost", Listening(None, 443, secure=True)).base == f"https://{LAN}"
    assert offered("http://localhost", Listening(None, 80)).base == f"http://{LAN}"


@pytest.mark.parametrize(
    "seen", ["https://lab.example.org/mnist", "http://192.168.1.5:8501", "http://lab.local:8501", ""]
)
def test_an_address_that_others_can_open_stays_as_the_browser_has_it(seen: str) -> None:
    assert offered(seen) == OfferedAddress(seen)


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "unix:/run/lab.sock"])
def test_a_server_that_answers_its_own_computer_alone_says_so(address: str) -> None:
    found = offered("http://localhost:8501", Listening(address, 8501))
    assert found.base == "http://localhost:8501"
    assert found.why_not_elsewhere is not None
    assert "--server.address 0.0.0.0" in found.why_not_elsewhere


def test_a_server_at_one_address_is_offered_by_that() -> None:
    assert offered("http://localhost:8501", Listening("10.0.0.9", 8501)) == OfferedAddress("http://10.0.0.9:8501")
    assert offered("http://localhost:8501", Listening("fd00::9", 8501)) == OfferedAddress("http://[fd00::9]:8501")


def test_without_an_address_in_a_network_it_says_what_to_set() -> None:
    found = offered("http://localhost:8501", found=None)
    assert found.base == "http://localhost:8501"
    assert found.why_not_elsewhere is not None
    assert "MNIST_LAB_PUBLIC_URL" in found.why_not_elsewhere


def test_no_address_is_offered_that_would_be_refused() -> None:
    refused = offered("http://localhost:8501", allowed_hosts="localhost")
    assert refused.base == "http://localhost:8501"
    assert refused.why_not_elsewhere is not None
    assert "because `MNIST_LAB_ALLOWED_HOSTS` lacks the address" in refused.why_not_elsewhere
    assert offered("http://localhost:8501", allowed_hosts=f"localhost, {LAN}") == OfferedAddress(f"http://{LAN}:8501")


@pytest.mark.parametrize("seen", ["http://localhost:8501", "http://192.168.1.5:8501", ""])
@pytest.mark.parametrize("listening", [EVERYWHERE, Listening("127.0.0.1", 8501)])
def test_the_public_address_is_always_taken(seen: str, listening: Listening) -> None:
    public = "https://lab.example.org/mnist"
    assert offered(seen, listening, public_url=f"{public}/") == OfferedAddress(public)
