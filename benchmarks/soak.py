"""Visitors for hours, and whether the memory of the dashboards grows.

``python -m benchmarks.soak [--hours 2] [--sessions 30] [--replicas 2] [--json FILE]`` starts what `benchmarks.replicas`
starts. Each visitor changes pages every ten seconds, one in ten trains short runs, and each leaves after about ten
minutes, when a new one comes in its place. Memory is looked at once a minute. Printed are the slope of a straight line
through all looks but those of the first third, when caches fill, with the standard error of that slope, and what the
visitors met.
"""

import argparse
import asyncio
import json
import math
import random
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.replicas import Crowd, Front, Guest, lab, memory
from mnist_core.store import RunState, Store
from tests.serving import Server

_EVERY = 10.0  # seconds from one click of a visitor to the next
_STAY = 600.0  # seconds a visitor stays, half of it to one and a half times
_LOOK = 60.0  # seconds between two looks at memory


def main() -> None:
    """Print the slope of each dashboard's memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--json", type=Path, help="where each look is written")
    options = parser.parse_args()
    with lab(options.replicas) as (front, servers, store):
        found = asyncio.run(soak(front, servers, store, options.sessions, 3600 * options.hours, options.json))
    print("\n".join(f"| {name} | {value} |" for name, value in found.items()))


async def soak(
    front: Front, servers: list[Server], store: Store, sessions: int, seconds: float, file: Path | None
) -> dict[str, object]:
    """Have visitors for so many seconds, and return what they met and how memory went; each look goes into `file`."""
    seen, end = Crowd(), asyncio.Event()
    places = [asyncio.create_task(_place(front, seen, number, sessions, end)) for number in range(sessions)]
    looks: list[tuple[float, ...]] = []
    begin = time.monotonic()
    while (passed := time.monotonic() - begin) < seconds:
        looks.append((passed, *(memory(server) for server in servers)))
        print(" ".join(f"{value:.0f}" for value in looks[-1]), len(seen.errors), file=sys.stderr, flush=True)
        if file is not None:
            file.write_text(json.dumps(looks))
        await asyncio.sleep(min(_LOOK, seconds - passed))
    end.set()
    await asyncio.gather(*places)
    for words, times in Counter(seen.errors).most_common(5):
        print(f"{times} x {words[:200]}", file=sys.stderr)
    table = np.array(looks)
    settled = table[table[:, 0] > seconds / 3]
    states = Counter(record.state.value for record in store.runs.find(limit=10_000))
    result: dict[str, object] = {
        "visitors at once": sessions,
        "hours": round(seconds / 3600, 2),
        "pages": len(seen.seconds),
        "page, p50 and p95 (s)": f"{seen.quantile(0.5):.2f}, {seen.quantile(0.95):.2f}",
        "errors": len(seen.errors),
        "runs by state": {state.value: states[state.value] for state in RunState if states[state.value]},
    }
    for number in range(len(servers)):
        slope, error = _slope(settled[:, 0] / 3600, settled[:, number + 1])
        ends = f"{table[0, number + 1]:.0f}, {settled[0, number + 1]:.0f}, {table[-1, number + 1]:.0f}"
        result[f"replica {number + 1}: MB at the start, after a third, at the end"] = ends
        result[f"replica {number + 1}: slope (MB an hour)"] = f"{slope:.1f} ± {error:.1f}"
    return result


async def _place(front: Front, seen: Crowd, number: int, sessions: int, end: asyncio.Event) -> None:
    """Have one visitor after the other, each for a while."""
    rng = random.Random(number)
    arrives = _EVERY * number / sessions
    for turn in range(sys.maxsize):
        if end.is_set():
            return
        leaves = asyncio.Event()
        guest = asyncio.create_task(Guest(front, seen, number + turn * sessions).stay(_EVERY, arrives, leaves))
        arrives = 0.0
        try:
            await asyncio.wait_for(end.wait(), _STAY * rng.uniform(0.5, 1.5))
        except TimeoutError:
            pass
        leaves.set()
        await guest


def _slope(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the slope of the least squares line and its standard error, which takes the looks as independent."""
    deviation = x - x.mean()
    spread = float((deviation**2).sum())
    slope = float((deviation * y).sum()) / spread
    rest = y - y.mean() - slope * deviation
    return slope, math.sqrt(float((rest**2).sum()) / (len(x) - 2) / spread)


if __name__ == "__main__":
    main()
