"""Keras callbacks that report, watch and stop a fit. Keras must be imported already."""

import math
import time
from collections.abc import Callable
from typing import Any

import keras

from mnist_core.errors import TrainingDivergedError
from mnist_core.store import MetricPoint
from mnist_core.training.events import Sink


class ReportMetrics(keras.callbacks.Callback):
    """Send a point after each epoch, and some in between.

    Parameters
    ----------
    sink : Sink
        Where the points go.
    interval : float
        Least seconds between two batch points; the page looks twice to four times a second.
    """

    def __init__(self, sink: Sink, interval: float = 0.25) -> None:
        super().__init__()
        self.epoch_seconds: list[float] = []
        self._sink = sink
        self._interval = interval
        self._begin = self._epoch_begin = self._last = time.monotonic()
        self._epoch = self._step = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._begin = self._last = time.monotonic()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch + 1
        self._epoch_begin = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._step += 1
        now = time.monotonic()
        if now - self._last >= self._interval:
            self._last = now
            self._send("batch", now, logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        now = time.monotonic()
        # An epoch that was stopped half way has no result of its own.
        steps = self.params.get("steps") or self._step
        if self._step == self._epoch * steps:
            self.epoch_seconds.append(now - self._epoch_begin)
            self._send("epoch", now, logs)

    def _send(self, kind: str, now: float, logs: dict[str, Any] | None) -> None:
        values = {name: float(value) for name, value in (logs or {}).items()}
        self._sink.points(
            [
                MetricPoint(
                    kind=kind,
                    step=self._step,
                    epoch=self._epoch,
                    seconds=now - self._begin,
                    values=values,
                )
            ]
        )


class StopOnRequest(keras.callbacks.Callback):
    """End training after the batch in which a stop was asked for.

    Parameters
    ----------
    requested : callable
        Returns True once the run shall stop; called after every batch, so it must be cheap.
    """

    def __init__(self, requested: Callable[[], bool]) -> None:
        super().__init__()
        self._requested = requested

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self._requested():
            self.model.stop_training = True


class StopOnDivergence(keras.callbacks.Callback):
    """Raise `TrainingDivergedError` as soon as a loss is not a number, that of the validation set included."""

    def __init__(self, learning_rate: float) -> None:
        super().__init__()
        self._learning_rate = learning_rate
        self._epoch = 1

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._check(logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._check(logs)

    def _check(self, logs: dict[str, Any] | None) -> None:
        if not all(math.isfinite((logs or {}).get(name, 0.0)) for name in ("loss", "val_loss")):
            raise diverged(self._epoch, self._learning_rate)


def diverged(epoch: int, learning_rate: float) -> TrainingDivergedError:
    """Return the error of a loss that is not a number any more."""
    return TrainingDivergedError(
        "The loss stopped being a number in epoch {epoch}: the steps were so large that the "
        "weights flew apart. Try a learning rate of {smaller} instead of {rate}.",
        epoch=epoch,
        smaller=f"{learning_rate / 10:g}",
        rate=f"{learning_rate:g}",
    )
