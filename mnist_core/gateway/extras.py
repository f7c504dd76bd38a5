"""What pages ask for while a visitor acts, and can do without: the first that a busy server leaves out."""

from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_core.gateway.answers import Refusal
from mnist_core.gateway.free_places import Places
from mnist_core.gateway.pulse import Pulse
from mnist_core.gateway.site import Whose
from mnist_core.system.buckets import Buckets
from mnist_core.system.instruments import REFUSALS
from mnist_core.text import Sentence

_AT_ONCE = 128  # under way: a class of 40 has one each, and nobody takes more than half
BUSY = Refusal(503, Sentence("The server is busy. Try again in a few seconds."), retry_after=3)
TOO_FAST = Refusal(429, Sentence("Your pages ask for more than the server can answer."), retry_after=1)


class Extras:
    """Lets such requests pass, as many as there is time for.

    Each is a message of its visitor, so that somebody with many pages takes no more of the server by asking here than
    by their sockets. Without a cookie all of an address share.

    Parameters
    ----------
    visitors : Buckets
        What visitors may send, see `Sockets`.
    pulse : Pulse
    """

    def __init__(self, visitors: Buckets, pulse: Pulse) -> None:
        self._visitors, self._pulse = visitors, pulse
        self._places = Places(_AT_ONCE)

    async def serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, whose: Whose) -> None:
        """Have a request answered, or say that it is left out."""
        refusal = self._refusal(whose)
        if refusal is not None:
            REFUSALS.add(str(refusal.status))
            await refusal.response(scope)(scope, receive, send)
            return
        self._places.take(whose.address)
        try:
            await app(scope, receive, send)
        finally:
            self._places.give_back(whose.address)

    def _refusal(self, whose: Whose) -> Refusal | None:
        if self._pulse.is_busy or not self._places.may_take(whose.address):
            return BUSY
        bucket = self._visitors.of(whose.visitor or whose.address)
        if bucket.wait() > 0:
            return TOO_FAST
        bucket.take()
        return None
