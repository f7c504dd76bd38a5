"""Training steps as compiled TensorFlow graphs: the one place that speaks TensorFlow's own language.

A plain ``fit`` spends half of a small network's time between the steps: Python, input pipeline,
many small kernels. Here the whole training set lies in memory as one tensor of bytes, and one XLA
program gathers the batches and loops over them. Figures for each choice below are in
``benchmarks/README.md``.
"""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.training.protocol import JUDGED_AT_ONCE, Bytes, Images, Totals

# A program takes about a second to compile; a run of fewer steps ends sooner without.
_WORTH_COMPILING = 500


def steps_per_turn(config: RunConfig, steps_per_epoch: int) -> int:
    """Return how many steps a turn of the XLA program's loop does; 0 means no XLA.

    On processors XLA makes dense networks two to ten times faster, and convolutions 5 to 10 times
    slower than TensorFlow's oneDNN kernels. On graphics cards it helps both. With dropout, XLA's
    program is six times slower when a turn does one step instead of two: the random numbers
    are then drawn inside the matrix products.
    """
    assert isinstance(config.model, NetworkConfig)
    layers = config.model.layers
    if config.train.finds_rate or steps_per_epoch * config.train.epochs < _WORTH_COMPILING:
        return 0  # a test of learning rates wants the loss of each step
    if any(layer.network == "convolutional" for layer in layers) and not tf.config.list_logical_devices("GPU"):
        return 0
    return 2 if any(layer.random for layer in layers) else 1


class TensorFlowSteps:
    """See `mnist_core.training.protocol.Steps`."""

    def __init__(self, model: keras.Model, images: Bytes, labels: Bytes, config: RunConfig) -> None:
        self._model = model
        self._one_hot = config.train.one_hot
        self._batch_size = config.train.batch_size
        self._per_turn = steps_per_turn(config, -(-len(images) // self._batch_size))
        self.replace(images, labels)
        self.begin_epoch(np.arange(len(images), dtype=np.int32), 0)
        self._trainable = [variable.value for variable in model.trainable_variables]
        model.optimizer.build(model.trainable_variables)

    def replace(self, images: Bytes, labels: Bytes) -> None:
        """Take other images and labels; other shapes than before compile anew."""
        self._images = tf.constant(images)
        self._labels = tf.constant(labels)

    def begin_epoch(self, order: npt.NDArray[np.int32], epoch: int) -> None:
        """Take the order of an epoch."""
        self._count = len(order)
        self._full_batches, rest = divmod(self._count, self._batch_size)
        self._batches = self._full_batches + (rest > 0)
        # Always as long as there are images: for another length the graphs would be made anew.
        self._order = tf.constant(np.resize(order, len(self._images)))

    def advance(self, position: int, wanted: int) -> Totals:
        """Do about `wanted` batches."""
        compiled = self._compiled_from(position)
        batches = min(wanted, compiled or self._plain_from(position))
        if compiled:
            batches = max(self._per_turn, batches - batches % self._per_turn)
        run = self._run_compiled if compiled else self._run_plain
        loss_sum, correct = run(
            self._images,
            self._labels,
            self._order,
            tf.constant(self._count),
            tf.constant(position),
            tf.constant(position + batches),
        )
        first, last = position * self._batch_size, (position + batches) * self._batch_size
        return Totals(batches, float(loss_sum), round(float(correct)), min(last, self._count) - first)

    # which way from where: by the position alone, so that the same seed gives the same figures

    def _compiled_from(self, position: int) -> int:
        """Return how many steps the XLA program can do from here on: only full batches, only whole turns."""
        left = self._full_batches - position
        return 0 if not self._per_turn or left < 0 or left % self._per_turn else left

    def _plain_from(self, position: int) -> int:
        """Return how many steps go without XLA: all of them, or those before and after its turns."""
        if not self._per_turn:
            return self._batches - position
        return 1

    # the graphs

    @tf.function(jit_compile=True)
    def _run_compiled(
        self,
        images: tf.Tensor,
        labels: tf.Tensor,
        order: tf.Tensor,
        count: tf.Tensor,
        position: tf.Tensor,
        end: tf.Tensor,
    ) -> Any:
        loss_sum = correct = tf.constant(0.0, tf.float64)  # sums that don't depend on how the steps are cut
        # Neither tf.range nor a slice: XLA would compile anew for each of their limits.
        while position < end:
            for _ in range(self._per_turn):
                chosen = tf.gather(order, position * self._batch_size + tf.range(self._batch_size))
                loss, right = self._step(tf.gather(images, chosen), tf.gather(labels, chosen))
                loss_sum += loss
                correct += right
                position += 1
        return loss_sum, correct

    @tf.function(reduce_retracing=True)
    def _run_plain(
        self,
        images: tf.Tensor,
        labels: tf.Tensor,
        order: tf.Tensor,
        count: tf.Tensor,
        position: tf.Tensor,
        end: tf.Tensor,
    ) -> Any:
        loss_sum = correct = tf.constant(0.0, tf.float64)  # sums that don't depend on how the steps are cut
        while position < end:
            chosen = order[position * self._batch_size : tf.minimum((position + 1) * self._batch_size, count)]
            loss, right = self._step(tf.gather(images, chosen), tf.gather(labels, chosen))
            loss_sum += loss
            correct += right
            position += 1
        return loss_sum, correct

    def _step(self, images: tf.Tensor, labels: tf.Tensor) -> Any:
        with tf.GradientTape() as tape:
            probabilities, loss = _judged(self._model, images, labels, self._one_hot, training=True)
        gradients = tape.gradient(loss, self._trainable)
        self._model.optimizer.apply(gradients, self._model.trainable_variables)
        right = tf.equal(tf.argmax(probabilities, axis=-1, output_type=tf.int32), tf.cast(labels, tf.int32))
        examples = tf.cast(tf.shape(labels)[0], tf.float64)
        return tf.cast(loss, tf.float64) * examples, tf.reduce_sum(tf.cast(right, tf.float64))


class TensorFlowJudge:
    """See `mnist_core.training.protocol.Judge`."""

    def __init__(self, model: keras.Model, config: RunConfig) -> None:
        self._model = model
        self._one_hot = config.train.one_hot

    def judge(self, images: Bytes, labels: Bytes) -> tuple[Images, float]:
        """Return probabilities and mean loss."""
        parts, loss_sum = [], 0.0
        for first in range(0, len(images), JUDGED_AT_ONCE):
            part = slice(first, first + JUDGED_AT_ONCE)
            probabilities, loss = self._forward(tf.constant(images[part]), tf.constant(labels[part]))
            parts.append(probabilities.numpy())
            loss_sum += float(loss)
        return np.concatenate(parts), loss_sum / len(images)

    def gradients(self, images: Bytes, labels: Bytes) -> list[Images]:
        """Return the mean loss's gradient for each trainable variable, through the graph that judges."""
        trainable = [variable.value for variable in self._model.trainable_variables]
        with tf.GradientTape() as tape:
            _, loss_sum = self._forward(tf.constant(images), tf.constant(labels))
        found = tape.gradient(loss_sum, trainable, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return [np.asarray(gradient.numpy(), np.float32) / np.float32(len(images)) for gradient in found]

    @tf.function(input_signature=[tf.TensorSpec((None, 28, 28), tf.uint8), tf.TensorSpec((None,), tf.uint8)])
    def _forward(self, images: tf.Tensor, labels: tf.Tensor) -> Any:
        probabilities, loss = _judged(self._model, images, labels, self._one_hot, training=False)
        examples = tf.cast(tf.shape(labels)[0], tf.float32)
        return tf.cast(probabilities, tf.float32), tf.cast(loss, tf.float32) * examples


def _judged(model: keras.Model, images: tf.Tensor, labels: tf.Tensor, one_hot: bool, *, training: bool) -> Any:
    """Return probabilities and mean loss as tensors, from images and labels as bytes."""
    from mnist_core.training.tensorflow_layers import forward

    scaled = tf.cast(images, tf.float32) / 255.0
    probabilities = forward(model, scaled) if training else model(scaled, training=False)
    targets = tf.cast(labels, tf.int32)
    if one_hot:
        targets = tf.one_hot(targets, model.output_shape[-1])
    # Keras's own loss, which finds the softmax's logits in the graph: probabilities have lost what is below 1e-7.
    return probabilities, model.compute_loss(x=None, y=targets, y_pred=probabilities, training=training)
