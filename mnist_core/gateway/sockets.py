"""Websockets: how many, how fast, how much."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_core.gateway.answers import language
from mnist_core.gateway.free_places import Places
from mnist_core.gateway.pulse import Pulse
from mnist_core.gateway.site import Whose
from mnist_core.settings import Settings
from mnist_core.system.buckets import Bucket, Buckets
from mnist_core.system.instruments import OPEN_PAGES, REFUSALS, VISITORS
from mnist_core.text import Plural, Sentence, Words, cut

# Codes of closing, of RFC 6455 and its registry.
POLICY, TOO_BIG, TRY_LATER = 1008, 1009, 1013
_BURST_SECONDS = 2.0
_BACKLOG = 300  # messages that may wait their turn: what live pages want while a network stalls for half a minute
_VISITOR = 2  # how many pages at full speed one visitor may have, and one address while the server is busy
# Openings a second and at once: browsers connect again after a while, and a whole class begins in the same minute.
_OPENINGS, _OPENINGS_OF_ADDRESS = (0.5, 60), (20, 600)
_PENALTY = 20  # openings that a flood costs
_CHUNK = 16_384  # bytes that count as a message more
TOO_MANY_PAGES: Sentence = "Too many pages are open here at the moment. Close some, or try again in a minute."
TOO_MANY_OF_YOURS = Plural(
    "You have {n:,} page of MNIST Lab open. Close it to open another one.",
    "You have {n:,} pages of MNIST Lab open. Close some of them to open another one.",
)
TOO_FAST: Sentence = "This page sent more than the server can answer, so it was cut off."
TOO_LARGE: Sentence = "This page sent more than {megabytes} MB at once. Draw less, or begin anew."


class Sockets:
    """All websockets of the pages.

    Parameters
    ----------
    settings : Settings
    places : int
        How many there may be, for as far as the settings allow more.
    """

    def __init__(self, settings: Settings, places: int) -> None:
        rate = settings.messages_per_second
        burst = rate * _BURST_SECONDS
        self._rate, self._burst = rate, burst
        self.visitors = Buckets(_VISITOR * rate, _VISITOR * burst)
        self._addresses = Buckets(_VISITOR * rate, _VISITOR * burst)
        self._openings = Buckets(*_OPENINGS)
        self._openings_of_addresses = Buckets(*_OPENINGS_OF_ADDRESS)
        self.pulse = Pulse()
        self._places = Places(min(settings.max_pages, places))
        self._of_visitors: Counter[str] = Counter()
        self._per_visitor = settings.pages_per_visitor
        self._megabytes = settings.message_mb

    def refusal(self, whose: Whose) -> Words | None:
        """Return why no further page is let in, as an English sentence; None where one is."""
        if whose.visitor is not None and self._of_visitors[whose.visitor] >= self._per_visitor:
            return TOO_MANY_OF_YOURS
        waits = [bucket.wait() for bucket in self._doors(whose)]
        return TOO_MANY_PAGES if any(waits) or not self._places.may_take(whose.address) else None

    async def serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, whose: Whose) -> None:
        """Let a page talk to the app, no faster and no longer than allowed."""
        t = language(scope)
        if (sentence := self.refusal(whose)) is not None:
            REFUSALS.add("503")
            code = POLICY if sentence is TOO_MANY_OF_YOURS else TRY_LATER
            await turn_away(scope, receive, send, code, t(sentence, n=self._per_visitor))
            return
        self._take(whose, 1)
        doors = self._doors(whose)
        for door in doors:
            door.take()
        try:
            sentences = {POLICY: t(TOO_FAST), TOO_BIG: t(TOO_LARGE, megabytes=self._megabytes)}
            line = _Line(receive, send, self._pace(whose), self._megabytes * 2**20, sentences)
            self.pulse.start()
            reading = asyncio.create_task(line.read())
            try:
                await app(scope, line.receive, line.send)
            finally:
                reading.cancel()
                if line.was_flooded:
                    for door in doors:
                        door.take(_PENALTY)
        finally:
            self._take(whose, -1)

    def _doors(self, whose: Whose) -> list[Bucket]:
        own = [] if whose.visitor is None else [self._openings.of(whose.visitor)]
        return [*own, self._openings_of_addresses.of(whose.address)]

    def _take(self, whose: Whose, places: int) -> None:
        self._places.take(whose.address, places) if places > 0 else self._places.give_back(whose.address)
        if whose.visitor is not None:
            self._of_visitors[whose.visitor] += places
            if not self._of_visitors[whose.visitor]:
                del self._of_visitors[whose.visitor]
        OPEN_PAGES.set(self._places.all_taken)
        VISITORS.set(len(self._of_visitors))

    def _pace(self, whose: Whose) -> "_Pace":
        own = [Bucket(self._rate, self._burst)]
        if whose.visitor is not None:
            own.append(self.visitors.of(whose.visitor))
        return _Pace(own, self._addresses.of(whose.address), self.pulse)


class _Pace:
    """How fast the messages of one socket are passed on: by its own measure, by its visitor's, by that of its address.

    Who shares an address waits for the others only while the server is busy: then addresses take turns.
    """

    def __init__(self, own: list[Bucket], shared: Bucket, pulse: Pulse) -> None:
        self._own, self._shared, self._pulse = own, shared, pulse

    def waits(self, messages: float) -> Iterator[float]:
        """Yield the seconds to wait before messages are passed on: go on once they are over.

        First for the visitor's own measure, then for that of the address, since an address pays for what has come
        through alone: nobody else waits for what is cut off before. While the server is busy, even a visitor who is
        alone at an address waits for both, one after the other.
        """
        yield max(bucket.take(messages) for bucket in self._own)
        yield self._shared.take(messages) if self._pulse.is_busy else 0.0


class _Line:
    """The wire between one page and the app: read at once, passed on at its pace."""

    def __init__(self, receive: Receive, send: Send, pace: _Pace, most_bytes: int, sentences: dict[int, str]) -> None:
        self._receive, self._send, self._pace = receive, send, pace
        self._most, self._sentences = most_bytes, sentences
        self._waiting: asyncio.Queue[Message] = asyncio.Queue()
        self._waiting_bytes = 0
        self._end: Message | None = None
        self.was_flooded = False
        self._ended = asyncio.Event()
        self._closed = False

    async def read(self) -> None:
        """Read what the page sends until it leaves, or sends more than can wait."""
        while self._end is None:
            message = await self._receive()
            size = _size(message)
            self._waiting_bytes += size
            if message["type"] == "websocket.disconnect":
                self._finish(message)
            elif size > self._most:
                await self._close(TOO_BIG)
            elif self._waiting.qsize() >= _BACKLOG or self._waiting_bytes > self._most:
                await self._close(POLICY)
            else:
                self._waiting.put_nowait(message)

    async def receive(self) -> Message:
        """Return the next message when its time has come, or the end; what still had to wait then is dropped."""
        message = await self._waiting.get()
        size = _size(message)
        self._waiting_bytes -= size
        if message["type"] == "websocket.receive":
            for wait in self._pace.waits(1 + size / _CHUNK):
                with suppress(TimeoutError):
                    if wait > 0:
                        await asyncio.wait_for(self._ended.wait(), wait)
                        return self._end or message
        return self._end if self._end is not None and self._closed else message

    async def send(self, message: Message) -> None:
        """Pass a message on to the page, unless it was cut off."""
        if not self._closed:
            await self._send(message)

    async def _close(self, code: int) -> None:
        self._closed, self.was_flooded = True, code == POLICY
        reason = as_reason(self._sentences[code])
        self._finish({"type": "websocket.disconnect", "code": code, "reason": reason})
        await self._send({"type": "websocket.close", "code": code, "reason": reason})

    def _finish(self, message: Message) -> None:
        self._end = message
        self._waiting.put_nowait(message)
        self._ended.set()


def _size(message: Message) -> int:
    return len(message.get("bytes") or message.get("text") or "")


async def turn_away(scope: Scope, receive: Receive, send: Send, code: int, sentence: str) -> None:
    """Close a websocket as soon as it is open: only then does a browser tell its page the code and the reason."""
    await receive()
    protocols = scope.get("subprotocols") or [None]
    await send({"type": "websocket.accept", "subprotocol": protocols[0], "headers": []})
    await send({"type": "websocket.close", "code": code, "reason": as_reason(sentence)})


def as_reason(sentence: str) -> str:
    """Return a sentence that fits into the frame that closes a websocket: 123 bytes."""
    return cut(sentence, 123, lambda text: len(text.encode()))
