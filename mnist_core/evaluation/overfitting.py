"""Where a network begins to learn its training images by heart."""

from collections.abc import Sequence
from dataclasses import dataclass

# The validation loss may rise by chance; these keep small waves from being called overfitting.
_LEAST_RISE = 0.03
_LEAST_EPOCHS = 2


@dataclass(frozen=True)
class Overfitting:
    """What training and validation losses say.

    Attributes
    ----------
    best_epoch : int
        Epoch of the least validation loss, from 1.
    opens_at : int or None
        The epoch from which training and validation part: the validation loss never comes back to its least
        value, and ends at least 3 per cent above it after two epochs or more, while the training loss falls on.
    last_epoch : int
    best_loss, last_loss : float
        Validation loss at the best epoch and at the last one.
    """

    best_epoch: int
    opens_at: int | None
    last_epoch: int
    best_loss: float
    last_loss: float


def overfitting(loss: Sequence[float], val_loss: Sequence[float]) -> Overfitting | None:
    """Return what the losses after each epoch say, or None before the first epoch.

    Parameters
    ----------
    loss, val_loss : sequence of float
        Training and validation loss of each epoch, of one length.
    """
    if not val_loss:
        return None
    best = min(range(len(val_loss)), key=val_loss.__getitem__)
    parted = (
        len(val_loss) - 1 - best >= _LEAST_EPOCHS
        and val_loss[-1] >= (1 + _LEAST_RISE) * val_loss[best]
        and loss[-1] < loss[best]
    )
    return Overfitting(best + 1, best + 2 if parted else None, len(val_loss), val_loss[best], val_loss[-1])
