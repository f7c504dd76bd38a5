"""What a diagnosis rests on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from mnist_core.config import RunConfig
from mnist_core.config.choices import OPTIMIZERS
from mnist_core.evaluation.rate import RateFinding, find_rate
from mnist_core.store import MetricPoint


@dataclass(frozen=True, kw_only=True)
class Course:
    """What is known of a training, the values after each epoch first to last.

    Attributes
    ----------
    config : RunConfig
        Of a network.
    loss, accuracy : list of float
        Of the training images: Keras's means over the epoch, while the weights change. Cross-entropy in nats; 0 to 1.
    val_loss, val_accuracy : list of float
        Of the validation images after each epoch; empty without any.
    test_accuracy : float or None
        Of the weights that were kept; None before that.
    finished : bool
        Whether no epoch will follow.
    dead : tuple of float
        Of each hidden layer with ReLU, first to last, the share of units, 0 to 1, that are 0 for each of many images;
        empty where nobody looked.
    most_epochs : int
        So many may be suggested.
    rate : RateFinding or None
        What a test of learning rates found, where it is one and could tell.
    """

    config: RunConfig
    loss: list[float]
    accuracy: list[float]
    val_loss: list[float]
    val_accuracy: list[float]
    test_accuracy: float | None = None
    finished: bool = True
    dead: tuple[float, ...] = ()
    most_epochs: int = 200
    rate: RateFinding | None = None

    @classmethod
    def of(
        cls,
        config: RunConfig,
        points: Sequence[MetricPoint],
        *,
        test_accuracy: float | None = None,
        finished: bool = True,
        dead: Sequence[float] = (),
        most_epochs: int = 200,
        steps_per_epoch: int = 0,
    ) -> Self:
        """Return the evidence of metric points, in the order in which they came.

        A test of learning rates is judged where `steps_per_epoch`, the batches in an epoch, is known.
        """
        tested = config.train.finds_rate and finished and steps_per_epoch > 0
        epochs = [point.values for point in points if point.kind == "epoch"]
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        kept = {name: [values[name] for values in epochs if name in values] for name in names}
        return cls(
            config=config,
            **kept,
            test_accuracy=test_accuracy,
            finished=finished,
            dead=tuple(dead),
            most_epochs=most_epochs,
            rate=find_rate(points, config.train.epochs * steps_per_epoch) if tested else None,
        )

    @property
    def epochs(self) -> int:
        """How many are over."""
        return len(self.loss)

    @property
    def is_known(self) -> bool:
        """Whether there is a loss and an accuracy of each epoch, all of them numbers."""
        known = (*self.loss, *self.accuracy, *self.val_loss, *self.val_accuracy)
        together = len(self.loss) == len(self.accuracy) and len(self.val_loss) == len(self.val_accuracy)
        return self.epochs > 0 and together and all(map(math.isfinite, known))

    @property
    def validated(self) -> bool:
        """Whether each epoch was checked."""
        return len(self.val_loss) == self.epochs > 0

    @property
    def classes(self) -> int:
        """How many answers there are."""
        return self.config.spec.num_classes

    @property
    def guess_loss(self) -> float:
        """The loss of who holds all classes for equally likely: ``ln(classes)``."""
        return math.log(self.classes)

    @property
    def at_chance(self) -> bool:
        """Whether hardly more training images are right than by guessing, in this epoch and the one before."""
        return max(self.accuracy[-2:]) <= 1.5 / self.classes

    @property
    def unseen(self) -> float | None:
        """The newest accuracy on images that were not learned from: of the validation set, else of the test set."""
        return self.val_accuracy[-1] if self.validated else self.test_accuracy

    @property
    def unseen_images(self) -> int:
        """How many images `unseen` is measured on."""
        data = self.config.data
        return int(data.n_used * data.validation_split) if self.validated else self.config.spec.n_test

    @property
    def usual_rate(self) -> float:
        """The optimizer's learning rate in Keras."""
        return OPTIMIZERS[self.config.train.optimizer].default_learning_rate
