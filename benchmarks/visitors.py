"""Visitors without browsers: what the page of a browser sends and reads, for a hundred of them at once.

They keep what Streamlit's page keeps: the sockets, the hashes of large messages that need not be sent again, and the
timers of parts that look again by themselves.
"""

import asyncio
import ipaddress
import itertools
import random
import secrets
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import websockets
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from mnist_core.gateway import VISITOR_COOKIE
from tests.serving import Server
from tests.sockets import connect

PAGES = ("", "explore", "train", "runs", "compare", "evaluate", "explain", "robustness", "draw", "glossary")
EVERY = 5.0  # seconds from one click of a visitor to the next
_COMPUTED = 5.0  # seconds in which the server has computed what it shows to all
PATIENCE = 60.0  # seconds until an answer that does not come is given up


@dataclass
class Seen:
    """What visitors met.

    Attributes
    ----------
    seconds : list of float
        From asking for each page until its script had finished.
    errors : list of str
        Red boxes, exceptions, sockets that were cut off, and pages that did not come.
    """

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """Return the seconds that so large a share of the pages needed at most."""
        ordered = sorted(self.seconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


class Visitor:
    """One open page, with a cookie of its own."""

    def __init__(self, server: Server, socket: Any, seen: Seen) -> None:
        self._server, self._socket, self._seen = server, socket, seen
        self._hashes: dict[str, str] = {}  # of the pages, by their names in addresses
        self._kept: dict[str, int] = {}  # messages that need not come again, and the run in which they were last seen
        # Of parts that look again by themselves, by their ids: seconds, and who waits for them.
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._runs, self._age = 0, 2
        self._finished = asyncio.Event()
        self._address = ("", "")
        self._buttons: dict[str, str] = {}  # of the page that is open, by their words
        self.received = 0

    async def open(self, page: str, query: str = "") -> float:
        """Go to a page by a click in the navigation; return the seconds until its script has finished."""
        self._stop_timers()
        self._buttons.clear()
        self._address = (page, query)
        return await self._answered()

    async def press(self, words: str) -> bool:
        """Press a button of the page that is open; return whether there is one."""
        button = self._buttons.get(words)
        if button is not None:
            self._stop_timers()
            await self._answered(button)
        return button is not None

    async def _answered(self, button: str = "") -> float:
        self._finished.clear()
        begin = time.perf_counter()
        await self._ask(button=button)
        await asyncio.wait_for(self._finished.wait(), PATIENCE)
        return time.perf_counter() - begin

    async def listen(self) -> None:
        """Read what the server sends, until the socket is closed."""
        with suppress(websockets.ConnectionClosedOK):
            async for raw in self._socket:
                self.received += len(raw)
                self._read(ForwardMsg.FromString(raw))

    def leave(self) -> None:
        """Forget the timers."""
        self._stop_timers()

    async def _ask(self, fragment: str = "", button: str = "") -> None:
        page, query = self._address
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_name = query, page
        asked.page_script_hash = self._hashes.get(page, "")
        asked.fragment_id, asked.is_auto_rerun = fragment, bool(fragment)
        asked.cached_message_hashes.extend(self._kept)
        if button:
            asked.widget_states.widgets.add(id=button, trigger_value=True)
        about = asked.context_info
        about.locale, about.color_scheme, about.url = "en-US", "light", f"{self._server.url}/{page}"
        await self._socket.send(message.SerializeToString())

    def _read(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if message.metadata.cacheable:
            self._kept[message.hash] = self._runs
        match kind:
            case "new_session":
                self._age = message.new_session.config.max_cached_message_age
                if not message.metadata.run.fragment_ids:  # parts of the page before may have come late
                    self._stop_timers()
            case "navigation":
                self._hashes = {
                    "" if page.is_default else page.url_pathname: page.page_script_hash
                    for page in message.navigation.app_pages
                }
            case "ref_hash":
                self._kept[message.ref_hash] = self._runs
            case "delta":
                self._look_for_errors(message)
            case "auto_rerun" | "stop_auto_rerun":
                self._change_timers(message)
            case "script_finished" if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                self._runs += 1
                self._kept = {hash_: run for hash_, run in self._kept.items() if run > self._runs - self._age}
                self._finished.set()

    async def _look_again(self, fragment: str, interval: float) -> None:
        with suppress(websockets.ConnectionClosed):
            while True:
                await asyncio.sleep(interval)
                await self._ask(fragment)

    def _look_for_errors(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        if element.WhichOneof("type") == "exception":
            self._seen.errors.append(element.exception.message)
        elif element.WhichOneof("type") == "button":
            self._buttons[element.button.label] = element.button.id
        elif element.WhichOneof("type") == "alert" and element.alert.format == Alert.ERROR:
            self._seen.errors.append(element.alert.body)

    def _change_timers(self, message: ForwardMsg) -> None:
        """Do as a browser: each part has one timer, which goes on where the server says the same interval again."""
        for fragment in message.stop_auto_rerun.fragment_ids:
            self._clear_timer(fragment)
        fragment, interval = message.auto_rerun.fragment_id, message.auto_rerun.interval
        if fragment and (fragment not in self._timers or self._timers[fragment][0] != interval):
            self._clear_timer(fragment)
            self._timers[fragment] = interval, asyncio.create_task(self._look_again(fragment, interval))

    def _clear_timer(self, fragment: str) -> None:
        if fragment in self._timers:
            self._timers.pop(fragment)[1].cancel()

    def _stop_timers(self) -> None:
        for fragment in list(self._timers):
            self._clear_timer(fragment)


def processor_seconds(server: Server) -> float:
    """Return the processor time of the app process so far, all its threads together, to the microsecond."""
    return time.clock_gettime((~server.process.pid << 3) | 2)  # Linux: the clock of another process


def random_address() -> str:
    """Return an address of the network that is kept for measurements (RFC 2544)."""
    return str(ipaddress.ip_address("198.18.0.0") + secrets.randbelow(2**17))


async def _fill_caches(visitors: list[Visitor]) -> None:
    """Let one of them see every page, and wait for what the first visit of each has computed for all."""
    for one in visitors:
        for page in (*PAGES, *PAGES):
            await one.open(page)
        await asyncio.sleep(_COMPUTED)
        await one.open("")


@asynccontextmanager
async def visitor(server: Server, seen: Seen) -> AsyncIterator[Visitor]:
    """Open the first page as a new visitor, and close it at the end.

    They have an address of their own where the server believes it (``MNIST_LAB_TRUSTED_PROXIES``): what comes from
    one address takes turns on a busy server.
    """
    who = {"Cookie": f"{VISITOR_COOKIE}={secrets.token_urlsafe(24)}", "X-Forwarded-For": random_address()}
    async with connect(server, **who) as socket:
        one = Visitor(server, socket, seen)
        listening = asyncio.create_task(one.listen())
        try:
            await one.open("")
            yield one
        finally:
            one.leave()
            listening.cancel()


async def crowd(
    server: Server, number: int, seen: Seen, there: threading.Event, end: threading.Event, *, watched: str = ""
) -> None:
    """Let visitors change pages, each at moments of its own.

    Parameters
    ----------
    server : Server
    number : int
    seen : Seen
        Gets what they meet from when all of them are there and every page has been seen once.
    there, end : threading.Event
        Set once all of them are there; and by the caller when they shall go.
    watched : str
        Id of a run; one visitor in five follows it on the page Train.
    """
    rng = random.Random(0)
    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(visitor(server, seen)) for _ in range(number)]
        await _fill_caches(visitors[:1])
        there.set()

        async def stay(place: int, one: Visitor) -> None:
            due = time.monotonic() + EVERY * place / number
            for page in itertools.cycle(rng.sample(PAGES, len(PAGES))):
                while (rest := due - time.monotonic()) > 0 and not end.is_set():
                    await asyncio.sleep(min(rest, 0.5))
                if end.is_set():
                    return
                follows = page == "train" and watched and place % 5 == 0
                try:
                    seen.seconds.append(await one.open(page, f"run={watched}" if follows else ""))
                except (TimeoutError, OSError, websockets.WebSocketException) as error:
                    seen.errors.append(repr(error))
                    return
                due = max(due + EVERY, time.monotonic())  # a page that takes longer is waited for

        await asyncio.gather(*(stay(place, one) for place, one in enumerate(visitors)))


@contextmanager
def crowded(server: Server, number: int, *, watched: str = "") -> Iterator[Seen]:
    """Have a `crowd` meanwhile; what they met is complete afterwards."""
    seen, there, end = Seen(), threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(asyncio.run, crowd(server, number, seen, there, end, watched=watched))
        while not there.wait(0.1) and not done.done():
            pass
        try:
            yield seen
        finally:
            end.set()
            done.result()
