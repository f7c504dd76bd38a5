"""Charts with a frame for every moment of a film."""

import json

import numpy as np
import pytest

from mnist_core.evaluation import ConfusionMatrix
from mnist_core.figures.film import film_map_figure, film_matrix_figure, film_sizes_figure, river_figure
from mnist_core.figures.matrix import confusion_figure
from mnist_core.figures.theme import DARK, LIGHT
from mnist_core.text import Translator

T = Translator("en")
NAMES = ("zero", "one")
EPOCHS = (0.0, 0.2, 1.0)


@pytest.fixture
def points():
    return np.array([[[0, 0], [1, 1], [2, 0]], [[np.nan] * 2] * 3, [[-9, 0], [5, 4], [3, 8]]], np.float32)


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_the_axes_of_the_map_hold_all_moments_and_points_keep_their_place_among_the_frames(look, points):
    chosen = np.array([[0, 0], [0, 0], [0, 12]], np.float32)
    labels, numbers = np.array([0, 1, 0]), np.array([70, 80, 90])
    figure = film_map_figure(points, labels, numbers, NAMES, chosen=chosen, theme=look, t=T)
    low, high = figure.layout.xaxis.range
    assert low < -9
    assert high > 5
    assert figure.layout.yaxis.range[1] > 12  # the chosen image too
    assert [list(trace.customdata) for trace in figure.data[:2]] == [[70, 90], [80]]
    assert [trace.name for trace in figure.data] == [*NAMES, "the chosen image"]
    assert len(figure.frames) == 3
    assert list(figure.frames[2].data[0].x) == [-9, 3]
    assert list(figure.frames[1].data[0].x) == [None, None]
    assert list(figure.frames[0].data[2].y) == [0]
    assert list(figure.frames[0].traces) == [0, 1, 2]
    alone = film_map_figure(points, labels, numbers, NAMES, chosen=None, theme=look, t=T)
    assert len(alone.data) == 2
    assert "NaN" not in alone.to_json()


def test_a_map_of_nothing_has_axes_all_the_same():
    nothing = np.full((2, 3, 2), np.nan, np.float32)
    figure = film_map_figure(nothing, np.array([0, 1, 0]), np.arange(3), NAMES, chosen=None, theme=LIGHT, t=T)
    assert figure.layout.xaxis.range[0] < figure.layout.xaxis.range[1]


def test_each_frame_of_the_matrix_has_its_counts():
    matrices = [ConfusionMatrix(np.array(counts)) for counts in ([[5, 5], [10, 0]], [[10, 0], [1, 9]])]
    figure = film_matrix_figure(matrices, NAMES, theme=LIGHT, t=T)
    assert np.asarray(figure.frames[0].data[0].customdata).tolist() == [[5, 5], [10, 0]]
    assert np.asarray(figure.frames[1].data[0].z).tolist() == [[1, 0], [0.316, 0.949]]
    assert np.asarray(figure.data[0].customdata).tolist() == [[10, 0], [1, 9]]


def test_long_words_below_a_matrix_are_aslant_from_the_beginning_and_none_is_left_out():
    matrix = ConfusionMatrix(np.array([[5, 5], [10, 0]]))
    for names, angle in ((NAMES, 45), (("0", "1"), 0)):
        for figure in (
            film_matrix_figure([matrix], names, theme=LIGHT, t=T),
            confusion_figure(matrix, names, unit="counts", theme=LIGHT, t=T),
        ):
            assert figure.layout.xaxis.tickangle == angle
            assert figure.layout.xaxis.dtick == figure.layout.yaxis.dtick == 1


def test_a_mark_goes_along_the_curve_of_each_layer():
    sizes = {"spread": np.array([[1, 2], [3, 4], [5, 6.0]]), "dead": np.array([[0.5, np.nan]] * 3)}
    figure = film_sizes_figure(sizes, ("1. Dense", "2. Dense"), EPOCHS, theme=LIGHT, t=T)
    assert len(figure.data) == 8
    frame = figure.frames[1]
    assert list(frame.traces) == [4, 5, 6, 7]
    assert [(one.x[0], one.y[0]) for one in frame.data] == [(1, 3), (1, 4), (1, 0.5), (1, None)]
    assert [trace.name for trace in figure.data if trace.showlegend] == ["1. Dense", "2. Dense"]
    assert list(figure.layout.xaxis2.ticktext) == ["0", "0.2", "1"]


def test_bands_fill_the_height_and_a_line_stands_where_the_answer_began():
    rows = np.array([[0.9, 0.1], [0.2, 0.8], [0, 1]], np.float32)
    figure = river_figure(rows, NAMES, EPOCHS, since=1, theme=LIGHT, t=T)
    told = json.loads(figure.to_json())
    np.testing.assert_allclose(np.sum([trace["y"] for trace in told["data"]], axis=0), 100, atol=0.1)
    assert {trace["stackgroup"] for trace in told["data"]} == {"all"}
    assert told["layout"]["shapes"][0]["x0"] == 1
