"""Pages as sockets: what a browser's page sends and reads, without a browser; for tests and benchmarks of attacks."""

import asyncio
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import psutil
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.typing import Subprotocol

from mnist_core.gateway import VISITOR_COOKIE
from tests.serving import Server

Result = TypeVar("Result")
_MESSAGE = BackMsg()
_MESSAGE.rerun_script.query_string = ""
RERUN: bytes = _MESSAGE.SerializeToString()


def in_a_loop(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Carry out what waits for sockets; in a thread, since a browser test leaves a loop running in the main one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, coroutine).result()


def connect(server: Server, visitor: str | None = None, **headers: str) -> Any:
    """Open a page's socket; a letter names its visitor."""
    cookie = {"Cookie": f"{VISITOR_COOKIE}={visitor * 32}"} if visitor else {}
    return websockets.connect(
        server.url.replace("http", "ws", 1) + "/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        additional_headers=cookie | headers,
        max_size=None,
        open_timeout=60,
        ping_interval=None,
    )


async def run_page(socket: Any) -> float:
    """Let a page run once and return the seconds until it has finished."""
    begin = time.perf_counter()
    await socket.send(RERUN)
    async for raw in socket:
        message = ForwardMsg()
        message.ParseFromString(raw)
        if message.WhichOneof("type") == "script_finished":
            break
    return time.perf_counter() - begin


async def flood(server: Server, a_second: int, seconds: float) -> tuple[int, int | None, str]:
    """Send reruns from one socket as fast as asked; return how many, and code and reason of the end."""
    sent = 0
    begin = time.perf_counter()
    async with connect(server, "f") as socket:
        reading = asyncio.create_task(_drop(socket))
        try:
            while (passed := time.perf_counter() - begin) < seconds:
                while sent < passed * a_second:
                    await socket.send(RERUN)
                    sent += 1
                await asyncio.sleep(0.005)
        except websockets.ConnectionClosed:
            pass
        reading.cancel()
        return sent, socket.close_code, socket.close_reason


async def _drop(socket: Any) -> None:
    try:
        async for _ in socket:
            pass
    except websockets.ConnectionClosed:
        pass


def memory(server: Server) -> float:
    """Return the megabytes of memory that the server takes."""
    resident: int = psutil.Process(server.process.pid).memory_info().rss
    return resident / 1e6
