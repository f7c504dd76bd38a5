"""What one visitor can do to the others: how fast their pages are while one socket floods.

``python -m benchmarks.gateway [--seconds 20] [--sockets 1 5]`` starts the dashboard with an empty home folder and
prints a table. The others are five visitors, each of whom opens the first page again as soon as it is there.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import requests

from tests.serving import Server, running_server
from tests.sockets import connect, flood, run_page

OTHERS = 5


def main() -> None:
    """Print what others notice of floods."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rates", type=int, nargs="+", default=[0, 1000, 3000])
    parser.add_argument("--sockets", type=int, nargs="+", default=[1])
    options = parser.parse_args()
    print(
        "| reruns a second | sockets | others' pages: median, p95 (s) | `/lab/health`: worst (s) | end of the flood |"
    )
    print("|---|---|---|---|---|")
    for rate in options.rates:
        for sockets in options.sockets if rate else [0]:
            with running_server(Path(tempfile.mkdtemp()) / "home", MNIST_LAB_WARM_SPARE="0") as server:
                print(asyncio.run(_row(server, rate, sockets, options.seconds)), flush=True)


async def _row(server: Server, rate: int, sockets: int, seconds: float) -> str:
    ready = asyncio.Event()
    others = [asyncio.create_task(_visit(server, chr(65 + n), ready, seconds)) for n in range(OTHERS)]
    health = asyncio.create_task(_health(server, seconds))
    await ready.wait()
    ends = await asyncio.gather(*(_attack(server, rate, seconds) for _ in range(sockets)))
    times = sorted(time for visits in await asyncio.gather(*others) for time in visits)
    p95 = times[int(0.95 * len(times))]
    return (
        f"| {rate} | {sockets} | {statistics.median(times):.2f}, {p95:.2f} | {await health:.2f} | "
        f"{'; '.join(sorted(set(ends))) or '–'} |"
    )


async def _attack(server: Server, rate: int, seconds: float) -> str:
    """Flood, and come again whenever the server closes."""
    end, closed, sent = time.monotonic() + seconds, 0, 0
    code: int | None = None
    while time.monotonic() < end:
        messages, code, _ = await flood(server, rate, end - time.monotonic())
        sent += messages
        closed += code not in (None, 1000)
    return f"closed {closed} times, last with {code}"


async def _visit(server: Server, visitor: str, ready: asyncio.Event, seconds: float) -> list[float]:
    times = []
    async with connect(server, visitor) as socket:
        await run_page(socket)  # imports
        ready.set()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            times.append(await run_page(socket))
            await asyncio.sleep(1.0)
    return times


async def _health(server: Server, seconds: float) -> float:
    worst, end = 0.0, time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.monotonic()
        await asyncio.to_thread(requests.get, f"{server.url}/lab/health", timeout=60)
        worst = max(worst, time.monotonic() - begin)
        await asyncio.sleep(0.2)
    return worst


if __name__ == "__main__":
    main()
