"""What only the server itself can be told; uvicorn is asked as its lifespan begins, before it listens."""

import asyncio
from typing import Any

from starlette.types import Receive
from uvicorn._types import ASGIReceiveEvent
from uvicorn.config import Config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from mnist_core.gateway.descriptors import RESERVE, Descriptors

_SLICE = 4096  # compressed bytes that are looked at together: 4 MB at most, as nothing inflates more than 1,032 times
_FIRST_REQUEST = 20.0  # seconds until a new connection has asked for something
_LAST_WORD = 1.0  # seconds for which a page that was cut off may go on sending
_TOO_BIG = 1009
_NO_ROOM = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 30\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
    b"Too many visitors are here at the moment. Try again in a minute.\n"
)


def server_config(receive: Receive) -> Config | None:
    """Return uvicorn's configuration from the `receive` of its lifespan; None on another server."""
    config: Any = getattr(getattr(receive, "__self__", None), "config", None)
    return config if isinstance(config, Config) else None


def take_over(config: Config, *, message_bytes: int, descriptors: Descriptors) -> None:
    """Let the gateway decide who calls, what a connection may cost, and how much a message may hold.

    Streamlit has one option for the messages of both directions, and starts uvicorn with it before we are asked.

    Parameters
    ----------
    config : Config
    message_bytes : int
        Most bytes of a message from a page, after inflating.
    descriptors : Descriptors
    """
    # uvicorn itself believes every proxy on this computer, and so every program on it.
    if isinstance(config.loaded_app, ProxyHeadersMiddleware):
        config.loaded_app = config.loaded_app.app
    config.ws_max_size = message_bytes
    if config.ws_protocol_class is WebSocketsSansIOProtocol:
        config.ws_protocol_class = _BoundedInput
    config.http_protocol_class = type("Http", (_BoundedWait, config.http_protocol_class), {"descriptors": descriptors})


class _BoundedInput(WebSocketsSansIOProtocol):
    """Bounds what one read of a websocket can become: many small messages may each be below the limit of one."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.close_timeout = _LAST_WORD
        self._waiting = 0  # bytes of messages that the pages have not read yet

    def data_received(self, data: bytes) -> None:
        """Take data in slices, and no more of them than the pages can read."""
        for begin in range(0, len(data), _SLICE):
            super().data_received(data[begin : begin + _SLICE])
            if self.transport.is_closing():
                return
            if self._waiting > self.config.ws_max_size:
                self.conn.fail(_TOO_BIG, "too much at once")
                self.handle_parser_exception()
                return

    def send_receive_event_to_app(self) -> None:
        """Count a message that is complete."""
        self._waiting += sum(map(len, self.frames))
        super().send_receive_event_to_app()

    async def receive(self) -> ASGIReceiveEvent:
        """Return the next event."""
        message = await super().receive()
        if message["type"] == "websocket.receive":
            self._waiting -= len(message.get("bytes") or message.get("text") or "")
        return message


class _BoundedWait(asyncio.Protocol):
    """Lets no connection hold a file descriptor for nothing, and none take the last ones; before a protocol of HTTP."""

    descriptors: Descriptors
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    cycle: Any

    def connection_made(self, transport: Any) -> None:
        """Turn a new connection away, or wait a while for its first request."""
        super().connection_made(transport)
        self.descriptors.expect()
        if self.descriptors.free() < RESERVE // 2:
            transport.write(_NO_ROOM)
            transport.close()
            return
        self.loop.call_later(_FIRST_REQUEST, self._end_if_silent)

    def _end_if_silent(self) -> None:
        # A connection that became a websocket belongs to another protocol by then.
        if self.cycle is None and self.transport.get_protocol() is self and not self.transport.is_closing():
            self.transport.close()
