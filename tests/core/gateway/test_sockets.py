"""Pages that talk to the app: how many, how fast, how much."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from mnist_core.gateway import VISITOR_COOKIE
from mnist_core.gateway import sockets as module
from mnist_core.gateway.sockets import as_reason
from mnist_core.settings import Settings
from tests.core.gateway.conftest import Lab, request

MakeLab = Callable[..., Lab]


class Page:
    """A page's end of a websocket, and how the app behind the gateway met it."""

    def __init__(self, lab: Lab, visitor: str | None = None, address: str = "1.1.1.1", **headers: str) -> None:
        cookie = {"Cookie": f"{VISITOR_COOKIE}={visitor * 32}"} if visitor else {}
        scope = request("websocket", "/_stcore/stream", cookie | headers)
        self._scope = scope | {"client": (address, 1), "subprotocols": ["streamlit"]}
        self.gateway = lab.gateway
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []
        self.met: list[dict[str, Any]] = []

    async def open(self) -> "Page":
        async def app(scope: Any, receive: Any, send: Any) -> None:
            await receive()
            await send({"type": "websocket.accept"})
            while (message := await receive())["type"] != "websocket.disconnect":
                self.met.append(message)
            await send({"type": "websocket.send", "bytes": b"too late"})

        async def send(message: Any) -> None:
            self.sent.append(message)

        self.gateway._app = app
        self.inbox.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(self.gateway(self._scope, self.inbox.get, send))
        for _ in range(10):
            await asyncio.sleep(0)
        return self

    async def has_met(self, messages: int) -> None:
        while len(self.met) < messages:
            await asyncio.sleep(0.005)

    def say(self, data: bytes) -> None:
        self.inbox.put_nowait({"type": "websocket.receive", "bytes": data})

    async def leave(self) -> None:
        self.inbox.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await self.task

    @property
    def end(self) -> tuple[int, str] | None:
        closed = [message for message in self.sent if message["type"] == "websocket.close"]
        return (closed[0]["code"], closed[0].get("reason", "")) if closed else None


class Allowance:
    """What may come through since it was made: a burst, and what its rate lets through while a computer is slow."""

    def __init__(self, pages: int = 1) -> None:
        self._rate = Settings().messages_per_second * pages
        self._since = time.monotonic()

    @property
    def most(self) -> float:
        return self._rate * (2 + time.monotonic() - self._since)


def test_what_a_page_says_reaches_the_app(lab: Lab) -> None:
    async def run() -> None:
        page = await Page(lab).open()
        page.say(b"one")
        page.say(b"two")
        await page.leave()
        assert [message["bytes"] for message in page.met] == [b"one", b"two"]

    asyncio.run(run())


def test_a_message_that_is_too_large_ends_the_page_with_a_reason(make_lab: MakeLab) -> None:
    async def run() -> None:
        page = await Page(make_lab(message_mb=1)).open()
        page.say(bytes(2**20))
        page.say(bytes(2**20 + 1))
        await page.task
        assert page.end is not None
        assert page.end[0] == 1009
        assert "more than 1 MB at once" in page.end[1]
        assert len(page.met) <= 1
        assert page.sent[-1]["type"] == "websocket.close"  # what the app says then goes nowhere

    asyncio.run(run())


def test_a_flood_is_cut_off_with_a_reason_before_the_app_meets_it(lab: Lab) -> None:
    async def run() -> None:
        page, allowance = await Page(lab).open(), Allowance()
        for _ in range(5000):
            page.say(b"again")
        await page.task
        assert page.end is not None
        assert page.end[0] == 1008
        assert "cut off" in page.end[1]
        assert len(page.met) <= allowance.most

    asyncio.run(run())


def test_who_comes_back_after_a_flood_has_no_second_burst(lab: Lab) -> None:
    async def run() -> None:
        met, allowance = 0, Allowance(pages=2)  # a visitor may have two at full speed
        for _ in range(10):
            page = await Page(lab, visitor="a").open()
            for _ in range(1000):
                page.say(b"again")
            await page.task
            met += len(page.met)
        assert met <= allowance.most

    asyncio.run(run())


def test_half_a_minute_of_live_pages_may_come_at_once_and_is_passed_on_in_turn(make_lab: MakeLab) -> None:
    """A network that stalled: four live parts at two looks a second."""

    async def run() -> None:
        page = await Page(make_lab(messages_per_second=200)).open()
        for number in range(30 * 4 * 2):
            page.say(str(number).encode())
        page.inbox.put_nowait({"type": "websocket.receive", "text": "end"})
        await page.has_met(241)
        await page.leave()
        assert [message.get("bytes") for message in page.met] == [*(str(n).encode() for n in range(240)), None]
        assert page.end is None

    asyncio.run(run())


def test_messages_beyond_the_pace_wait(lab: Lab) -> None:
    async def run() -> None:
        page, allowance = await Page(lab).open(), Allowance()
        for _ in range(40):
            page.say(b"again")
        for messages in (30, 35, 40):
            await page.has_met(messages)
            assert len(page.met) <= allowance.most
        await page.leave()

    asyncio.run(run())


def test_what_had_to_wait_is_dropped_when_the_page_leaves(lab: Lab) -> None:
    async def run() -> None:
        page, allowance = await Page(lab).open(), Allowance()
        for _ in range(200):
            page.say(b"again")
        await page.leave()
        assert len(page.met) <= allowance.most

    asyncio.run(run())


def test_large_messages_cannot_pile_up(lab: Lab) -> None:
    async def run() -> None:
        page = await Page(lab).open()
        for _ in range(100):
            page.say(bytes(4 * 2**20))
        await page.task
        assert page.end is not None
        assert page.end[0] == 1008
        assert len(page.met) <= 1

    asyncio.run(run())


def test_addresses_take_turns_only_while_the_server_is_busy(lab: Lab) -> None:
    async def run(busy: bool) -> int:
        lab.gateway._sockets.pulse._busy_for = 10**9 if busy else 0
        crowd = [await Page(lab, address="2.2.2.2").open() for _ in range(10)]
        for page in crowd:
            for _ in range(20):
                page.say(b"again")
        if not busy:
            for page in crowd:
                await page.has_met(20)
        other = await Page(lab, address="3.3.3.3").open()
        other.say(b"mine")
        await other.has_met(1)
        return sum(len(page.met) for page in crowd)

    assert asyncio.run(run(busy=False)) == 200
    # The crowd would need five seconds more.
    assert asyncio.run(run(busy=True)) < 160


def test_nobody_waits_for_what_was_cut_off_while_it_waited_itself(lab: Lab) -> None:
    async def run() -> None:
        lab.gateway._sockets.pulse._busy_for = 10**9
        attackers = [await Page(lab, "a", address="2.2.2.2").open() for _ in range(12)]
        for attacker in attackers:
            for _ in range(3):
                attacker.say(bytes(2**20))
        for _ in range(20):
            await asyncio.sleep(0)
        for attacker in attackers:
            await attacker.leave()
        assert lab.gateway._sockets._addresses.of("2.2.2.2").wait() == 0

    asyncio.run(run())


def test_a_visitor_has_so_many_pages_and_another_one_still_gets_in(make_lab: MakeLab) -> None:
    lab = make_lab(pages_per_visitor=2)

    async def run() -> None:
        first, second = [await Page(lab, visitor="a").open() for _ in range(2)]
        third = await Page(lab, visitor="a").open()
        assert third.sent[0] == {"type": "websocket.accept", "subprotocol": "streamlit", "headers": []}
        assert third.end == (1008, "You have 2 pages of MNIST Lab open. Close some of them to open another one.")
        refused = await lab._ask("GET", "/", {"Cookie": f"{VISITOR_COOKIE}={'a' * 32}", "Accept": "text/html"}, {})
        assert refused.status == 503
        assert b"You have 2 pages" in refused.body
        assert refused["retry-after"] == "30"
        other = await Page(lab, visitor="b").open()
        await first.leave()
        again = await Page(lab, visitor="a").open()
        assert again.end is None
        for page in (second, other, again):
            await page.leave()

    asyncio.run(run())


def test_a_class_behind_one_address_is_let_in_and_there_is_room_for_others(make_lab: MakeLab) -> None:
    lab = make_lab()

    async def run() -> None:
        pages = [await Page(lab, visitor=chr(65 + number)).open() for number in range(50)]
        assert all(page.end is None for page in pages)
        crowd = [await Page(lab).open() for _ in range(600)]
        refused = [page for page in crowd if page.end]
        assert len(refused) == 350
        assert {page.end for page in refused} == {(1013, module.TOO_MANY_PAGES)}
        assert (await Page(lab, address="2.2.2.2").open()).end is None

    asyncio.run(run())


def test_another_program_on_the_same_computer_may_not_talk_for_a_visitor(lab: Lab) -> None:
    async def run() -> None:
        page = await Page(lab, Origin="http://lab:9999").open()
        assert page.sent == [{"type": "websocket.close", "code": 1008}]  # never accepted
        assert (await Page(lab, Origin="http://lab:8501").open()).sent == [{"type": "websocket.accept"}]

    asyncio.run(run())


@pytest.mark.parametrize("name", [name for name in dir(module) if name.startswith("TOO_")])
def test_reasons_fit_into_a_frame(name: str) -> None:
    sentence = getattr(module, name)
    if isinstance(sentence, str):
        assert as_reason(sentence) == sentence
    assert len(as_reason("ä" * 200).encode()) <= 123
