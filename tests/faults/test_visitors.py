"""Somebody who throws cookies away, against the others: with real sockets, through a proxy that says whose they are."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from string import ascii_letters

import pytest
import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from mnist_core.engine.fairness import fair_order
from mnist_core.settings import Settings
from mnist_core.store import RunState, Store
from tests.serving import Server, running_server
from tests.sockets import connect

pytestmark = pytest.mark.slow
ATTACKER, SOMEBODY = "198.51.100.7", "203.0.113.5"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    home = tmp_path / "home"
    with running_server(
        home, MNIST_LAB_WARM_SPARE="0", MNIST_LAB_SLOTS="1", MNIST_LAB_TRUSTED_PROXIES="127.0.0.1"
    ) as server:
        requests.get(server.url, timeout=30)
        yield server


@pytest.fixture
def store(server: Server) -> Iterator[Store]:
    store = Store(Settings(home=server.home, offline=True))
    yield store
    store.close()


async def look(socket: object, message: BackMsg) -> str:
    """Let a page run and return the id of its button that starts a training, or nothing."""
    await socket.send(message.SerializeToString())  # type: ignore[attr-defined]
    found = ""
    async for raw in socket:  # type: ignore[attr-defined]
        said = ForwardMsg()
        said.ParseFromString(raw)
        if said.delta.new_element.button.id.endswith("train_start"):
            found = said.delta.new_element.button.id
        if said.WhichOneof("type") == "script_finished":
            return found
    raise AssertionError("the page was cut off")


async def start_a_run(server: Server, cookie: str, address: str) -> None:
    """Open the page Train with a cookie, and click on Start."""
    async with connect(server, cookie, **{"X-Forwarded-For": address}) as socket:
        page = BackMsg()
        page.rerun_script.page_name, page.rerun_script.query_string = "train", "run=new"
        button = await look(socket, page)
        assert button
        state = page.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = button, True
        await look(socket, page)


def waiting(store: Store) -> list[str | None]:
    """Return whose runs wait, in the order in which they begin."""
    queued = store.find(states=[RunState.QUEUED], limit=1000)
    return [record.owner for record in fair_order(queued, store.find(states=[RunState.RUNNING]), 1)]


def test_forty_runs_of_twenty_cookies_keep_nobody_from_another_address_waiting(server: Server, store: Store) -> None:
    async def attack() -> None:
        for cookie in ascii_letters[:21]:
            for _ in range(2):
                await start_a_run(server, cookie, ATTACKER)

    asyncio.run(attack())
    before = waiting(store)
    assert 30 <= len(before) <= 40, "what new visitors of one address may have waiting together"
    asyncio.run(start_a_run(server, "z", SOMEBODY))
    after = waiting(store)
    if len(after) > len(before):  # else it has begun already
        (newcomer,) = set(after) - set(before)
        assert after[0] == newcomer
    assert {record.address for record in store.find(limit=100)} == {
        store.hashed_address(ATTACKER),
        store.hashed_address(SOMEBODY),
    }
