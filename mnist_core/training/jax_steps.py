"""Training steps as compiled JAX programs: the one place that speaks JAX's own language.

The training set lies on the device as bytes, and one program gathers the batches of some steps and goes through them.
Programs are started one after the other without waiting for their results. What a step changes is donated to it: no
weight is copied. Figures are in ``benchmarks/README.md``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import numpy.typing as npt

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.models.cost import training_cost
from mnist_core.training.protocol import JUDGED_AT_ONCE, Bytes, Images, Totals

# Steps that are one program: so many that starting it costs little beside them, few enough that a stop is noticed soon.
_PER_TURN = 16
_SMALL = 1e9  # floating point operations of a step that takes some milliseconds on a processor


def steps_per_turn(config: RunConfig) -> int:
    """Return how many steps a turn does, which is one program.

    On processors XLA's convolutions are several times slower inside a loop.
    """
    assert isinstance(config.model, NetworkConfig)
    if config.train.finds_rate:
        return 1  # each step has a learning rate of its own, and its loss is wanted
    if jax.default_backend() != "cpu":
        return _PER_TURN
    cost = training_cost(config.model, config.spec.num_classes)
    return 1 if cost.conv_flops or cost.dense_flops * config.train.batch_size > _SMALL else _PER_TURN


class JaxSteps:
    """See `mnist_core.training.protocol.Steps`."""

    def __init__(self, model: keras.Model, images: Bytes, labels: Bytes, config: RunConfig) -> None:
        self._model = model
        self._batch_size = config.train.batch_size
        self._per_turn = steps_per_turn(config)
        self._losses = _Losses(model, config)
        model.optimizer.build(model.trainable_variables)
        self._variables = model.trainable_variables, model.non_trainable_variables, model.optimizer.variables
        self._run = jax.jit(self._turn, static_argnames=("size", "steps"), donate_argnums=0)
        self.replace(images, labels)
        self.begin_epoch(np.arange(len(images), dtype=np.int32), 0)

    def replace(self, images: Bytes, labels: Bytes) -> None:
        """Take other images and labels; other shapes than before compile anew."""
        self._images, self._labels = jax.device_put(images), jax.device_put(labels)

    def begin_epoch(self, order: npt.NDArray[np.int32], epoch: int) -> None:
        """Take the order of an epoch."""
        self._full_batches, self._rest = divmod(len(order), self._batch_size)
        # Always as long as there are images: for another length the program would be made anew.
        self._order = jax.device_put(np.resize(order, len(self._images)))

    def advance(self, position: int, wanted: int) -> Totals:
        """Do about `wanted` batches."""
        left = self._full_batches - position
        # By the position alone, so that the same seed gives the same figures.
        steps = self._per_turn if left >= self._per_turn else 1
        turns, size = max(1, min(wanted, left) // steps), self._batch_size if left > 0 else self._rest
        state: Any = tuple([variable.value for variable in part] for part in self._variables)
        sums = []
        for first in range(
            position * self._batch_size, (position + turns * steps) * self._batch_size, steps * self._batch_size
        ):
            state, of_turn = self._run(state, self._images, self._labels, self._order, first, size=size, steps=steps)
            sums.append(of_turn)  # not looked at yet: the device goes on meanwhile
        for part, values in zip(self._variables, state, strict=True):
            for variable, value in zip(part, values, strict=True):
                variable.assign(value)
        # With 64 bits, which JAX lacks: sums must not depend on how the steps are cut.
        losses, right = (np.concatenate(each).astype(np.float64) for each in zip(*sums, strict=True))
        return Totals(turns * steps, float(losses.sum()) * size, int(right.sum()), turns * steps * size)

    # the program

    def _turn(
        self,
        state: Any,
        images: jax.Array,
        labels: jax.Array,
        order: jax.Array,
        first: jax.Array,
        *,
        size: int,
        steps: int,
    ) -> Any:
        """Do steps of `size` images each, from the order's place `first` on.

        Returns
        -------
        tuple
            The new state; the mean loss of each step, and how many of its images were read rightly.
        """

        def step(state: Any, first: jax.Array) -> Any:
            chosen = jax.lax.dynamic_slice_in_dim(order, first, size)
            return self._step(state, *(array.at[chosen].get(mode="promise_in_bounds") for array in (images, labels)))

        return jax.lax.scan(step, state, first + size * jnp.arange(steps))

    def _step(self, state: Any, images: jax.Array, labels: jax.Array) -> Any:
        trainable, others, optimizer = state

        def mean_loss(trainable: Any) -> Any:
            logits, losses, changed = self._losses(trainable, others, images, labels, training=True)
            return jnp.mean(losses), (logits, changed)

        (loss, (logits, others)), gradients = jax.value_and_grad(mean_loss, has_aux=True)(trainable)
        trainable, optimizer = self._model.optimizer.stateless_apply(optimizer, gradients, trainable)
        right = jnp.sum(jnp.argmax(logits, axis=-1) == labels, dtype=jnp.int32)
        return (trainable, others, optimizer), (loss, right)


class JaxJudge:
    """See `mnist_core.training.protocol.Judge`."""

    def __init__(self, model: keras.Model, config: RunConfig) -> None:
        self._variables = model.trainable_variables, model.non_trainable_variables
        self._run = jax.jit(partial(self._judged, _Losses(model, config)))
        self._gradients = jax.jit(jax.grad(partial(self._mean_loss, _Losses(model, config))))

    def judge(self, images: Bytes, labels: Bytes) -> tuple[Images, float]:
        """Return probabilities and mean loss."""
        state = [[variable.value for variable in part] for part in self._variables]
        size = min(len(images), JUDGED_AT_ONCE)
        parts = []
        for first in range(0, len(images), size):
            # Always so many: another number would be another program.
            places = np.arange(first, first + size) % len(images)
            parts.append(self._run(*state, images[places], labels[places]))
        probabilities, losses = (np.concatenate(part)[: len(images)] for part in zip(*parts, strict=True))
        return probabilities, float(losses.mean(dtype=np.float64))

    def gradients(self, images: Bytes, labels: Bytes) -> list[Images]:
        """Return the mean loss's gradient for each trainable variable."""
        state = [[variable.value for variable in part] for part in self._variables]
        return [np.asarray(gradient, np.float32) for gradient in self._gradients(*state, images, labels)]

    @staticmethod
    def _mean_loss(losses: "_Losses", trainable: Any, others: Any, images: jax.Array, labels: jax.Array) -> Any:
        return jnp.mean(losses(trainable, others, images, labels, training=False)[1])

    @staticmethod
    def _judged(losses: "_Losses", trainable: Any, others: Any, images: jax.Array, labels: jax.Array) -> Any:
        logits, each, _ = losses(trainable, others, images, labels, training=False)
        return jax.nn.softmax(logits), each


class _Losses:
    """The loss of each image, from images and labels as bytes.

    Computed from logits, as Keras does on TensorFlow: probabilities have lost what is below 1e-7. Both losses that one
    can choose are the same function: only labels are written otherwise.
    """

    def __init__(self, model: keras.Model, config: RunConfig) -> None:
        self._model = model
        self._of_logits = keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=config.train.label_smoothing, reduction=None
        )

    def __call__(
        self, trainable: Any, others: Any, images: jax.Array, labels: jax.Array, *, training: bool
    ) -> tuple[jax.Array, jax.Array, Any]:
        """Return logits, losses, and what else than weights has changed."""
        scaled = images.astype(jnp.float32) / 255.0
        with _without_softmax(self._model):
            logits, others = self._model.stateless_call(trainable, others, scaled, training=training)
        return logits, self._of_logits(jax.nn.one_hot(labels, logits.shape[-1]), logits), others


@contextmanager
def _without_softmax(model: keras.Model) -> Iterator[None]:
    """Let a network put out logits while its program is made."""
    last = model.layers[-1]
    softmax, last.activation = last.activation, keras.activations.linear
    try:
        yield
    finally:
        last.activation = softmax
