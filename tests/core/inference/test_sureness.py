"""When a network may be called sure."""

import numpy as np
import pytest

from mnist_core.inference import sure_from


def squares(n):
    """Return bright squares on the left (0) or on the right (1)."""
    labels = np.arange(n) % 2
    images = np.zeros((n, 28, 28), np.uint8)
    images[labels == 0, 9:19, 4:10] = 255
    images[labels == 1, 9:19, 18:24] = 255
    return images, labels


def test_a_network_that_is_right_about_every_change_is_sure_at_once():
    images, labels = squares(400)

    def predict(images):
        right = images[:, :, 14:].sum(axis=(1, 2)) > images[:, :, :14].sum(axis=(1, 2))
        return np.where(right[:, None], [0.4, 0.6], [0.6, 0.4]).astype(np.float32)

    assert sure_from(predict, images, labels) == pytest.approx(0.6)


def test_what_a_network_says_to_unchanged_images_does_not_count():
    """It knows only images exactly like its own, and guesses for all others with less confidence."""
    images, labels = squares(400)
    known = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}

    def predict(images):
        rows = []
        for image in images:
            label = known.get(image.tobytes())
            rows.append([0.7, 0.3] if label is None else np.eye(2)[label])
        return np.array(rows, np.float32)

    assert sure_from(predict, images, labels) > 0.7


def test_a_network_that_guesses_may_never_be_sure():
    images, labels = squares(400)
    assert sure_from(lambda images: np.tile(np.float32([0.9, 0.1]), (len(images), 1)), images, labels) == np.inf


def test_the_images_themselves_stay_as_they_are():
    images, labels = squares(100)
    before = images.copy()
    images.setflags(write=False)
    sure_from(lambda images: np.tile(np.float32([1, 0]), (len(images), 1)), images, labels)
    assert np.array_equal(images, before)
