"""Figures of several runs from values made by hand."""

from html import unescape

import numpy as np
import plotly.graph_objects as go
import pytest

from mnist_core.evaluation import recall_difference
from mnist_core.evaluation.comparing import Column, Line, RunResult
from mnist_core.figures.compare import accuracy_alt, accuracy_figure, class_difference_alt, class_difference_figure
from mnist_core.figures.overlay import overlay_alt, overlay_figure
from mnist_core.figures.parallel import parallel_alt, parallel_figure
from mnist_core.figures.run_style import keep_slots, run_style
from mnist_core.figures.theme import CLASS_COLORS, DARK, LIGHT, Theme
from mnist_core.text import Translator

T = Translator("en")
LINE = Line(np.array([0.5, 1.0, 2.0]), np.array([0.8, 0.9, 0.95]), np.array([False, True, True]))
NOTHING = Line(np.zeros(0), np.zeros(0), np.zeros(0, np.bool_))
FIRST, SECOND = ("First", run_style(0)), ("<b>Second</b>", run_style(1))


def result(accuracy: float | None) -> RunResult:
    known = accuracy is not None
    rest = dict.fromkeys(
        ("loss", "seconds", "epoch_seconds", "images_per_second", "parameters", "keras_bytes", "onnx_bytes", "device")
    )
    low, high = (accuracy - 0.01, accuracy + 0.005) if known else (None, None)
    return RunResult(accuracy=accuracy, low=low, high=high, test_images=100, epochs=1, **rest)


def test_a_hundred_runs_all_look_different() -> None:
    styles = [run_style(slot) for slot in range(100)]
    assert len({(style.color, style.symbol) for style in styles}) == 100
    assert [style.color for style in styles[:10]] == list(CLASS_COLORS)
    assert {style.dash for style in styles[:10]} == {"solid"}
    assert styles[10].dash != "solid"
    assert all(len(style.glyph) == 1 for style in styles)


def test_a_run_keeps_its_colour_when_another_goes_or_comes() -> None:
    slots = keep_slots({}, ["a", "b", "c"])
    assert slots == {"a": 0, "b": 1, "c": 2}
    slots = keep_slots(slots, ["a", "c"])
    assert slots == {"a": 0, "c": 2}
    assert keep_slots(slots, ["d", "a", "c", "e"]) == {"d": 1, "a": 0, "c": 2, "e": 3}
    assert keep_slots({"z": 99}, ["z", "y"]) == {"z": 99, "y": 0}


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_each_run_has_one_curve_in_its_colour(look: Theme) -> None:
    figure = overlay_figure(
        [(FIRST, LINE), (SECOND, LINE), (("No curve", run_style(2)), NOTHING)],
        "accuracy",
        "epoch",
        smoothing=0.0,
        theme=look,
        t=T,
    )
    go.Figure(figure)
    assert [trace["line"]["color"] for trace in figure["data"]] == list(CLASS_COLORS[:2])
    assert figure["data"][0]["y"] == [80.0, 90.0, 95.0]
    assert [size > 0 for size in figure["data"][0]["marker"]["size"]] == [False, True, True]
    # what a visitor typed stays what was typed
    assert unescape(figure["data"][1]["name"]) == "<b>Second</b>"
    assert "<b>" not in figure["data"][1]["name"]


def test_smoothing_leaves_the_measured_curve_behind_it() -> None:
    behind, front = overlay_figure([(FIRST, LINE)], "loss", "step", smoothing=0.5, theme=LIGHT, t=T)["data"]
    assert behind["y"] == [0.8, 0.9, 0.95]
    assert front["y"][-1] < 0.95
    assert behind["hoverinfo"] == "skip"


def test_without_any_curve_the_chart_is_empty() -> None:
    figure = overlay_figure([], "accuracy", "seconds", smoothing=0.6, theme=LIGHT, t=T)
    assert figure["data"] == []
    assert figure["layout"]["yaxis"]["range"] == [0, 100]


def test_the_sentence_says_where_each_curve_ends() -> None:
    assert overlay_alt([(FIRST, LINE), (SECOND, NOTHING)], "accuracy", T).endswith("First ends at 0.950.")


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_accuracies_come_best_first_with_their_intervals(look: Theme) -> None:
    results = [(FIRST, result(0.9)), (SECOND, result(0.95)), (("Training", run_style(2)), result(None))]
    figure = accuracy_figure(results, theme=look, t=T)
    go.Figure(figure)
    best, worst = figure["data"]
    assert (best["x"], worst["x"]) == ([95.0], [90.0])
    assert best["error_x"]["arrayminus"] == pytest.approx([1.0])
    assert best["error_x"]["array"] == pytest.approx([0.5])
    assert best["marker"]["color"] == CLASS_COLORS[1]
    low, high = figure["layout"]["yaxis"]["range"]
    assert low > 1 > 0 > high  # the first row on top, all inside
    assert accuracy_alt(results, T).index("Second") < accuracy_alt(results, T).index("First")


def test_accuracies_of_no_run_are_an_empty_chart() -> None:
    assert accuracy_figure([], theme=LIGHT, t=T)["data"] == []


def difference() -> object:
    labels = np.array([0] * 50 + [1] * 50)
    right = np.eye(2)[labels]
    return recall_difference(right, np.eye(2)[np.zeros(100, int)], labels)


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_class_differences_stand_beside_each_other(look: Theme) -> None:
    runs = [(FIRST, difference()), (SECOND, difference())]
    figure = class_difference_figure(runs, "Reference <i>", ("zero", "one"), theme=look, t=T)
    go.Figure(figure)
    first, second = figure["data"]
    assert first["y"] == [0.0, 100.0]
    assert first["x"][0] < 0 < second["x"][0]
    assert min(first["error_y"]["array"] + first["error_y"]["arrayminus"]) >= 0
    assert figure["layout"]["annotations"][0]["text"] == "0 = Reference &lt;i&gt;"
    assert "+100.0 for one" in class_difference_alt(runs, "Reference", ("zero", "one"), T)


def test_many_class_differences_leave_their_intervals_to_the_table() -> None:
    runs = [((str(n), run_style(n)), difference()) for n in range(12)]
    figure = class_difference_figure(runs, "Reference", ("zero", "one"), theme=LIGHT, t=T)
    assert len(figure["data"]) == 12
    assert not any("error_y" in trace for trace in figure["data"])


COLUMNS = (
    Column("optimizer", "Optimizer", "choice", ("Adam", "SGD", "Adam")),
    Column("learning_rate", "Learning rate", "log", (0.001, 0.1, 0.01)),
    Column("epochs", "Epochs", "linear", (5, 5, 5)),
    Column("test_accuracy", "Test accuracy", "linear", (0.9, 0.95, 0.99)),
)


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_parallel_coordinates_have_an_axis_for_each_column(look: Theme) -> None:
    figure = parallel_figure(COLUMNS, theme=look, t=T)
    go.Figure(figure)
    (lines,) = figure["data"]
    optimizer, rate, epochs, accuracy = lines["dimensions"]
    assert (optimizer["values"], optimizer["ticktext"]) == ([0, 1, 0], ["Adam", "SGD"])
    assert (rate["values"], rate["ticktext"]) == ([-3, -1, -2], ["0.001", "0.01", "0.1"])
    assert epochs["range"][0] < 5 < epochs["range"][1]
    assert accuracy["values"] == lines["line"]["color"] == [90.0, 95.0, 99.0]
    # words that can be read on the page's background
    assert lines["labelfont"]["color"] == lines["tickfont"]["color"] == look.text
    assert "3 runs over Optimizer, Learning rate" in parallel_alt(COLUMNS, T)


def test_the_names_of_many_axes_side_by_side_are_broken_into_lines() -> None:
    columns = (Column("schedule", "Learning rate over time", "choice", ("a", "b")), *COLUMNS[3:])
    (lines,) = parallel_figure(columns, theme=LIGHT, t=T)["data"]
    assert [one["label"] for one in lines["dimensions"]] == ["Learning rate<br>over time", "Test accuracy<br>(%)"]


def test_a_long_logarithmic_axis_has_round_ticks() -> None:
    many = tuple(float(value) for value in np.geomspace(1_100, 2_400_000, 20))
    columns = (Column("parameters", "Parameters", "log", many), Column("test_accuracy", "A", "linear", (0.5,) * 20))
    (lines,) = parallel_figure(columns, theme=LIGHT, t=T)["data"]
    assert lines["dimensions"][0]["ticktext"] == ["10k", "100k", "1M"]


def test_one_run_is_a_line_too() -> None:
    columns = tuple(Column(c.name, c.title, c.scale, c.values[:1]) for c in COLUMNS)
    (lines,) = parallel_figure(columns, theme=LIGHT, t=T)["data"]
    assert lines["dimensions"][1]["range"] == [-3.5, -2.5]


def test_a_group_is_drawn_as_its_mean_in_a_band_with_its_runs_faintly_behind() -> None:
    other = Line(LINE.x, LINE.y - 0.1, LINE.ends_epoch)
    lines = [(FIRST, LINE), (SECOND, other), (("Alone", run_style(2)), LINE)]
    groups = [(("Both", run_style(0)), (0, 1))]
    figure = overlay_figure(lines, "accuracy", "epoch", smoothing=0.0, theme=LIGHT, t=T, groups=groups)
    go.Figure(figure)
    first, second, alone, band, mean = figure["data"]
    assert [trace["mode"] for trace in (first, second, alone)] == ["lines", "lines", "lines+markers"]
    assert mean["x"] == [1.0, 2.0]
    assert mean["y"] == pytest.approx([85.0, 90.0])
    deviation = 100 * np.std([0.0, 0.1], ddof=1)
    assert band["y"] == pytest.approx([85 + deviation, 90 + deviation, 90 - deviation, 85 - deviation], abs=1e-4)
    words = overlay_alt(lines, "accuracy", T, groups)
    assert "Both: the mean of 2 runs ends at 0.900, with a standard deviation of 0.071." in words
    assert "First ends" not in words
    assert "Alone ends at 0.950." in words
