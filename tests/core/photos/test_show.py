import numpy as np

from mnist_core.photos import with_boxes


def test_boxes_and_words_are_drawn_where_things_are():
    colours = np.full((300, 400, 3), 255, np.uint8)
    before = colours.copy()
    shown = with_boxes(colours, [(100, 50, 200, 120), (0, 300, 300, 400)], ["7", ""])
    assert shown.shape == colours.shape
    assert np.array_equal(colours, before)
    changed = (shown != 255).any(axis=2)
    assert changed[97:104, 60:110].any()
    assert not changed[110:190, 60:110].any()  # nothing lies over the digit itself
    assert changed[70:95, 47:60].any()  # the word


def test_a_large_picture_is_shown_smaller():
    shown = with_boxes(np.zeros((600, 1800, 3), np.uint8), [], [])
    assert shown.shape == (300, 900, 3)
