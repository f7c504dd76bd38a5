"""One way to do training steps for each backend of Keras; `mnist_core.training.fit` drives them.

The arrays stay as bytes: scaling to 0 to 1 belongs to the step.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mnist_core.config import RunConfig
from mnist_core.system.libraries import load_keras
from mnist_core.training.protocol import JUDGED_AT_ONCE, Bytes, Images, Judge, ReplaceableSteps, Steps, Totals

if TYPE_CHECKING:
    import keras


def make_steps(model: "keras.Model", images: Bytes, labels: Bytes, config: RunConfig) -> Steps:
    """Return the fastest steps that the backend has; all give the same figures up to rounding.

    They change the images at random where the configuration asks for it.

    Parameters
    ----------
    model : keras.Model
        Compiled, from `mnist_core.models.build.build_model`.
    images, labels : ndarray of shape (n, 28, 28) and (n,), uint8
        The training set.
    config : RunConfig
        Batch size, loss, augmentation, and how many steps there will be.
    """
    plain = _plain_steps(model, images, labels, config)
    if not config.augment.is_active:
        return plain
    from mnist_core.training.augmented import AugmentedSteps

    return AugmentedSteps(plain, images, labels, config)


def _plain_steps(model: "keras.Model", images: Bytes, labels: Bytes, config: RunConfig) -> ReplaceableSteps:
    match load_keras().config.backend():
        case "tensorflow":
            from mnist_core.training.tensorflow_steps import TensorFlowSteps

            return TensorFlowSteps(model, images, labels, config)
        case "jax":
            from mnist_core.training.jax_steps import JaxSteps

            return JaxSteps(model, images, labels, config)
        case _:
            return KerasSteps(model, images, labels, config)


def make_judge(model: "keras.Model", config: RunConfig) -> Judge:
    """Return the fastest judge of a compiled model that the backend has."""
    match load_keras().config.backend():
        case "tensorflow":
            from mnist_core.training.tensorflow_steps import TensorFlowJudge

            return TensorFlowJudge(model, config)
        case "jax":
            from mnist_core.training.jax_steps import JaxJudge

            return JaxJudge(model, config)
        case _:
            return KerasJudge(model, config)


class KerasSteps:
    """Keras's own training step, batch by batch: works with every backend, layer, optimizer and loss."""

    def __init__(self, model: "keras.Model", images: Bytes, labels: Bytes, config: RunConfig) -> None:
        self._model = model
        self._images = images
        self._labels = labels
        self._config = config
        self._classes: int = model.output_shape[-1]
        self._order = np.arange(len(images), dtype=np.int32)

    def replace(self, images: Bytes, labels: Bytes) -> None:
        """Take other images and labels."""
        self._images, self._labels = images, labels

    def begin_epoch(self, order: npt.NDArray[np.int32], epoch: int) -> None:
        """Take the order of an epoch."""
        self._order = order

    def advance(self, position: int, wanted: int) -> Totals:
        """Do `wanted` batches."""
        size = self._config.train.batch_size
        loss_sum, correct, examples, batches = 0.0, 0, 0, 0
        for first in range(position * size, min((position + wanted) * size, len(self._order)), size):
            chosen = self._order[first : first + size]
            self._model.reset_metrics()
            logs = self._model.train_on_batch(
                scale(self._images[chosen]),
                encode_labels(self._labels[chosen], self._config, self._classes),
                return_dict=True,
            )
            loss_sum += float(logs["loss"]) * len(chosen)
            correct += round(float(logs["accuracy"]) * len(chosen))
            examples += len(chosen)
            batches += 1
        return Totals(batches, loss_sum, correct, examples)


class KerasJudge:
    """Keras's own evaluation: works with every backend, layer and loss."""

    def __init__(self, model: "keras.Model", config: RunConfig) -> None:
        self._model = model
        self._config = config

    def judge(self, images: Bytes, labels: Bytes) -> tuple[Images, float]:
        """Return probabilities and mean loss."""
        scaled = scale(images)
        # By Keras itself, which computes the loss from logits: probabilities have lost what is below 1e-7.
        logs = self._model.evaluate(
            scaled,
            encode_labels(labels, self._config, self._model.output_shape[-1]),
            batch_size=JUDGED_AT_ONCE,
            verbose=0,
            return_dict=True,
        )
        probabilities: Images = self._model.predict(scaled, batch_size=JUDGED_AT_ONCE, verbose=0)
        return probabilities, float(logs["loss"])

    def gradients(self, _images: Bytes, _labels: Bytes) -> None:
        """Return None: Keras itself has no words for it that every backend understands."""


def scale(images: Bytes) -> Images:
    """Return images as float32 in 0 to 1, what every network here takes."""
    return images.astype(np.float32) / np.float32(255)


def encode_labels(labels: Bytes, config: RunConfig, num_classes: int) -> npt.NDArray[np.generic]:
    """Return labels as the configured loss wants them: one-hot rows or plain numbers."""
    if not config.train.one_hot:
        return labels.astype(np.int32)
    return np.eye(num_classes, dtype=np.float32)[labels]
