"""Somebody who throws cookies away, against the others: with real sockets, through a proxy that says whose they are."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from string import ascii_letters
from urllib.parse import urlsplit

import pytest
import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from mnist_core.config import DataConfig, Dense, NetworkConfig, RunConfig, TrainConfig
from mnist_core.config.links import settings_address
from mnist_core.engine.fairness import fair_order
from mnist_core.settings import Settings
from mnist_core.store import RunState, Store
from tests.serving import Server, running_server
from tests.sockets import connect, in_a_loop

pytestmark = pytest.mark.slow
# Longer than the test: runs that end make room in the queue.
LONG = RunConfig(
    data=DataConfig(dataset="digits"),
    model=NetworkConfig(layers=(Dense(units=256),)),
    train=TrainConfig(epochs=200, batch_size=1),
)
ATTACKER, SOMEBODY = "198.51.100.7", "203.0.113.5"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    home = tmp_path / "home"
    with running_server(
        home,
        MNIST_LAB_WARM_SPARE="0",
        MNIST_LAB_SLOTS="1",
        MNIST_LAB_TRUSTED_PROXIES="127.0.0.1",
        MNIST_LAB_NEWCOMERS="8",
    ) as server:
        requests.get(server.url, timeout=240)
        yield server


@pytest.fixture
def store(server: Server) -> Iterator[Store]:
    store = Store(Settings(home=server.home, offline=True))
    yield store
    store.close()


async def start_a_run(server: Server, cookie: str, address: str) -> bool:
    """Open the page Train with a cookie, and click on Start; return whether a run was begun or refused in words."""
    async with asyncio.timeout(120), connect(server, cookie, **{"X-Forwarded-For": address}) as socket:
        page = BackMsg()
        page.rerun_script.page_name = "train"
        page.rerun_script.query_string = urlsplit(settings_address(server.url, LONG, None)).query
        button = None
        await socket.send(page.SerializeToString())
        async for raw in socket:
            said = ForwardMsg()
            said.ParseFromString(raw)
            element = said.delta.new_element
            if element.button.id.endswith("train_start"):
                button = element.button
            ended = said.WhichOneof("type") == "script_finished" and said.script_finished == said.FINISHED_SUCCESSFULLY
            if ended and not page.rerun_script.widget_states.widgets:
                if (
                    button is None or button.disabled
                ):  # the dataset is still prepared: the page looks again, as a browser's
                    await asyncio.sleep(0.2)
                else:
                    state = page.rerun_script.widget_states.widgets.add()
                    state.id, state.trigger_value = button.id, True
                await socket.send(page.SerializeToString())
            elif said.page_info_changed.query_string.startswith("run=2"):  # the address names the run
                return True
            elif element.alert.format == element.alert.ERROR:
                return False
    raise AssertionError("the page was cut off")


def waiting(store: Store) -> list[str | None]:
    """Return whose runs wait, in the order in which they begin."""
    queued = store.runs.find(states=[RunState.QUEUED], limit=1000)
    return [record.owner for record in fair_order(queued, store.runs.find(states=[RunState.RUNNING]), 1)]


def test_many_runs_of_many_cookies_keep_nobody_from_another_address_waiting(server: Server, store: Store) -> None:
    async def attack() -> list[bool]:
        return [await start_a_run(server, cookie, ATTACKER) for cookie in ascii_letters[:7] for _ in range(2)]

    begun = in_a_loop(attack())
    assert begun[:8] == [True] * 8, "what new visitors of one address may have waiting together"
    assert not begun[-1]
    assert in_a_loop(start_a_run(server, "z", SOMEBODY))
    (newcomer,) = [
        record for record in store.runs.find(limit=100) if record.address == store.visitors.hashed_address(SOMEBODY)
    ]
    assert newcomer.state is not RunState.QUEUED or waiting(store)[0] == newcomer.owner
    assert {record.address for record in store.runs.find(limit=100)} - {newcomer.address} == {
        store.visitors.hashed_address(ATTACKER)
    }
