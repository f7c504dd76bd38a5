"""The chart of a test of learning rates."""

from math import log10

import pytest

from mnist_core.evaluation import RateFinding
from mnist_core.figures.studies.rate import rate_alt, rate_figure
from mnist_core.figures.theme import DARK, LIGHT
from mnist_core.text import Translator

EN = Translator("en")
RATES = (1e-6, 1e-4, 1e-2, 1.0)


def finding(diverges: float | None) -> RateFinding:
    return RateFinding(
        rates=RATES,
        losses=(2.3, 2.2, 0.5, 9.0),
        smoothed=(2.3, 2.2, 0.6, 8.0),
        moves=1e-4,
        best=1e-2,
        diverges=diverges,
        suggested=0.003,
    )


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_three_zones_stand_side_by_side_and_are_named(theme):
    drawn = rate_figure(finding(0.3), theme=theme, t=EN)
    shades = [shape for shape in drawn["layout"]["shapes"] if shape["type"] == "rect"]
    assert [(shade["x0"], shade["x1"]) for shade in shades] == [(1e-6, 1e-4), (1e-4, 0.3), (0.3, 10.0)]
    names = drawn["layout"]["annotations"]
    assert [name["text"] for name in names] == ["too small: hardly moves", "just right", "diverges"]
    for name, shade in zip(names, shades, strict=True):
        assert log10(shade["x0"]) < name["x"] < log10(shade["x1"])


def test_what_never_diverges_has_two_zones():
    names = rate_figure(finding(None), theme=LIGHT, t=EN)["layout"]["annotations"]
    assert [name["text"] for name in names] == ["too small: hardly moves", "just right"]


def test_the_suggestion_is_marked_on_the_curve():
    single, course, star = rate_figure(finding(0.3), theme=LIGHT, t=EN)["data"]
    assert single["y"] == [2.3, 2.2, 0.5, 9.0]
    assert course["x"] == list(RATES)
    assert (star["x"], star["y"], star["name"]) == ([0.003], [0.6], "try 0.003")


def test_a_loss_that_flies_away_does_not_press_the_others_down():
    low, high = rate_figure(finding(0.3), theme=LIGHT, t=EN)["layout"]["yaxis"]["range"]
    assert low < 0.6
    assert 2.3 < high < 4


def test_the_chart_is_told_in_words():
    words = rate_alt(finding(0.3), EN)
    assert words.startswith(
        "Curve of the loss over a learning rate that rises from 0.000001 to 10. Learning rates below"
    )
    assert words.endswith("Try 0.003, about a quarter of where the loss was least (0.01).")
