"""Training a network. Knows Keras and arrays, but no processes, queues or files of runs."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mnist_core.config import RunConfig
from mnist_core.datasets import Dataset
from mnist_core.training.events import Sink

if TYPE_CHECKING:
    import keras

Images = npt.NDArray[np.float32]


@dataclass(frozen=True)
class FitResult:
    """What a fit measured: wall time of each finished epoch in seconds."""

    epoch_seconds: list[float]


def scale(images: npt.NDArray[np.uint8]) -> Images:
    """Return images as float32 in 0 to 1, what every network here takes."""
    return images.astype(np.float32) / np.float32(255)


def encode_labels(labels: npt.NDArray[np.uint8], config: RunConfig, num_classes: int) -> npt.NDArray[np.generic]:
    """Return labels as the configured loss wants them: one-hot rows or plain numbers."""
    if config.train.loss == "sparse_categorical_crossentropy":
        return labels.astype(np.int32)
    return np.eye(num_classes, dtype=np.float32)[labels]


def fit(
    model: "keras.Model",
    dataset: Dataset,
    config: RunConfig,
    sink: Sink,
    *,
    stop_requested: Callable[[], bool] = lambda: False,
    tensorboard_dir: Path | None = None,
) -> FitResult:
    """Train `model` in place, the way the plain Keras script of the configuration does.

    Parameters
    ----------
    model : keras.Model
        Compiled, from `mnist_core.models.build.build_model`.
    dataset : Dataset
        Its test set is not touched.
    config : RunConfig
        Epochs, batch size, splits and early stopping.
    sink : Sink
        Told about every epoch, and a few times a second in between.
    stop_requested : callable
        Asked after every batch; True ends training with the weights so far.
    tensorboard_dir : Path, optional
        Where TensorBoard logs go when the configuration asks for them.

    Raises
    ------
    TrainingDivergedError
        If the loss stops being a number.
    """
    import keras

    from mnist_core.training.callbacks import ReportMetrics, StopOnDivergence, StopOnRequest

    report = ReportMetrics(sink)
    callbacks: list[keras.callbacks.Callback] = [
        StopOnDivergence(config.effective_learning_rate),  # first: what is no number is never reported
        report,
        StopOnRequest(stop_requested),
    ]
    if config.train.early_stopping is not None:
        callbacks.append(keras.callbacks.EarlyStopping(patience=config.train.early_stopping, restore_best_weights=True))
    if config.train.tensorboard and tensorboard_dir is not None:
        callbacks.append(keras.callbacks.TensorBoard(str(tensorboard_dir)))
    classes = dataset.spec.num_classes
    x, y = dataset.split("train", config.data)
    x_val, y_val = dataset.split("validation", config.data)
    model.fit(
        scale(x),
        encode_labels(y, config, classes),
        batch_size=config.train.batch_size,
        epochs=config.train.epochs,
        validation_data=(scale(x_val), encode_labels(y_val, config, classes)) if len(x_val) else None,
        callbacks=callbacks,
        verbose=2,
    )
    return FitResult(report.epoch_seconds)


def steps_per_epoch(dataset: Dataset, config: RunConfig) -> int:
    """Return the number of batches in an epoch."""
    return -(-len(dataset.split("train", config.data)[0]) // config.train.batch_size)
