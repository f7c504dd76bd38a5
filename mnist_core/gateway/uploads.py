"""Uploaded files: whether at all, and how many bytes of them the server holds."""

import time
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_core.gateway.answers import Refusal
from mnist_core.gateway.site import HeldFiles, Whose
from mnist_core.settings import Settings
from mnist_core.system.buckets import Buckets
from mnist_core.system.instruments import REFUSALS
from mnist_core.text import Sentence

ROUTE = "_stcore/upload_file/"
_FORM = 65_536  # bytes that a browser adds around a file
_PACE, _PACE_OF_ADDRESS = (1.0, 60.0), (4.0, 240.0)  # files a second in the long run, and at once
_READ = 300.0  # seconds after which a page has read its file for sure
SHUT = Refusal(403, Sentence("Uploads are switched off here."))
NO_LENGTH = Refusal(411, Sentence("Say how long the file is: the header Content-Length is missing."))
TOO_MUCH = Refusal(
    429, Sentence("You are uploading too much at once. Wait until the last file is there."), retry_after=10
)
TOO_LARGE = Sentence("This file has {size:,.0f} MB; at most {most:,} MB can be uploaded here.")
FULL = Refusal(503, Sentence("Too many files are being uploaded at the moment. Try again in a minute."), retry_after=60)


@dataclass(frozen=True)
class _Sender:
    visitor: Hashable
    address: str
    at: float


class Uploads:
    """Looks after what is uploaded.

    A visitor's newer files take the place of older ones; what all hold together is shared as `Places` are.

    Parameters
    ----------
    settings : Settings
    files : HeldFiles
        What the pages hold.
    most_mb : int
        Largest file in MB.
    """

    def __init__(self, settings: Settings, files: HeldFiles, most_mb: int) -> None:
        self._on = settings.uploads
        self._per_visitor = settings.visitor_uploads_mb * 10**6
        self._total = settings.total_uploads_mb * 10**6
        self._files = files
        self._most = most_mb * 2**20
        self._visitors, self._addresses = Buckets(*_PACE), Buckets(*_PACE_OF_ADDRESS)
        self._senders: dict[tuple[str, str], _Sender] = {}
        self._coming: Counter[Hashable] = Counter()  # bytes on their way: of each visitor, of each address

    async def serve(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, names: tuple[str, str], whose: Whose
    ) -> None:
        """Take a file, named by its session and its own name, or say why not."""
        who = _Sender(whose.visitor or names[0], whose.address, time.monotonic())
        size = _length(scope)
        refusal = SHUT if not self._on else NO_LENGTH if size is None else self._refusal(who, size)
        if refusal is not None or size is None:
            REFUSALS.add(str((refusal or NO_LENGTH).status))
            await (refusal or NO_LENGTH).response(scope)(scope, receive, send)  # nothing of it is read
            return
        keys = (("visitor", who.visitor), ("address", who.address), "all")
        for key in keys:
            self._coming[key] += size
        try:
            await app(scope, receive, send)
        finally:
            self._senders[names] = who
            for key in keys:
                self._coming[key] -= size
                if not self._coming[key]:
                    del self._coming[key]

    def _refusal(self, who: _Sender, size: int) -> Refusal | None:
        if size > self._most + _FORM:
            return Refusal(413, TOO_LARGE, values={"size": size / 2**20, "most": self._most // 2**20})
        buckets = (self._visitors.of(who.visitor), self._addresses.of(who.address))
        if any(bucket.wait() > 0 for bucket in buckets):
            return TOO_MUCH
        for bucket in buckets:
            bucket.take()
        return self._make_room(who, size)

    def _make_room(self, who: _Sender, size: int) -> Refusal | None:
        """Let older files go, so that there is room for a new one; return why there is none."""
        if self._coming["visitor", who.visitor] + size > self._per_visitor:
            return TOO_MUCH
        held = self._held()
        self._let_go(
            held,
            [file for file, (sender, _) in held.items() if sender.visitor == who.visitor],
            lambda: self._sum(held, visitor=who.visitor) + size > self._per_visitor,
        )
        now = time.monotonic()
        old = [f for f, (sender, _) in held.items() if now - sender.at > _READ or not self._files.is_open(f[0])]
        self._let_go(held, old, lambda: self._is_full(held, who, size))
        return FULL if self._is_full(held, who, size) else None

    def _is_full(self, held: "_Held", who: _Sender, size: int) -> bool:
        free = self._total - self._sum(held)
        return self._sum(held, address=who.address) + size > free

    def _sum(self, held: "_Held", visitor: Hashable = None, address: str | None = None) -> int:
        if visitor is not None:
            there = sum(size for sender, size in held.values() if sender.visitor == visitor)
            return there + self._coming["visitor", visitor]
        if address is not None:
            there = sum(size for sender, size in held.values() if sender.address == address)
            return there + self._coming["address", address]
        return sum(size for _, size in held.values()) + self._coming["all"]

    def _let_go(self, held: "_Held", files: list[tuple[str, str]], too_much: Callable[[], bool]) -> None:
        for file in sorted(files, key=lambda file: held[file][0].at):
            if not too_much():
                return
            self._files.let_go(*file)
            del held[file]

    def _held(self) -> "_Held":
        """Return who sent each file that is held, and its bytes."""
        nobody = _Sender(None, "", 0.0)
        held = {(session, file): size for session, file, size in self._files.held()}
        self._senders = {file: sender for file, sender in self._senders.items() if file in held}
        return {file: (self._senders.get(file, nobody), size) for file, size in held.items()}


_Held = dict[tuple[str, str], tuple[_Sender, int]]


def _length(scope: Scope) -> int | None:
    text = Headers(scope=scope).get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else None
