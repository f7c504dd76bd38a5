"""Figures of the data, from values made by hand."""

import numpy as np
import plotly.graph_objects as go
import pytest

from mnist_core.figures.exploration import (
    map_alt,
    map_figure,
    pixel_histogram_alt,
    pixel_histogram_figure,
    rules_alt,
    rules_figure,
)
from mnist_core.figures.theme import CLASS_COLORS, DARK, LIGHT, Theme
from mnist_core.text import Translator

T = Translator("en")
STARTS, COUNTS = np.arange(1, 256, 51), np.array([10, 0, 0, 30, 60])
POINTS = np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 9.0], [0.0, 2.0]])
LABELS, INDICES = np.array([0, 0, 2, 1]), np.array([11, 12, 13, 14])
NAMES = ("shirt", "coat", "bag")


def test_the_bars_are_shares_of_the_pixels_with_ink_and_name_their_values() -> None:
    bars = pixel_histogram_figure(STARTS, COUNTS, theme=LIGHT, t=T).data[0]
    assert list(bars.y) == [10, 0, 0, 30, 60]
    assert bars.customdata[-1].tolist() == [205, 255, 60]
    assert bars.x[0] == 26
    assert pixel_histogram_alt(0.8, STARTS, COUNTS, T) == (
        "Bars: 80% of all pixels have no ink; of the others 60% have values from 205 to 255, "
        "more than in any other bar."
    )


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_each_class_has_its_colour_and_symbol_and_each_point_its_place(look: Theme) -> None:
    figure = map_figure(POINTS, LABELS, INDICES, NAMES, ("x", "y"), theme=look, t=T)
    go.Figure(figure)  # plotly accepts it
    shirts, coats, bags = figure["data"]
    assert [trace["name"] for trace in figure["data"]] == list(NAMES)
    assert shirts["customdata"] == [0, 1]
    assert coats["customdata"] == [3]
    assert bags["text"] == ["13"]
    assert (bags["x"], bags["y"]) == ([9.0], [9.0])
    assert [trace["marker"]["color"] for trace in figure["data"]] == list(CLASS_COLORS[:3])
    assert len({trace["marker"]["symbol"] for trace in figure["data"]}) == 3


def test_ten_classes_have_ten_symbols() -> None:
    figure = map_figure(
        np.zeros((10, 2)), np.arange(10), np.arange(10), tuple("0123456789"), ("x", "y"), theme=LIGHT, t=T
    )
    assert len({trace["marker"]["symbol"] for trace in figure["data"]}) == 10


def test_the_map_in_words_names_near_and_far_classes() -> None:
    assert map_alt(POINTS, LABELS, NAMES, T) == (
        "Map of 4 images as points. The middles of shirt and coat are nearest to each other, "
        "those of shirt and bag farthest apart."
    )
    assert map_alt(POINTS[:2], LABELS[:2], NAMES, T) == "Map of 2 images as points."


def test_a_rule_that_is_not_worked_out_has_an_empty_bar_without_words() -> None:
    figure = rules_figure(["net", "rule"], [0.9, float("nan")], highlight=0, theme=LIGHT, t=T)
    assert list(figure.data[0].text) == ["90.0%", ""]
    assert figure.data[0].marker.color[0] != figure.data[0].marker.color[1]
    assert rules_alt(["net", "rule"], [0.9, float("nan")], T) == "Bars of the test accuracy: net 90.0%."
