"""What the slice of the loss along a run's path takes: ``python -m benchmarks.hill RUN [RUN ...]``.

Each run needs a film (``python -m mnist_core film RUN``) and its dataset. Prints a row of the table in
``benchmarks/README.md`` for each: processor time of the thread that computes it, as the page does.
"""

import mnist_core.as_program  # noqa: F401

# isort: split
import argparse
import time

from mnist_core.analysis.hill import loss_slice, resolution
from mnist_core.datasets import load_dataset
from mnist_core.film import open_film
from mnist_core.settings import get_settings
from mnist_core.store import Store

_TITLES = ("run", "grid", "images", "moments", "reckoned (s)", "processor (s)", "wall (s)", "path's variance", "gap")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", help="ids of finished runs")
    store = Store(get_settings())
    print(f"| {' | '.join(_TITLES)} |\n{'|---' * len(_TITLES)}|")
    for run_id in parser.parse_args().runs:
        record = store.runs.get(run_id)
        film, fine = open_film(store.files(run_id), record.config), resolution(record.config)
        dataset = load_dataset(record.config.data.dataset, get_settings())
        wall, processor = time.perf_counter(), time.thread_time()
        found = loss_slice(lambda share: None, record.config, [film], dataset)
        processor, wall = time.thread_time() - processor, time.perf_counter() - wall
        (path,) = found.paths
        cells = [f"`{record.name}`", f"{fine.side} × {fine.side}", f"{found.images:,}", str(len(path.epochs))]
        cells += [f"{fine.seconds:.1f}", f"**{processor:.1f}**", f"{wall:.1f}", f"{path.share:.0%}", f"{path.gap:.2g}"]
        print(f"| {' | '.join(cells)} |", flush=True)
    store.close()


if __name__ == "__main__":
    main()
