import numpy as np
import pytest

from mnist_core.drawing.personal import TURNS, dark_on_light, find_lie, turned
from tests.glyphs import glyphs, read_glyphs


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("inverted", [False, True])
def test_how_a_set_lies_is_found_and_turned_back(turn, inverted):
    images, labels = glyphs(60)
    lying = turned(255 - images if inverted else images, turn)
    lie = find_lie(lying, labels, read_glyphs)
    assert lie.inverted.all() == lie.inverted.any() == inverted
    assert lie.right[lie.turn] == lie.judged == 60
    np.testing.assert_array_equal(turned(lying, lie.turn, lie.inverted), images)


def test_a_few_inverted_ones_among_many_are_found():
    images, labels = glyphs(40)
    mixed = images.copy()
    mixed[[3, 17]] = 255 - mixed[[3, 17]]
    lie = find_lie(mixed, labels, read_glyphs)
    assert np.flatnonzero(lie.inverted).tolist() == [3, 17]
    np.testing.assert_array_equal(turned(mixed, "none", lie.inverted), images)


@pytest.mark.parametrize("n", [1, 2])
def test_of_one_or_two_nothing_can_be_told(n):
    images, labels = glyphs(n)
    lie = find_lie(turned(images, "transposed"), labels, read_glyphs)
    assert lie.turn == "none"
    assert lie.judged == n


def test_what_no_way_makes_readable_stays_as_it_is():
    images, labels = glyphs(60)
    lie = find_lie(images, (labels + 1) % 10, read_glyphs)
    assert lie.turn == "none"
    assert lie.right["none"] < 20


def test_of_many_a_hundred_are_judged_in_each_way():
    images, labels = glyphs(1000)
    asked = []

    def predict(some):
        asked.append(len(some))
        return read_glyphs(some)

    assert find_lie(images, labels, predict).judged == 100
    assert asked == [100] * len(TURNS)


def test_bright_drawings_with_a_dark_border_are_not_inverted():
    images = np.zeros((1, 28, 28), np.uint8)
    images[:, 1:-1, 1:-1] = 255
    assert not dark_on_light(images).any()
    assert dark_on_light(255 - images // 8).all()
