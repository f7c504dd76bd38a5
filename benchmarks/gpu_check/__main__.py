"""The command: what it measures is in `speed` and `whole_runs`, and `processes` has each row done by one of its own."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import gpu_check
from benchmarks.gpu_check.material import NETWORKS
from benchmarks.gpu_check.processes import Check
from benchmarks.gpu_check.rows import Row, first, table
from benchmarks.gpu_check.speed import epoch, limits
from benchmarks.gpu_check.whole_runs import full_memory, resumed, same_seed, whole
from mnist_core.config.recipes import RECIPES
from mnist_core.settings import get_settings

WHOLE = [id for id in ("small-cnn", "best-cnn", "speed-run") if id in RECIPES]
TINY_RECIPES, TINY_WHOLE = ["first-network", "feedforward-64"], ["feedforward-64"]

MEASURED: dict[str, Callable[[argparse.Namespace], Row]] = {
    "limits": limits,
    "epoch": epoch,
    "whole": whole,
    "resumed": resumed,
    "same seed": same_seed,
    "full memory": full_memory,
}


def main() -> int:
    """Measure and print; return 1 where a row failed."""
    options = _options()
    if options.row:
        print(json.dumps(MEASURED[options.row](options)))
        return 0
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        check = Check(options, Path(folder), begin + options.limit)
        rows = [row for backend in options.backends for row in check.rows(backend)]
    print(table(rows))
    print(json.dumps({"device": first(rows, "device"), "seconds": time.monotonic() - begin, "rows": rows}))
    return int(any("error" in row for row in rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gpu_check",
        description=gpu_check.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, default=get_settings().data_dir, help="folder with the published files")
    parser.add_argument(
        "--device", choices=["gpu", "cpu"], default="gpu", help="cpu: tiny sizes, to try the check itself"
    )
    parser.add_argument("--backends", nargs="+", choices=["jax", "tensorflow"], default=["jax", "tensorflow"])
    parser.add_argument("--recipes", nargs="*", choices=NETWORKS, help="for an epoch each; unset: all")
    parser.add_argument("--whole", nargs="*", choices=NETWORKS, help="from start to end")
    parser.add_argument("--limit", type=float, default=300.0, help="most seconds for everything")
    parser.add_argument("--row", help=argparse.SUPPRESS)  # what a row's own process does
    parser.add_argument("--recipe", help=argparse.SUPPRESS)
    parser.add_argument("--run", help=argparse.SUPPRESS)
    options = parser.parse_args()
    tiny = options.device == "cpu"
    options.recipes = (TINY_RECIPES if tiny else NETWORKS) if options.recipes is None else options.recipes
    options.whole = (TINY_WHOLE if tiny else WHOLE) if options.whole is None else options.whole
    return options


if __name__ == "__main__":
    sys.exit(main())
