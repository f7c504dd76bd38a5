"""One against the others, with real sockets: floods, frames that inflate, uploads, and more pages than descriptors."""

import asyncio
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.serving import Server, running_server
from tests.sockets import RERUN, connect, flood, in_a_loop, memory, run_page
from tests.waiting import wait_until

pytestmark = pytest.mark.slow
DESCRIPTORS = 1024


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a dashboard with the usual number of file descriptors, and no worker beside it."""
    home = tmp_path_factory.mktemp("gateway") / "home"
    with running_server(home, descriptors=DESCRIPTORS, MNIST_LAB_WARM_SPARE="0") as server:
        requests.get(server.url, timeout=240)
        yield server


def open_files(server: Server) -> int:
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


# one socket


def test_a_flood_of_reruns_is_cut_off_with_a_reason_and_others_go_on(server: Server) -> None:
    async def run() -> tuple[tuple[int, int | None, str], list[float]]:
        async with connect(server, "a") as other:
            await run_page(other)
            flooding = asyncio.create_task(flood(server, 3000, 60))
            times = []
            while not flooding.done():
                times.append(await run_page(other))
            return await flooding, times

    (_, code, reason), times = in_a_loop(run())
    assert (code, reason) == (1008, "This page sent more than the server can answer, so it was cut off.")
    assert times  # pages of others were answered meanwhile; `python -m benchmarks.gateway` says how fast
    assert requests.get(f"{server.url}/lab/health", timeout=60).ok


def test_a_page_learns_no_folder_of_the_server_and_can_not_empty_the_caches_of_others(server: Server) -> None:
    async def run() -> list[bytes]:
        async with connect(server, "g") as socket:
            for kind in ("load_git_info", "clear_cache", "debug_shutdown_runtime"):
                await socket.send(BackMsg(**{kind: True}).SerializeToString())
            await socket.send(RERUN)
            received = []
            async for raw in socket:
                received.append(raw)
                if ForwardMsg.FromString(raw).WhichOneof("type") == "script_finished":
                    return received
        return received

    received = in_a_loop(run())
    kinds = {ForwardMsg.FromString(raw).WhichOneof("type") for raw in received}
    assert "new_session" in kinds
    assert "git_info_changed" not in kinds
    assert not [raw for raw in received if str(Path(__file__).parents[2]).encode() in raw]


def test_a_page_of_another_port_of_the_same_host_may_not_connect(server: Server) -> None:
    async def run(origin: str) -> None:
        async with connect(server, "c", Origin=origin) as socket:
            await run_page(socket)

    in_a_loop(run(server.url))
    port = int(server.url.rsplit(":", 1)[1])
    for origin in (f"http://127.0.0.1:{port + 1}", "http://127.0.0.1", f"http://localhost:{port}", "null"):
        with pytest.raises(websockets.InvalidStatus, match="403"):
            in_a_loop(run(origin))


@pytest.mark.parametrize(("visitor", "told"), [(None, True), ("e", False)])
def test_without_a_cookie_the_page_says_that_all_belongs_to_its_tab(
    server: Server, visitor: str | None, told: bool
) -> None:
    async def run() -> bytes:
        seen = b""
        async with connect(server, visitor) as socket:
            await socket.send(RERUN)
            async for raw in socket:
                seen += raw
                message = ForwardMsg()
                message.ParseFromString(raw)
                if message.WhichOneof("type") == "script_finished":
                    return seen
        return seen

    assert (b"keeps no cookie of this site" in in_a_loop(run())) is told


# uploads


async def session_of(socket: Any) -> str:
    await socket.send(RERUN)
    async for raw in socket:
        message = ForwardMsg()
        message.ParseFromString(raw)
        if message.WhichOneof("type") == "new_session":
            return message.new_session.initialize.session_id
    raise AssertionError("no session")


def upload(server: Server, session: str, name: str, data: bytes) -> int:
    visitor = requests.Session()
    visitor.get(f"{server.url}/_stcore/health", timeout=240)
    return visitor.put(
        f"{server.url}/_stcore/upload_file/{session}/{name}",
        files={"file": (name, data)},
        headers={"X-Xsrftoken": visitor.cookies["_streamlit_xsrf"]},
        timeout=60,
    ).status_code


def test_a_page_that_uploads_again_and_again_holds_the_newest_only(server: Server) -> None:
    data = bytes(45_000_000)

    async def run() -> tuple[list[int], float]:
        async with connect(server, "d") as socket:
            session = await session_of(socket)
            before = memory(server)
            answers = [await asyncio.to_thread(upload, server, session, f"file{n}", data) for n in range(8)]
            return answers, memory(server) - before

    answers, more = in_a_loop(run())
    assert answers == [204] * 8
    assert more < 200  # two of them, and what the last needs while it comes in


def test_where_uploads_are_off_the_route_is_shut(tmp_path: Path) -> None:
    async def run() -> int:
        async with connect(server) as socket:
            return await asyncio.to_thread(upload, server, await session_of(socket), "file", b"data")

    with running_server(tmp_path / "home", MNIST_LAB_UPLOADS="false", MNIST_LAB_WARM_SPARE="0") as server:
        assert in_a_loop(run()) == 403


# descriptors


def test_four_hundred_pages_are_served_or_told_and_closed_ones_keep_nothing(server: Server) -> None:
    before = open_files(server)

    async def run() -> tuple[list[str | None], int]:
        sockets: list[Any] = []
        words: list[str | None] = []
        for number in range(400):
            visitor = chr(65 + number // 40)  # ten classes behind one address
            answer = await asyncio.to_thread(
                requests.get, server.url, headers={"Accept": "text/html", "Cookie": f"mnist_lab_visitor={visitor * 32}"}
            )
            if answer.status_code == 200:
                sockets.append(await connect(server, visitor))
            words.append(None if answer.status_code == 200 else answer.text)
        await asyncio.gather(*(session_of(socket) for socket in sockets))
        at_most = open_files(server)
        await asyncio.gather(*(socket.close() for socket in sockets))
        return words, at_most

    words, at_most = in_a_loop(run())
    assert all(word is None or "Too many pages are open here" in word for word in words)
    assert words.count(None) >= 300
    assert at_most < DESCRIPTORS - 64  # runs still get theirs
    wait_until(lambda: open_files(server) < before + 40, 240, "descriptors of closed pages")
    assert psutil.Process(server.process.pid).is_running()
    assert "Too many open files" not in server.log.read_text()


def deflated(size: int) -> bytes:
    """Return a compressed frame that inflates to `size` bytes, as a client without scruples sends it."""
    packer = zlib.compressobj(9, wbits=-12)
    data = (packer.compress(bytes(size)) + packer.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\x00\x00\xff\xff")
    length = b"\xfe" + len(data).to_bytes(2) if len(data) < 65536 else b"\xff" + len(data).to_bytes(8)
    return b"\xc2" + length + bytes(4) + data  # final, compressed, binary; masked with zeros


async def send_raw(server: Server, frames: bytes) -> tuple[int | None, str]:
    async with connect(server, "b") as socket:
        socket.transport.write(frames)
        await asyncio.wait_for(socket.wait_closed(), 60)
        return socket.close_code, socket.close_reason


@pytest.mark.parametrize(
    ("sizes", "sockets"),
    [([190_000_000], 12), ([4_000_000] * 60, 12)],
    ids=["one that is too large", "many that are not"],
)
def test_frames_that_inflate_end_their_page_and_take_no_memory(server: Server, sizes: list[int], sockets: int) -> None:
    before = memory(server)
    frames = b"".join(deflated(size) for size in sizes)
    highest = before

    async def run() -> list[tuple[int | None, str]]:
        nonlocal highest
        sending = asyncio.gather(*(send_raw(server, frames) for _ in range(sockets)))
        while not sending.done():
            highest = max(highest, memory(server))
            await asyncio.sleep(0.01)
        return await sending

    ends = in_a_loop(run())
    assert {code for code, _ in ends} <= {1008, 1009}
    assert highest - before < 100
