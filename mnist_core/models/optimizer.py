"""The rule that moves the weights, and its learning rate from step to step."""

from typing import TYPE_CHECKING, Any

from mnist_core.config import RunConfig
from mnist_core.config.choices import ONE_CYCLE, OPTIMIZERS, RISING
from mnist_core.config.rising import HIGHEST_RATE, LOWEST_RATE
from mnist_core.system.libraries import load_keras

if TYPE_CHECKING:
    import keras

STAIRS = 10
"""In how many steps the learning rate rises where it also falls in steps: Keras has no ramp for that schedule."""


def make_optimizer(config: RunConfig, steps_per_epoch: int) -> "keras.Optimizer":
    """Return Keras's own optimizer with a configuration's settings.

    All of them are arguments of Keras's optimizer, so every way to do a step follows them. Weight decay is its
    `weight_decay`: the weights shrink by learning rate times weight decay in each step, beside the gradient. With plain
    SGD that is L2 regularization. As a term of the loss, L2 would be divided by what adaptive optimizers divide
    gradients by, so that it would mean something else for each of them (Loshchilov and Hutter, "Decoupled weight decay
    regularization", 2019), and the loss would not be a cross-entropy any more that can be compared between runs.
    Clipping is by the norm of all gradients together, which keeps their direction.

    Parameters
    ----------
    config : RunConfig
    steps_per_epoch : int
        Batches in an epoch.
    """
    keras = load_keras()
    train, choice = config.train, OPTIMIZERS[config.train.optimizer]
    arguments: dict[str, Any] = {"learning_rate": _learning_rate(config, steps_per_epoch)}
    if choice.id == "sgd":
        arguments |= {"momentum": train.momentum, "nesterov": train.nesterov and train.momentum > 0}
    if train.weight_decay:
        arguments["weight_decay"] = train.weight_decay
    if train.gradient_clip:
        arguments["global_clipnorm"] = train.gradient_clip
    return getattr(keras.optimizers, choice.keras_class)(**arguments)


def _learning_rate(config: RunConfig, steps_per_epoch: int) -> Any:
    """Return a number, or one of Keras's schedules: they need no class of ours, so a saved model opens anywhere.

    After a rise the schedule has the steps that are left.
    """
    schedules = load_keras().optimizers.schedules
    train, rate = config.train, config.effective_learning_rate
    steps = train.epochs * steps_per_epoch
    rising = steps * RISING // 100 if train.schedule == ONE_CYCLE else train.warmup_epochs * steps_per_epoch
    falling = steps - rising
    match train.schedule:
        case "one_cycle" | "cosine" if rising:
            return schedules.CosineDecay(0.0, falling, warmup_target=rate, warmup_steps=rising)
        case "one_cycle" | "cosine":
            return schedules.CosineDecay(rate, decay_steps=falling)
        case "step":
            drops = [rising + falling // 2, rising + falling * 3 // 4]
            stairs = range(1, STAIRS + 1) if rising else ()
            return schedules.PiecewiseConstantDecay(
                [rising * stair // STAIRS for stair in stairs] + drops,
                [rate * stair / STAIRS for stair in stairs] + [rate, rate / 10, rate / 100],
            )
        case "rising":
            # Keras's "decay" rises: this is `rising_rate`.
            return schedules.ExponentialDecay(LOWEST_RATE, steps, HIGHEST_RATE / LOWEST_RATE)
        case _:
            # From 0 to the rate, where it stays: Keras's "decay" may rise.
            return schedules.PolynomialDecay(0.0, rising, end_learning_rate=rate) if rising else rate
