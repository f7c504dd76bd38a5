"""The curves of accuracy against strength: what is drawn, and what is said of it."""

import numpy as np
import plotly.graph_objects as go
import pytest

from mnist_core.evaluation import wilson_interval
from mnist_core.evaluation.robustness import AccuracyCurve
from mnist_core.figures.robustness import robustness_alt, robustness_figure, worst_case_alt, worst_case_figure
from mnist_core.figures.theme import DARK, LIGHT, Theme, translucent
from mnist_core.text import Translator

T = Translator("en")
DENSE = AccuracyCurve("shift_x", np.array([-2.0, 0.0, 2.0]), np.array([40, 96, 50]), 100)
CNN = AccuracyCurve("shift_x", np.array([-2.0, 0.0, 2.0]), np.array([80, 99, 79]), 100)
CURVES = [("Dense", DENSE), ("CNN", CNN)]


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_each_run_is_a_line_in_the_band_of_its_intervals(look: Theme) -> None:
    figure = robustness_figure(CURVES, 2.0, 10, theme=look, t=T)
    go.Figure(figure)  # plotly accepts it
    bands, lines = figure["data"][::2], figure["data"][1::2]
    assert [line["name"] for line in lines] == ["Dense", "CNN"]
    assert lines[0]["y"] == [40.0, 96.0, 50.0]
    low, high = wilson_interval(96, 100)
    assert lines[0]["customdata"][1] == pytest.approx([100 * low, 100 * high], abs=0.006)
    assert bands[0]["x"] == [-2, 0, 2, 2, 0, -2]
    assert bands[0]["y"][1] == pytest.approx(100 * high, abs=0.006)
    assert bands[0]["y"][4] == pytest.approx(100 * low, abs=0.006)


def test_runs_differ_by_colour_and_by_form() -> None:
    lines = robustness_figure([("A run", DENSE)] * 5, 0.0, 10, theme=LIGHT, t=T)["data"][1::2]
    assert len({line["line"]["color"] for line in lines}) == 5
    assert len({line["marker"]["symbol"] for line in lines}) == 5


def test_a_name_that_plotly_would_read_as_a_link_is_shown_as_it_was_typed() -> None:
    figure = robustness_figure([('<a href="http://b">Log in</a>', DENSE)], 0.0, 10, theme=LIGHT, t=T)
    assert figure["data"][1]["name"] == '&lt;a href="http://b"&gt;Log in&lt;/a&gt;'


def test_the_chosen_strength_and_blind_guessing_are_marked() -> None:
    chosen, guessing = robustness_figure(CURVES, 1.5, 4, theme=LIGHT, t=T)["layout"]["shapes"]
    assert chosen["x0"] == chosen["x1"] == 1.5
    assert guessing["y0"] == guessing["y1"] == 25.0


def test_axes_name_what_they_show_with_its_unit() -> None:
    axes = robustness_figure(CURVES, 0.0, 10, theme=LIGHT, t=T)["layout"]
    assert axes["xaxis"]["title"]["text"] == "Shift sideways (pixels)"
    assert axes["yaxis"]["title"]["text"] == "accuracy (%)"


def test_the_figure_in_words_names_each_run_with_its_worst() -> None:
    assert robustness_alt(CURVES, T) == (
        "Accuracy against Shift sideways, in pixels. Dense: 96.0% untouched, least at -2 with 40.0%. "
        "CNN: 99.0% untouched, least at 2 with 79.0%."
    )


def test_a_translucent_colour_keeps_its_hue() -> None:
    assert translucent("#FF8000", 0.25) == "rgba(255,128,0,0.25)"


WORST = AccuracyCurve("worst_case", np.array([0.0, 8.0, 64.0]), np.array([98, 60, 2]), 100)
BY_CHANCE = AccuracyCurve("random_directions", np.array([0.0, 8.0, 64.0]), np.array([98, 97, 80]), 100)


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_the_worst_direction_is_shown_beside_random_ones(look: Theme) -> None:
    figure = worst_case_figure(WORST, BY_CHANCE, theme=look, t=T)
    go.Figure(figure)
    lines = {line["name"]: line["y"] for line in figure["data"][1::2]}
    assert lines == {"the worst direction": [98.0, 60.0, 2.0], "random directions": [98.0, 97.0, 80.0]}


def test_the_worst_case_is_told_at_the_change_that_costs_half() -> None:
    assert worst_case_alt(WORST, BY_CHANCE, T) == (
        "Accuracy against the change of every pixel: a change of 64 grey values leaves 2% in the worst direction and "
        "80% in random ones."
    )
    assert "even the worst one of 64 grey values leaves 80%" in worst_case_alt(BY_CHANCE, BY_CHANCE, T)
