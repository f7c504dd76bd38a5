"""Connected parts, against SciPy."""

import numpy as np
import pytest
from scipy import ndimage

from mnist_core.photos.components import components, groups


@pytest.mark.parametrize("share", [0.02, 0.2, 0.4, 0.6, 0.95])
@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (33, 57), (150, 120)])
def test_are_those_that_scipy_finds(share, shape):
    mask = np.random.default_rng(1).random(shape) < share
    labels, n = ndimage.label(mask, structure=np.ones((3, 3)))
    found = components(mask)
    assert len(found.areas) == n
    assert len(set(zip(labels.ravel().tolist(), found.labels.ravel().tolist(), strict=True))) == n + (not mask.all())
    for index, (top, left, bottom, right) in enumerate(found.boxes.tolist()):
        own = found.labels == index + 1
        assert own.sum() == found.areas[index]
        rows, columns = np.nonzero(own)
        assert (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1) == (top, left, bottom, right)


def test_a_long_winding_line_is_one_part():
    mask = np.zeros((101, 101), np.bool_)
    mask[::2] = True
    mask[1::4, -1] = mask[3::4, 0] = True
    assert len(components(mask).areas) == 1


def test_an_empty_mask_has_no_parts():
    found = components(np.zeros((5, 7), np.bool_))
    assert found.boxes.shape == (0, 4)
    assert not found.labels.any()


def test_groups_hang_together_over_chains_of_pairs():
    left, right = np.array([0, 3, 5]), np.array([4, 4, 6])
    assert [group.tolist() for group in groups(7, left, right)] == [[0, 3, 4], [1], [2], [5, 6]]
    assert groups(0, left[:0], right[:0]) == []
