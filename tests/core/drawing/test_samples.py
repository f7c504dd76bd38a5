"""Drawings to start from, and drawings as the images that a network reads."""

import numpy as np
import pytest

from mnist_core.datasets import get_spec
from mnist_core.drawing import (
    paint_drawing,
    prepare_drawing,
    prepare_parts,
    prepare_strokes,
    read_canvas,
    samples,
    separate,
)
from mnist_core.errors import ImageError

every_sample = pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)


@every_sample
def test_a_sample_lies_whole_on_the_canvas_and_shows_what_its_name_says(sample):
    points = np.concatenate([points for points, _ in sample.shapes])
    assert points.min() >= 10
    assert points.max() <= 270
    drawing = read_canvas(sample.on_canvas(18), 280)
    if not sample.filled:
        assert len(separate(drawing.strokes)) == len(sample.name)
        assert not any(drawing.filled)
    else:
        assert sample.name in {name.split("/")[0] for name in get_spec("fashion_mnist").class_names}
        assert all(drawing.filled)
        assert 0.1 < (paint_drawing(drawing, 280) > 0).mean() < 0.6
    assert all(part.image.shape == (28, 28) for part in prepare_parts(drawing, 280, sample.collection))


def test_each_digit_of_a_number_is_prepared_by_itself():
    (number,) = (sample for sample in samples() if sample.name == "36")
    drawing = read_canvas(number.on_canvas(18), 280)
    parts = prepare_parts(drawing, 280, "digits")
    assert len(parts) == 2
    for part, stroke in zip(parts, drawing.strokes, strict=True):
        assert np.array_equal(part.image, prepare_strokes([stroke]).image)


def test_clothes_are_one_piece_with_its_shades():
    (bag,) = (sample for sample in samples() if sample.name == "Bag")
    drawing = read_canvas(bag.on_canvas(18), 280)
    (part,) = prepare_parts(drawing, 280, "clothes")
    assert np.array_equal(part.image, prepare_drawing(drawing, 280, "clothes").image)
    assert len(np.unique(part.image)) > 3


@pytest.mark.parametrize("kind", ["digits", "clothes"])
def test_an_empty_drawing_is_refused_in_words(kind):
    with pytest.raises(ImageError, match="nothing drawn"):
        prepare_parts(read_canvas({"objects": []}, 280), 280, kind)
