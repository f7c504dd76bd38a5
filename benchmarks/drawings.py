"""Time what the costliest drawings that are accepted take: reading them, and preparing them for a network.

It happens in the process that serves all visitors. Best of five, in milliseconds of processor time.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from mnist_core.drawing import prepare_parts, read_canvas, write_canvas

SIZE = 280
_WIDE = {"strokeWidth": 1e4, "left": SIZE / 2, "top": SIZE / 2}


def drawings() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield names and what the canvas would send, each as expensive as it can be in its way; an ordinary one last."""
    rng = np.random.default_rng(0)

    def path(points: Any) -> Any:
        return write_canvas([points], 18)["objects"][0]

    yield "one stroke everywhere, 5,990 commands", {"objects": [path(rng.uniform(0, SIZE, (5_989, 2))) | _WIDE]}
    many = [path(rng.uniform(0, SIZE, (29, 2))) | _WIDE for _ in range(200)]
    yield "200 strokes everywhere", {"objects": many}
    yield "200 filled shapes", {"objects": [stroke | {"fill": "#FFFFFF"} for stroke in many]}
    near = [path(rng.uniform(0, SIZE - 30, 2) + rng.uniform(0, 30, (70, 2))) for _ in range(80)]
    yield "80 small strokes", {"objects": near}
    columns = [rng.uniform((28 * n, 0), (28 * n + 20, SIZE), (590, 2)) for n in range(10)]
    yield "ten digits, 590 commands each", write_canvas(columns, 18)
    angles = np.linspace(0, 2 * np.pi, 60)
    yield "a circle", write_canvas([140 + 90 * np.stack([np.cos(angles), np.sin(angles)], axis=1)], 18)


def best(work: Callable[[], Any]) -> float:
    """Return the least time of five, in milliseconds."""
    seconds = []
    for _ in range(5):
        begin = time.process_time()
        work()
        seconds.append(time.process_time() - begin)
    return min(seconds) * 1000


def main() -> None:
    """Print one line for each drawing."""
    for name, content in drawings():
        drawing = read_canvas(content, SIZE)
        times = [best(partial(read_canvas, content, SIZE))]
        times += [best(partial(prepare_parts, drawing, SIZE, kind)) for kind in ("digits", "clothes")]
        print(f"{name:40s} read {times[0]:6.1f}   as digits {times[1]:7.1f}   as clothes {times[2]:7.1f}")


if __name__ == "__main__":
    main()
