"""Keras callbacks of a training, and its errors. `load_keras` must have been called already."""

from typing import Any

import keras

from mnist_core.config import RunConfig
from mnist_core.errors import TrainingDivergedError


class EarlyStopping(keras.callbacks.EarlyStopping):
    """Keras's early stopping, able to go on from a checkpoint."""

    def __init__(self, patience: int) -> None:
        super().__init__(patience=patience, restore_best_weights=True)
        self._restored: dict[str, Any] = {}

    def numbers(self) -> dict[str, Any]:
        """Return what it remembers, but for the best weights."""
        return {"wait": self.wait, "best": self.best, "best_epoch": self.best_epoch}

    def restore(self, numbers: dict[str, Any], best_weights: list[Any] | None) -> None:
        """Go on with what an earlier training remembered.

        One that ended by itself gets its whole patience anew: somebody wants it to go on.
        """
        wait = 0 if numbers["wait"] >= self.patience else numbers["wait"]
        self._restored = {**numbers, "wait": wait, "best_weights": best_weights}

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        for name, value in self._restored.items():
            setattr(self, name, value)


def make_callbacks(config: RunConfig) -> list[keras.callbacks.Callback]:
    """Return Keras's own callbacks that a configuration asks for."""
    callbacks: list[keras.callbacks.Callback] = []
    if config.train.early_stopping is not None:
        callbacks.append(EarlyStopping(config.train.early_stopping))
    return callbacks


def diverged(epoch: int, config: RunConfig) -> TrainingDivergedError:
    """Return the error of a loss that is not a number any more."""
    if config.train.finds_rate:
        return TrainingDivergedError(
            "The learning rate rose until the loss stopped being a number, in epoch {epoch}. The curve up to there "
            "shows which learning rates are right.",
            epoch=epoch,
        )
    learning_rate = config.effective_learning_rate
    return TrainingDivergedError(
        "The loss stopped being a number in epoch {epoch}: the steps were so large that the "
        "weights flew apart. Try a learning rate of {smaller:g} instead of {rate}.",
        epoch=epoch,
        smaller=learning_rate / 10,
        rate=learning_rate,
    )
