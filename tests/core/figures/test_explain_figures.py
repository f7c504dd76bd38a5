"""Maps in colours, bars of a layer, and points on a map."""

import numpy as np
import pytest

from mnist_core.figures.explain import (
    activation_alt,
    activation_figure,
    heat_image,
    heat_sheet,
    plane_alt,
    plane_figure,
)
from mnist_core.figures.theme import DARK, LIGHT
from mnist_core.text import Translator

T = Translator("en")
NAMES = ("zero", "one", "two")


def test_positive_is_orange_negative_is_blue_and_nothing_is_black() -> None:
    picture = heat_image(np.array([[2.0, -2.0, 0.0, 1.0]]))
    assert picture.dtype == np.uint8
    assert picture[0].tolist() == [[255, 159, 28], [58, 155, 255], [0, 0, 0], [128, 80, 14]]


def test_the_image_is_seen_where_the_map_is_empty() -> None:
    image = np.array([[0, 200]], np.uint8)
    picture = heat_image(np.zeros((1, 2)), image=image)
    assert picture[0].tolist() == [[0, 0, 0], [90, 90, 90]]
    assert heat_image(np.ones((1, 2)), image=image)[0, 1].tolist() == [255, 159, 28]


def test_a_common_limit_keeps_maps_comparable() -> None:
    assert heat_image(np.array([[1.0]]), limit=2.0)[0, 0].tolist() == [128, 80, 14]
    assert heat_image(np.array([[5.0]]), limit=2.0)[0, 0].tolist() == [255, 159, 28]


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_bars_show_each_units_number(look) -> None:
    values = np.array([0.0, 1.5, -0.25], np.float32)
    figure = activation_figure(values, None, theme=look, t=T)
    assert list(figure.data[0].y) == [0.0, 1.5, -0.25]
    assert figure.layout.xaxis.title.text == "unit"
    named = activation_figure(values, NAMES, theme=look, t=T)
    assert list(named.data[0].x) == list(NAMES)
    assert named.layout.yaxis.title.text == "probability"
    assert activation_alt(values, T) == "Bars: 1 of 3 units give more than 0, the strongest is number 1 with 1.50."


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_each_class_has_its_points_with_the_images_number_and_the_chosen_one_a_ring(look) -> None:
    points = np.arange(10.0).reshape(5, 2)
    figure = plane_figure(points, np.array([0, 1, 0, 2, 1]), NAMES, marked=3, theme=look, t=T)
    assert [trace.name for trace in figure.data] == [*NAMES, "the chosen image"]
    assert list(figure.data[1].customdata) == [1, 4]
    assert list(figure.data[1].x) == [2.0, 8.0]
    assert len({trace.marker.symbol for trace in figure.data}) == 4
    assert (figure.data[3].x[0], figure.data[3].y[0]) == (6.0, 7.0)
    for marked in (None, 5):
        assert len(plane_figure(points, np.zeros(5, int), NAMES, marked=marked, theme=look, t=T).data) == 3
    assert "50%" in plane_alt(1000, 0.5, T)


@pytest.mark.parametrize(
    ("shape", "size"),
    [((64, 28, 28), (238, 238)), ((32, 3, 3), (102, 206)), ((10, 28, 28), (58, 148)), ((7, 5, 5), (64, 64))],
)
def test_a_sheet_has_full_rows_with_each_map_in_its_own_place_and_the_same_colours(
    shape: tuple[int, int, int], size: tuple[int, int]
) -> None:
    maps = np.zeros(shape, np.float16)
    maps[1], maps[2] = 0.5, -2.0
    sheet = heat_sheet(maps, 0.5)
    assert sheet.shape == (*size, 3)
    side = 24 // shape[1] * shape[1] or shape[1]
    first, second, third = (sheet[side // 2, place * (side + 2) + side // 2] for place in range(3))
    assert first.tolist() == [0, 0, 0]
    np.testing.assert_array_equal(second, heat_image(np.ones((1, 1)))[0, 0])
    np.testing.assert_array_equal(third, heat_image(-np.ones((1, 1)))[0, 0])


def test_a_sheet_of_nothing_but_zeros_is_black() -> None:
    assert heat_sheet(np.zeros((1, 28, 28)), 0.0).max() == 0
