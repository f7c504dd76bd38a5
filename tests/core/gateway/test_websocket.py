"""What a page gets of many messages that are sent at once, by uvicorn itself: frame by frame."""

import base64
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import Receive, Scope, Send

from mnist_core.gateway.descriptors import Descriptors
from mnist_core.gateway.server import take_over
from tests.waiting import wait_until

SMALL = [b"message %d" % number for number in range(50)]
LARGE = b"the same words again and again " * 1000
BINARY, CLOSE = 2, 8


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Send all messages and close, as soon as a page is there."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    for data in (*SMALL, LARGE, SMALL[0]):
        await send({"type": "websocket.send", "bytes": data})
    await send({"type": "websocket.close", "code": 1000})


@contextmanager
def serving() -> Iterator[int]:
    """Run uvicorn as Streamlit configures it, with our websockets; give its port."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, ws="websockets-sansio", lifespan="off", log_level="error")
    config.load()
    take_over(config, message_bytes=2**20, descriptors=Descriptors())
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started, 60, "uvicorn")
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(60)


def frames(data: bytes) -> Iterator[tuple[int, bool, bytes]]:
    """Yield kind, whether it is compressed, and payload of each frame of a server (RFC 6455, RFC 7692)."""
    while data:
        length, begin = data[1], 2
        for mark, size in ((126, 2), (127, 8)):
            if length == mark:
                length, begin = int.from_bytes(data[2 : 2 + size], "big"), 2 + size
                break
        yield data[0] & 15, bool(data[0] & 64), data[begin : begin + length]
        data = data[begin + length :]


def everything_sent(port: int) -> bytes:
    """Open a websocket that takes compressed messages, and return all bytes of its frames."""
    key = base64.b64encode(os.urandom(16)).decode()
    asked = (
        f"GET / HTTP/1.1\r\nHost: lab\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
    )
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as page:
        page.sendall(asked.encode())
        while part := page.recv(2**16):
            received += part
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"101 Switching Protocols" in head
    return body


def test_messages_come_in_their_order_before_the_close_and_only_large_ones_are_compressed() -> None:
    with serving() as port:
        *messages, last = frames(everything_sent(port))
    assert last[0] == CLOSE
    assert [kind for kind, _, _ in messages] == [BINARY] * (len(SMALL) + 2)
    assert [payload for _, compressed, payload in messages if not compressed] == [*SMALL, SMALL[0]]
    ((_, _, packed),) = [message for message in messages if message[1]]
    assert len(packed) < len(LARGE) / 20
    assert messages.index((BINARY, True, packed)) == len(SMALL)
