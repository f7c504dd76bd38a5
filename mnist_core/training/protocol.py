"""What training steps and judges are, whatever does them, and what they are given."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

# Images judged at once: 1,000 keep both cores busy, and a small CNN's activations under 100 MB.
JUDGED_AT_ONCE = 1000


def epoch_order(seed: int, epoch: int, size: int) -> npt.NDArray[np.int32]:
    """Return the order of the training images in one epoch: a permutation that follows from seed and epoch alone."""
    return np.random.default_rng([seed, epoch]).permutation(size).astype(np.int32)


@dataclass(frozen=True)
class Totals:
    """What some batches added up to: losses are summed over examples."""

    batches: int
    loss_sum: float
    correct: int
    examples: int


class Steps(Protocol):
    """Trains a compiled model in place on one training set."""

    def begin_epoch(self, order: npt.NDArray[np.int32], epoch: int) -> None:
        """Take the number of an epoch, from 0, and its order: a permutation of the training set's indices."""

    def advance(self, position: int, wanted: int) -> Totals:
        """Do about `wanted` batches, at least one, from batch `position` of the epoch on."""


class ReplaceableSteps(Steps, Protocol):
    """Steps whose training set can be exchanged on the way."""

    def replace(self, images: Bytes, labels: Bytes) -> None:
        """Take other images and labels; an epoch's order may then have fewer indices than there are images."""


class Judge(Protocol):
    """Looks at images without learning."""

    def judge(self, images: Bytes, labels: Bytes) -> tuple[Images, float]:
        """Return probabilities of shape (n, classes) and the mean loss."""

    def gradients(self, images: Bytes, labels: Bytes) -> list[Images] | None:
        """Return the mean loss's gradient for each trainable variable, without learning; None where nobody tells it."""
