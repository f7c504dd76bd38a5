"""The logs of one run: three event files, as Keras's own callback lays them out, so that curves lie over each other."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.datasets import Dataset
from mnist_core.errors import StorageError
from mnist_core.store import MetricPoint
from mnist_core.tensorboard.events import EventFile, picture, scalars
from mnist_core.tensorboard.graph import graph
from mnist_core.tensorboard.hparams import TriedColumns, beginning, ending, settings_of
from mnist_core.tensorboard.mistakes import mistakes_png

_PARTS = ("", "train", "validation")
_REPORTS = 500  # batch points are logged so often in the time since training began, four times a second at most


class Board:
    """Writes a run's logs; nothing is written before `begin`.

    Logs are a by-product: when they can't be written, a line in the run's log says so, and training goes on.

    Parameters
    ----------
    folder : Path
        The run's own, for `test_accuracy`, `test_loss`, `training_seconds`, the graph, the mistakes and the settings.
        Below it lie ``train`` and ``validation``: `epoch_loss` and `epoch_accuracy` by epoch, counted from 1, and
        `batch_loss` and `batch_accuracy` by batch. A baseline has folds instead of epochs.
    config : RunConfig
    name : str
        What the run is called.
    tried : TriedColumns, optional
        What a study tried in it, where the logs are looked at with the study's others.
    """

    def __init__(self, folder: Path, config: RunConfig, name: str, tried: TriedColumns | None = None) -> None:
        self._folder, self._config, self._name, self._tried = folder, config, name, tried
        self._files: dict[str, EventFile] = {}
        self._unit = "epoch" if isinstance(config.model, NetworkConfig) else "fold"
        self._began = 0.0  # wall time at which the training's own clock would have begun, pauses left out
        self._batch_logged = -1.0
        self._step, self._seconds = 0, 0.0  # of the newest point

    def begin(self, history: Sequence[MetricPoint]) -> None:
        """Begin the logs anew with what was measured before: nothing is in them twice when a run is resumed."""
        self._guarded(lambda: self._begin(history))

    def points(self, points: Sequence[MetricPoint]) -> None:
        """Append new points, oldest first."""
        if self._files:
            self._guarded(lambda: self._append(points))

    def tell(self, test_accuracy: float, test_loss: float) -> None:
        """Append the result on the test set, and the seconds that training took."""
        values = {"test_accuracy": test_accuracy, "test_loss": test_loss, "training_seconds": self._seconds}
        if self._files:
            self._guarded(lambda: self._files[""].write(scalars(values, self._step, time.time())))

    def picture(self, dataset: Dataset, probabilities: npt.NDArray[np.floating]) -> None:
        """Append a picture of the surest mistakes.

        Parameters
        ----------
        dataset : Dataset
        probabilities : ndarray of shape (n_test, classes)
        """
        if self._files:
            self._guarded(lambda: self._picture(dataset, probabilities))

    def end(self, *, success: bool) -> None:
        """Append how the run ended, and close."""
        if self._files:
            self._guarded(lambda: self._files[""].write(ending(success)))
        self.close()

    def close(self) -> None:
        """Close the files: the run may go on later, with `begin`."""
        for file in self._files.values():
            file.close()
        self._files = {}

    def _begin(self, history: Sequence[MetricPoint]) -> None:
        self.close()
        self._batch_logged = -1.0
        self._step, self._seconds = (history[-1].step, history[-1].seconds) if history else (0, 0.0)
        self._began = time.time() - self._seconds
        first: dict[str, list[Any]] = {part: [] for part in _PARTS}
        first[""] += beginning(settings_of(self._config, self._name), self._began, self._tried)
        first[""].append(_graph_event(self._config, self._began))
        for part, event in self._events(history):
            first[part].append(event)
        parts = _PARTS if self._has_validation else _PARTS[:2]
        files = {part: EventFile(self._folder / part, first[part]) for part in parts}
        self._files = files

    def _append(self, points: Sequence[MetricPoint]) -> None:
        if points:
            self._step, self._seconds = points[-1].step, points[-1].seconds
        for part, event in self._events(points):
            self._files[part].write(event)

    def _picture(self, dataset: Dataset, probabilities: npt.NDArray[np.floating]) -> None:
        found = mistakes_png(dataset.x_test, dataset.y_test, probabilities, dataset.spec.class_names)
        if found is not None:
            wrong = int(np.sum(probabilities.argmax(axis=1) != dataset.y_test))
            words = (
                f"The surest of {wrong:,} mistakes on {len(dataset.y_test):,} test images: what each is, what the "
                "network said, and how sure it was."
            )
            self._files[""].write(picture("mistakes", *found, words, self._step, time.time()))

    @property
    def _has_validation(self) -> bool:
        return self._config.uses_validation or self._unit == "fold"

    def _events(self, points: Sequence[MetricPoint]) -> Iterator[tuple[str, Any]]:
        """Yield folder and event of each point that is logged."""
        for point in points:
            now = self._began + point.seconds
            train = {name: value for name, value in point.values.items() if not name.startswith("val_")}
            held_back = {
                f"{self._unit}_{name.removeprefix('val_')}": value
                for name, value in point.values.items()
                if name.startswith("val_")
            }
            if point.kind == "batch":
                if point.seconds - self._batch_logged >= point.seconds / _REPORTS:
                    self._batch_logged = point.seconds
                    yield "train", scalars({f"batch_{name}": value for name, value in train.items()}, point.step, now)
                continue
            yield "train", scalars({f"{self._unit}_{name}": value for name, value in train.items()}, point.epoch, now)
            if held_back and self._has_validation:
                yield "validation", scalars(held_back, point.epoch, now)

    def _guarded(self, write: Callable[[], None]) -> None:
        """Do `write`; where the disk does not take it, say so and write no more."""
        try:
            write()
        except (OSError, StorageError) as error:
            print(f"TensorBoard logs could not be written: {error}", file=sys.stderr, flush=True)
            self.close()


def _graph_event(config: RunConfig, wall_time: float) -> Any:
    from tensorboard.compat.proto.event_pb2 import Event

    return Event(wall_time=wall_time, graph_def=graph(config).SerializeToString())
