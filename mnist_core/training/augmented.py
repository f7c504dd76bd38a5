"""Training steps on images that are changed at random: prepared in a thread of its own, a little ahead.

Knows no backend: any steps that take other images on the way can be given changed ones. NumPy lets
go of Python's lock while it works, so the steps go on meanwhile.
"""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mnist_core.augmentation import augment
from mnist_core.config import RunConfig
from mnist_core.training.protocol import Bytes, ReplaceableSteps, Totals, epoch_order

_IMAGES = 4096  # about so many are prepared at once: long enough for a call, short enough to begin at once
_AHEAD = 2  # blocks, so that the next one is there when the steps have used theirs


class _Key(NamedTuple):
    """Which block of an epoch's batches, both counted from 0."""

    epoch: int
    block: int


class AugmentedSteps:
    """See `mnist_core.training.protocol.Steps`: others, with every epoch's images changed anew.

    An epoch is cut into blocks of whole batches, always at the same places. What is in a block
    follows from seed, epoch and block alone, wherever training was paused in between.
    """

    def __init__(self, steps: ReplaceableSteps, images: Bytes, labels: Bytes, config: RunConfig) -> None:
        self._steps = steps
        self._images = images
        self._labels = labels
        self._config = config
        size = config.train.batch_size
        # An even number: with dropout the XLA program does two at a turn.
        self._block_batches = max(2, _IMAGES // size // 2 * 2)
        self._block_images = self._block_batches * size
        self._blocks = -(-len(images) // self._block_images)
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="augmentation")
        self._coming: deque[tuple[_Key, Future[tuple[Bytes, Bytes]]]] = deque()
        self._orders: dict[int, npt.NDArray[np.int32]] = {}
        self._epoch = 0
        self._loaded: _Key | None = None

    def begin_epoch(self, order: npt.NDArray[np.int32], epoch: int) -> None:
        """Take the number of an epoch and its order."""
        self._epoch = epoch
        self._orders = {epoch: order}

    def advance(self, position: int, wanted: int) -> Totals:
        """Do about `wanted` batches, none beyond the block that `position` is in."""
        block, inside = divmod(position, self._block_batches)
        key = _Key(self._epoch, block)
        if key != self._loaded:
            self._load(key)
        return self._steps.advance(inside, min(wanted, self._block_batches - inside))

    def _load(self, key: _Key) -> None:
        """Give the steps the images of a block, and have the next ones prepared."""
        if not self._coming or self._coming[0][0] != key:
            self._coming.clear()  # begun in the middle, after a pause
            self._ask_for(key)
        _, future = self._coming.popleft()
        following = self._following(self._coming[-1][0] if self._coming else key)
        while following is not None and len(self._coming) < _AHEAD:
            self._ask_for(following)
            following = self._following(following)
        images, labels = future.result()
        self._steps.replace(images, labels)
        count = min(self._block_images, len(self._images) - key.block * self._block_images)
        self._steps.begin_epoch(np.arange(count, dtype=np.int32), key.epoch)
        self._loaded = key

    def _following(self, key: _Key) -> _Key | None:
        """Return the next block, if there is one in this run."""
        if key.block + 1 < self._blocks:
            return _Key(key.epoch, key.block + 1)
        return _Key(key.epoch + 1, 0) if key.epoch + 1 < self._config.train.epochs else None

    def _ask_for(self, key: _Key) -> None:
        if key.epoch not in self._orders:
            self._orders[key.epoch] = epoch_order(self._config.train.seed, key.epoch, len(self._images))
        first = key.block * self._block_images
        chosen = self._orders[key.epoch][first : first + self._block_images]
        self._coming.append((key, self._executor.submit(self._prepare, key, chosen)))

    def _prepare(self, key: _Key, chosen: npt.NDArray[np.int32]) -> tuple[Bytes, Bytes]:
        """Return changed images and their labels; the last block is filled up with zeros."""
        rng = np.random.default_rng([self._config.train.seed, key.epoch, 1 + key.block])
        missing = self._block_images - len(chosen)
        labels = self._labels[chosen]
        images = augment(self._images[chosen], self._config.augment, rng, labels)
        return np.pad(images, ((0, missing), (0, 0), (0, 0))), np.pad(labels, (0, missing))
