"""What TensorBoard logs cost a run: ``python -m benchmarks.tensorboard``. Needs MNIST."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from mnist_core.config.recipes import RECIPES
from mnist_core.datasets import load_dataset
from mnist_core.settings import get_settings
from mnist_core.store import MetricPoint
from mnist_core.tensorboard.board import Board

_BATCHES, _EPOCHS = 100, 5
_VALUES = {"loss": 0.1, "accuracy": 0.9}


@contextmanager
def _timed(what: str, times: int = 1) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    print(f"{what:30} {(time.perf_counter() - begin) * 1000 / times:8.3f} ms")


def main() -> None:
    """Print the times of the first run in a process, and of two after it."""
    import keras  # noqa: F401  as in every process that trains

    config, dataset = RECIPES["small-cnn"].config, load_dataset("mnist", get_settings())
    probabilities = np.random.default_rng(0).dirichlet(np.full(10, 0.1), len(dataset.y_test))
    for which in ("cold", "warm", "warm"):
        print(which)
        with tempfile.TemporaryDirectory() as folder:
            board = Board(Path(folder), config, "A run")
            with _timed("beginning"):
                board.begin([])
            with _timed("a batch point", _BATCHES):
                for n in range(_BATCHES):
                    board.points([MetricPoint(kind="batch", step=n, epoch=1, seconds=n / 4, values=_VALUES)])
            with _timed("an epoch", _EPOCHS):
                for n in range(_EPOCHS):
                    values = _VALUES | {"val_loss": 0.1, "val_accuracy": 0.9}
                    board.points([MetricPoint(kind="epoch", step=n, epoch=n + 1, seconds=30 + n, values=values)])
            with _timed("end"):
                board.tell(0.9, 0.1)
                board.picture(dataset, probabilities)
                board.end(success=True)
            size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
            print(f"{'size':30} {size / 1000:8.1f} kB")


if __name__ == "__main__":
    main()
