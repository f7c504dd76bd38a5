"""Steps on images that are changed at random: what they are given, in which order, and after a pause."""

import numpy as np
import pytest

from mnist_core.augmentation import augment
from mnist_core.config import AugmentationConfig, RunConfig, TrainConfig
from mnist_core.training import augmented
from mnist_core.training.augmented import AugmentedSteps
from mnist_core.training.protocol import Totals, epoch_order

BATCH, IMAGES, EPOCHS = 4, 45, 3
CONFIG = RunConfig(train=TrainConfig(batch_size=BATCH, epochs=EPOCHS, seed=3), augment=AugmentationConfig(shift=3))


class RecordingSteps:
    """Keeps every batch that it is asked to train on."""

    def __init__(self):
        self.batches = []
        self.shapes = set()

    def replace(self, images, labels):
        self._images, self._labels = images, labels
        self.shapes.add((images.shape, labels.shape))

    def begin_epoch(self, order, epoch):
        self._order = order

    def advance(self, position, wanted):
        done = 0
        for first in range(position * BATCH, min((position + wanted) * BATCH, len(self._order)), BATCH):
            chosen = self._order[first : first + BATCH]
            self.batches.append((self._images[chosen], self._labels[chosen]))
            done += 1
        return Totals(done, 0.0, 0, 0)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(augmented, "_IMAGES", 4 * BATCH)  # 12 batches an epoch: blocks of 4, 4 and 4


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (IMAGES, 28, 28), dtype=np.uint8), np.arange(IMAGES, dtype=np.uint8)


def batches(data, *, wanted=3, begin=(0, 0), config=CONFIG):
    """Return what steps were given from an epoch's batch on to the end of the run."""
    recorder = RecordingSteps()
    steps = AugmentedSteps(recorder, *data, config)
    first_epoch, position = begin
    for epoch in range(first_epoch, EPOCHS):
        steps.begin_epoch(epoch_order(config.train.seed, epoch, IMAGES), epoch)
        while position < -(-IMAGES // BATCH):
            position += steps.advance(position, wanted).batches
        position = 0
    return recorder


def equal(some, others):
    return len(some) == len(others) and all(
        np.array_equal(one[0], other[0]) and np.array_equal(one[1], other[1])
        for one, other in zip(some, others, strict=True)
    )


def test_every_epoch_has_every_image_once_with_its_own_label_in_the_epochs_order(data):
    found = batches(data).batches
    labels = np.concatenate([labels for _, labels in found]).reshape(EPOCHS, IMAGES)
    for epoch in range(EPOCHS):
        np.testing.assert_array_equal(labels[epoch], epoch_order(3, epoch, IMAGES))
    assert [len(labels) for _, labels in found[:12]] == [4] * 11 + [1]


def test_the_images_are_changed_versions_of_those_of_the_epochs_order(data):
    found = np.concatenate([images for images, _ in batches(data).batches[:4]])
    chosen = epoch_order(3, 0, IMAGES)[: 4 * BATCH]
    expected = augment(data[0][chosen], CONFIG.augment, np.random.default_rng([3, 0, 1]))
    np.testing.assert_array_equal(found, expected)


def test_an_image_looks_different_in_each_epoch(data):
    found = batches(data).batches
    seen = [image for images, labels in found for image, label in zip(images, labels, strict=True) if label == 7]
    assert len(seen) == EPOCHS
    assert len({image.tobytes() for image in seen}) == EPOCHS


@pytest.mark.parametrize("wanted", [1, 2, 100])
def test_how_the_steps_are_cut_makes_no_difference(data, wanted):
    assert equal(batches(data, wanted=wanted).batches, batches(data).batches)


@pytest.mark.parametrize("begin", [(0, 1), (0, 4), (1, 0), (1, 7), (2, 11)])
def test_after_a_pause_anywhere_the_same_images_follow(data, begin):
    epoch, position = begin
    assert equal(batches(data, begin=begin).batches, batches(data).batches[12 * epoch + position :])


def test_another_seed_gives_other_images(data):
    other = CONFIG.with_settings({"seed": 4})
    assert not equal(batches(data, config=other).batches, batches(data).batches)


def test_the_steps_are_always_given_as_many_images_so_that_nothing_is_compiled_anew(data):
    assert batches(data).shapes == {((16, 28, 28), (16,))}


def test_an_error_while_images_are_prepared_comes_up_in_the_training(data, monkeypatch):
    def broken(*_):
        raise MemoryError("none left")

    monkeypatch.setattr(augmented, "augment", broken)
    with pytest.raises(MemoryError, match="none left"):
        batches(data)
