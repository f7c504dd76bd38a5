"""Websockets: how many, how fast, how much."""

import asyncio
import time
from collections import Counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_core.gateway.answers import language
from mnist_core.gateway.limits import Bucket, Buckets, Places
from mnist_core.gateway.site import Whose
from mnist_core.settings import Settings

# Codes of closing, of RFC 6455 and its registry.
POLICY, TOO_BIG, TRY_LATER = 1008, 1009, 1013
# A network that stalled delivers at once what pages wanted meanwhile: half a minute of it is let pass.
_BURST_SECONDS = 10.0
_PATIENCE = 3.0  # seconds for which a page may send faster than allowed: it is slowed down, then it is closed
_VISITOR, _ADDRESS = 3, 15  # how many pages at full speed one visitor may have, and one address
_CHUNK = 16_384  # bytes that count as a message more
TOO_MANY_PAGES = "Too many pages are open here at the moment. Close some, or try again in a minute."
TOO_MANY_OF_YOURS = "You have {count} pages of MNIST Lab open. Close some of them to open another one."
TOO_FAST = "This page sent more than the server can answer, so it was cut off."
TOO_LARGE = "This page sent more than {megabytes} MB at once. Draw less, or begin anew."


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
        self._visitors = Buckets(_VISITOR * rate, _VISITOR * burst)
        self._addresses = Buckets(_ADDRESS * rate, _ADDRESS * burst)
        self._places = Places(min(settings.max_pages, places))
        self._of_visitors: Counter[str] = Counter()
        self._per_visitor = settings.pages_per_visitor
        self._megabytes = settings.message_mb

    def refusal(self, whose: Whose) -> str | None:
        """Return why no further page is let in, as an English sentence; None where one is."""
        if whose.visitor is not None and self._of_visitors[whose.visitor] >= self._per_visitor:
            return TOO_MANY_OF_YOURS
        return None if self._places.may_take(whose.address) else TOO_MANY_PAGES

    async def serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, whose: Whose) -> None:
        """Let a page talk to the app, no faster and no longer than allowed."""
        t = language(scope)
        if (sentence := self.refusal(whose)) is not None:
            code = POLICY if sentence is TOO_MANY_OF_YOURS else TRY_LATER
            await turn_away(scope, receive, send, code, t(sentence, count=self._per_visitor))
            return
        self._take(whose, 1)
        try:
            line = _Line(receive, send, self._pace(whose), self._megabytes)
            line.sentences = {POLICY: t(TOO_FAST), TOO_BIG: t(TOO_LARGE, megabytes=self._megabytes)}
            await app(scope, line.receive, line.send)
        finally:
            self._take(whose, -1)

    def _take(self, whose: Whose, places: int) -> None:
        self._places.take(whose.address, places) if places > 0 else self._places.give_back(whose.address)
        if whose.visitor is not None:
            self._of_visitors[whose.visitor] += places
            if not self._of_visitors[whose.visitor]:
                del self._of_visitors[whose.visitor]

    def _pace(self, whose: Whose) -> "_Pace":
        own = [Bucket(self._rate, self._burst)]
        if whose.visitor is not None:
            own.append(self._visitors.of(whose.visitor))
        return _Pace(own, self._addresses.of(whose.address))


class _Pace:
    """How fast one socket may send: by its own measure, by its visitor's, and by that of its address.

    Who shares an address waits for the others, but is never cut off for what they do.
    """

    def __init__(self, own: list[Bucket], shared: Bucket) -> None:
        self._own, self._shared = own, shared
        self._too_fast_since: float | None = None

    def take(self, messages: float) -> float | None:
        """Return the seconds to wait before messages are passed on; None where patience has come to its end."""
        waits = [bucket.take(messages) for bucket in self._own]
        if not any(waits):
            self._too_fast_since = None
        elif self._too_fast_since is None:
            self._too_fast_since = time.monotonic()
        elif time.monotonic() - self._too_fast_since > _PATIENCE:
            return None
        return max(*waits, self._shared.take(messages))


class _Line:
    """The wire between one page and the app."""

    sentences: dict[int, str]

    def __init__(self, receive: Receive, send: Send, pace: _Pace, megabytes: int) -> None:
        self._receive, self._send = receive, send
        self._pace, self._most = pace, megabytes * 2**20
        self._closed = False

    async def receive(self) -> Message:
        """Return the next message when its time has come, or the end."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        size = len(message.get("bytes") or message.get("text") or "")
        if size > self._most:
            return await self._close(TOO_BIG)
        wait = self._pace.take(1 + size / _CHUNK)
        if wait is None:
            return await self._close(POLICY)
        if wait:
            await asyncio.sleep(min(wait, _PATIENCE))
        return message

    async def send(self, message: Message) -> None:
        """Pass a message on to the page, unless it was cut off."""
        if not self._closed:
            await self._send(message)

    async def _close(self, code: int) -> Message:
        self._closed = True
        reason = as_reason(self.sentences[code])
        await self._send({"type": "websocket.close", "code": code, "reason": reason})
        return {"type": "websocket.disconnect", "code": code, "reason": reason}


async def turn_away(scope: Scope, receive: Receive, send: Send, code: int, sentence: str) -> None:
    """Close a websocket as soon as it is open: only then does a browser tell its page the code and the reason."""
    await receive()
    protocols = scope.get("subprotocols") or [None]
    await send({"type": "websocket.accept", "subprotocol": protocols[0], "headers": []})
    await send({"type": "websocket.close", "code": code, "reason": as_reason(sentence)})


def as_reason(sentence: str) -> str:
    """Return a sentence that fits into the frame that closes a websocket: 123 bytes."""
    return sentence.encode()[:123].decode(errors="ignore")
