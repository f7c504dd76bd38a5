"""Where a network begins to learn its training images by heart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

# The validation loss may rise by chance; these keep small waves and single bad epochs from being called overfitting.
_LEAST_RISE = 0.03
_LEAST_EPOCHS = 2
# Who learns by heart is better on the training images, by more than two splits differ anyway.
_LEAST_GAP = 0.005
# A share of what guessing gives, ln(classes): whose training loss is above it has hardly learned, or is flying apart.
_LEARNED = 0.8


@dataclass(frozen=True)
class Overfitting:
    """From where on a network learned its training images by heart.

    Attributes
    ----------
    best_epoch : int
        Epoch of the least validation loss, from 1.
    opens_at : int
        The epoch from which training and validation part, the one after the best.
    last_epoch : int
    best_loss, last_loss : float
        Validation loss at the best epoch and at the last one.
    """

    best_epoch: int
    opens_at: int
    last_epoch: int
    best_loss: float
    last_loss: float


def overfitting(
    loss: Sequence[float],
    val_loss: Sequence[float],
    accuracy: Sequence[float],
    val_accuracy: Sequence[float],
    classes: int,
) -> Overfitting | None:
    """Return where training and validation part; None where this is not overfitting, whatever else it is.

    It is overfitting where the validation loss has been at least 3 per cent above its least value for the last two
    epochs, by more than its usual waves since, while the network got better on its training images: their loss fell on,
    it is far below that of guessing, and more of them are right than of the validation images. A training that
    diverges, one that guesses, and one that is better on the validation images are none.

    Parameters
    ----------
    loss, val_loss : sequence of float
        Training and validation loss of each epoch (cross-entropy in nats).
    accuracy, val_accuracy : sequence of float
        Of the same epochs, 0 to 1.
    classes : int
    """
    if not val_loss or not all(map(math.isfinite, (*loss, *val_loss, *accuracy, *val_accuracy))):
        return None
    best = min(range(len(val_loss)), key=val_loss.__getitem__)
    risen = min(val_loss[-_LEAST_EPOCHS:]) - val_loss[best]
    rises = len(val_loss) - 1 - best >= _LEAST_EPOCHS and risen >= max(
        _LEAST_RISE * val_loss[best], _wave(val_loss[best:])
    )
    learns = loss[-1] < loss[best] and accuracy[-1] >= accuracy[best] and loss[-1] <= _LEARNED * math.log(classes)
    parted = val_loss[-1] > loss[-1] and accuracy[-1] - val_accuracy[-1] >= _LEAST_GAP
    if not (rises and learns and parted):
        return None
    return Overfitting(best + 1, best + 2, len(val_loss), val_loss[best], val_loss[-1])


def _wave(values: Sequence[float]) -> float:
    """Return how far values usually (in the median) lie from the middle of their neighbours."""
    waves = [abs(values[i] - (values[i - 1] + values[i + 1]) / 2) for i in range(1, len(values) - 1)]
    return median(waves) if waves else 0.0
