"""Training a network. Knows Keras and arrays, but no processes, queues or databases."""

import math
import time
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mnist_core.config import RunConfig
from mnist_core.datasets import Dataset
from mnist_core.store import MetricPoint
from mnist_core.system.libraries import load_keras
from mnist_core.training.control import Control
from mnist_core.training.events import Sink
from mnist_core.training.filming import Recorder
from mnist_core.training.protocol import Totals, epoch_order
from mnist_core.training.state import TrainingState
from mnist_core.training.steps import make_judge, make_steps
from mnist_core.training.writer import Writer

if TYPE_CHECKING:
    import keras

_CALL = 0.1  # seconds that one call of `Steps.advance` should take: how soon a stop is noticed
# Seconds after which there is a batch point: the page looks two to four times a second. The first steps, in which most
# is learned, may take less all together: there is one as well at more than twice the step of the last point.
_REPORT = 0.25
_CHECKPOINT = 20.0  # most seconds of training that an interruption can cost
# A test of learning rates tells each step, up to so many points: its loss belongs to a learning rate of its own.
_MOST_RATES = 500
# It ends where a step's loss is so many times that of the first: all is known then, and the weights are still numbers.
_FLOWN = 10.0


@dataclass(frozen=True)
class FitResult:
    """How a fit ended.

    Attributes
    ----------
    epoch_seconds : list of float
        Wall time of each finished epoch, those before a pause included.
    steps : int
        Batches done since training began.
    complete : bool
        All epochs are done, or early stopping ended them; otherwise somebody asked for the end.
    """

    epoch_seconds: list[float]
    steps: int
    complete: bool


def fit(
    model: "keras.Model",
    dataset: Dataset,
    config: RunConfig,
    sink: Sink,
    *,
    control: Control | None = None,
    checkpoint_path: Path | None = None,
    recorder: Recorder | None = None,
) -> FitResult:
    """Train `model` in place, to the figures of the configuration's plain Keras script.

    Where `checkpoint_path` holds a checkpoint of this model, training goes on from it.

    Parameters
    ----------
    model : keras.Model
        Compiled, from `mnist_core.models.build.build_model`.
    dataset : Dataset
        Its test set is not touched, but for what a film shows.
    config : RunConfig
        Epochs, batch size, splits and early stopping.
    sink : Sink
        Told about every epoch, and a few times a second in between.
    control : Control, optional
        Looked at between batches.
    checkpoint_path : Path, optional
        File for a checkpoint after every epoch, every 20 seconds, and at a pause.
    recorder : Recorder, optional
        Keeps moments for the run's film; the training is the same without.

    Raises
    ------
    TrainingDivergedError
        If the loss stops being a number.
    StorageError
        If a checkpoint can't be written.
    """
    return _Fit(model, dataset, config, sink, control or Control(), checkpoint_path, recorder).run()


def steps_per_epoch(dataset: Dataset, config: RunConfig) -> int:
    """Return the number of batches in an epoch."""
    return -(-len(dataset.split("train", config.data)[0]) // config.train.batch_size)


class _Fit:
    """One training under way."""

    def __init__(
        self,
        model: "keras.Model",
        dataset: Dataset,
        config: RunConfig,
        sink: Sink,
        control: Control,
        checkpoint_path: Path | None,
        recorder: Recorder | None,
    ) -> None:
        keras = load_keras()
        from mnist_core.training.callbacks import EarlyStopping, make_callbacks
        from mnist_core.training.checkpoint import Checkpoint

        self._model, self._config, self._sink, self._control = model, config, sink, control
        images, labels = dataset.split("train", config.data)
        self._size, self._batches = len(images), steps_per_epoch(dataset, config)
        self._validation = dataset.split("validation", config.data)
        self._steps = make_steps(model, images, labels, config)
        self._judge = make_judge(model, config)
        callbacks = make_callbacks(config)
        self._callbacks = keras.callbacks.CallbackList(
            callbacks, model=model, epochs=config.train.epochs, steps=self._batches, verbose=0
        )
        model.optimizer.build(model.trainable_variables)
        early = next((callback for callback in callbacks if isinstance(callback, EarlyStopping)), None)
        self._checkpoint = Checkpoint(checkpoint_path, model, early) if checkpoint_path else None
        self._state = (self._checkpoint.load() if self._checkpoint else None) or TrainingState()
        sink.rewound(self._state.step)
        self._recorder = recorder
        if recorder is not None:
            recorder.begin(model, self._judge, dataset, self._batches, self._state.step)
        self._background = Writer()
        self._mark = 0.0
        self._wanted = 1
        self._saved = self._state.seconds
        self._reported = -math.inf  # the first point comes at once: it says that training is under way
        self._reported_step = self._state.step
        self._rate_points = config.train.epochs * self._batches // _MOST_RATES + 1 if config.train.finds_rate else 0

    def run(self) -> FitResult:
        model, epochs = self._model, self._config.train.epochs
        model.stop_training = False
        self._callbacks.on_train_begin()
        self._mark = time.monotonic()
        with self._background, self._recorder or nullcontext():
            while self._epoch < epochs and not model.stop_training and not self._control.halting:
                if self._train_epoch():
                    self._finish_epoch()
            complete = self._epoch >= epochs or model.stop_training
            if self._control.halting:
                self._save()
            if self._recorder is not None and not self._control.pausing:
                self._recorder.end(self._state.step)
        self._callbacks.on_train_end()  # may bring the best weights back, so it comes after the checkpoint
        return FitResult(self._state.epoch_seconds, self._state.step, complete)

    @property
    def _epoch(self) -> int:
        """Epochs finished, as seen between two epochs."""
        return self._state.step // self._batches

    def _train_epoch(self) -> bool:
        """Train to the end of the epoch under way, or of the training; False where a request came before it."""
        epoch, position = divmod(self._state.step, self._batches)
        if position == 0:
            self._callbacks.on_epoch_begin(epoch)
        self._steps.begin_epoch(epoch_order(self._config.train.seed, epoch, self._size), epoch)
        while position < self._batches and not self._model.stop_training:
            position += self._advance(epoch, position)
            if self._control.halting and position < self._batches:
                return False
        return True

    def _advance(self, epoch: int, position: int) -> int:
        """Do some batches and tell about them; return how many."""
        state = self._state
        done = self._steps.advance(position, self._up_to_a_keyframe(self._wanted))
        if not math.isfinite(done.loss_sum):
            raise self._diverged(epoch)
        state.step += done.batches
        state.loss_sum += done.loss_sum
        state.correct += done.correct
        state.examples += done.examples
        self._callbacks.on_train_batch_end(position + done.batches - 1, state.logs())
        self._wanted = _next_size(done.batches, self._spend(), 2 * max(done.batches, self._wanted))
        if self._rate_points:
            self._look_at_rate(done)
        if self._recorder is not None:
            self._recorder.look(state.step)
            self._spend()
        if self._is_told():
            self._report("batch", epoch, state.logs())
        if state.seconds - self._saved >= _CHECKPOINT and state.step % self._batches:
            self._save()  # not after the last batch: the end of the epoch saves
        return done.batches

    def _is_told(self) -> bool:
        """Whether there is a point after this step."""
        state = self._state
        if self._rate_points:
            return state.step - self._reported_step >= self._rate_points
        return state.seconds - self._reported >= _REPORT or state.step > 2 * self._reported_step

    def _look_at_rate(self, done: Totals) -> None:
        """End a test of learning rates where the loss flies up; its steps go one by one."""
        self._wanted, loss = 1, done.loss_sum / done.examples
        if self._state.first_loss is None:
            self._state.first_loss = loss
        if loss > _FLOWN * self._state.first_loss:
            self._model.stop_training = True  # as Keras does: the epoch under way is closed

    def _up_to_a_keyframe(self, batches: int) -> int:
        """Return so many batches, or fewer where a moment is to be kept before; how steps are cut changes no figure."""
        mark = None if self._recorder is None else self._recorder.next_after(self._state.step)
        return batches if mark is None else min(batches, mark - self._state.step)

    def _finish_epoch(self) -> None:
        state, epoch = self._state, (self._state.step - 1) // self._batches
        logs = state.logs()
        if len(self._validation[0]):
            probabilities, loss = self._judge.judge(*self._validation)
            if not math.isfinite(loss):
                raise self._diverged(epoch)
            right = np.argmax(probabilities, axis=1) == self._validation[1]
            logs |= {"val_accuracy": float(np.mean(right)), "val_loss": loss}
        self._spend()
        state.finish_epoch()
        self._callbacks.on_epoch_end(epoch, logs)
        self._report("epoch", epoch, logs)
        self._save()
        self._log(epoch, logs)

    def _report(self, kind: str, epoch: int, logs: dict[str, float]) -> None:
        self._reported, self._reported_step = self._state.seconds, self._state.step
        point = MetricPoint(
            kind=kind, step=self._state.step, epoch=epoch + 1, seconds=self._state.seconds, values=dict(logs)
        )
        self._background.do(partial(self._sink.points, [point]))

    def _log(self, epoch: int, logs: dict[str, float]) -> None:
        """Print a line like Keras's own, for the run's log and the command line."""
        words = " - ".join(f"{name}: {value:.4f}" for name, value in logs.items())
        seconds = self._state.epoch_seconds[-1]
        print(f"Epoch {epoch + 1}/{self._config.train.epochs} - {seconds:.2f} s - {words}", flush=True)

    def _save(self) -> None:
        self._saved = self._state.seconds
        if self._checkpoint is not None:
            self._background.do(self._checkpoint.snapshot(self._state))

    def _spend(self) -> float:
        """Count the time since the last call, telling and saving included; return it in seconds."""
        now = time.monotonic()
        elapsed, self._mark = now - self._mark, now
        self._state.spend(elapsed)
        return elapsed

    def _diverged(self, epoch: int) -> Exception:
        from mnist_core.training.callbacks import diverged

        return diverged(epoch + 1, self._config)


def _next_size(batches: int, seconds: float, most: int) -> int:
    """Return how many batches to do in the next call, at most `most`, so that it takes about `_CALL` seconds."""
    return max(1, int(min(batches * _CALL / max(seconds, 1e-4), most)))
