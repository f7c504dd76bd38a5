"""What a network learns from when it is taught: a visitor's drawings, varied, among images that it knows."""

from dataclasses import dataclass

import numpy as np

from mnist_core.augmentation import augment
from mnist_core.drawing.personal import VARIED
from mnist_core.training.protocol import Bytes


@dataclass(frozen=True)
class Mix:
    """A training set made for one visitor.

    Attributes
    ----------
    images : ndarray of shape (n, 28, 28), uint8
    labels : ndarray of shape (n,), uint8
    """

    images: Bytes
    labels: Bytes


def make_mix(drawings: Mix, known: Mix, *, copies: int, rehearsal: int, seed: int) -> Mix:
    """Return varied copies of drawings together with a random sample of known images.

    The sample is there so that the network does not forget: networks that go on learning from new
    images alone lose what they knew (rehearsal; A. Robins, "Catastrophic forgetting, rehearsal and
    pseudorehearsal", Connection Science 7 (1995) 123-146).

    Parameters
    ----------
    drawings : Mix
        At least one. Each appears once as it is.
    known : Mix
        The images that the network was trained on; may be mapped from a file.
    copies : int
        How many images are made of the drawings, in equal shares; at least as many as there are.
    rehearsal : int
        How many known images are taken; all of them where there are fewer.
    seed : int
    """
    rng = np.random.default_rng(seed)
    chosen = np.arange(max(copies, len(drawings.labels))) % len(drawings.labels)
    varied = augment(drawings.images[chosen], VARIED, rng)
    varied[: len(drawings.labels)] = drawings.images
    kept = np.sort(rng.choice(len(known.labels), min(rehearsal, len(known.labels)), replace=False))
    return Mix(
        np.concatenate([varied, known.images[kept]]),
        np.concatenate([drawings.labels[chosen], known.labels[kept]]),
    )
