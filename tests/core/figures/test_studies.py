"""Figures of studies from trials made by hand."""

import json
import math
from datetime import timedelta
from typing import Any

import plotly.graph_objects as go
import pytest

from mnist_core.config.study import Parameter
from mnist_core.evaluation.studies import learning_curve
from mnist_core.figures.scale import Scales
from mnist_core.figures.studies.contour import contour_alt, contour_figure
from mnist_core.figures.studies.coordinates import coordinates_alt, coordinates_figure
from mnist_core.figures.studies.history import history_alt, history_figure, trials_table
from mnist_core.figures.studies.importance import importance_alt, importance_figure, importance_table
from mnist_core.figures.studies.intermediate import intermediate_alt, intermediate_figure, intermediate_table
from mnist_core.figures.studies.seeds import seeds_alt, seeds_figure, seeds_table
from mnist_core.figures.studies.sizes import sizes_alt, sizes_figure, sizes_table
from mnist_core.figures.studies.slice import slice_alt, slice_figure
from mnist_core.figures.studies.timeline import timeline_alt, timeline_figure, timeline_table
from mnist_core.figures.theme import CORRECT, DARK, LIGHT, Theme, contrast
from mnist_core.store.study_records import TrialState
from mnist_core.text import Translator
from tests.studies import BEGAN, trial

T = Translator("en")
PRUNED, FAILED, RUNNING = TrialState.PRUNED, TrialState.FAILED, TrialState.RUNNING
RATE = Parameter(name="learning_rate", low=1e-4, high=1e-1, log=True)
BATCH = Parameter(name="batch_size", values=(64, 1024))
OPTIMIZER = Parameter(name="optimizer", values=("adam", "sgd"))
UNITS = Parameter(name="units_2", low=8, high=512, log=True, whole=True)
OVER = (RATE, BATCH, OPTIMIZER, UNITS)
TRIALS = [
    trial(0, 0.9, history=[0.8, 0.9], learning_rate=0.001, batch_size=64, optimizer="adam", units_2=100),
    trial(1, 0.5, PRUNED, history=[0.5], begins=10, learning_rate=0.1, batch_size=64, optimizer="sgd"),
    trial(2, 0.95, history=[0.85, 0.95], begins=15, learning_rate=0.01, batch_size=1024, optimizer="adam"),
    trial(3, None, FAILED, begins=20, lasts=1, run_id=None, learning_rate=0.02, batch_size=64, optimizer="sgd"),
    trial(4, None, RUNNING, history=[0.7], begins=30, lasts=None, learning_rate=0.03, batch_size=64, optimizer="sgd"),
]
NOW = BEGAN + timedelta(seconds=60)
SHARES = {"batch_size": 0.25, "learning_rate": 0.75}
SIZES = learning_curve([trial(n, 0.8 + 0.05 * (n // 2), train_size=1000 * 10 ** (n // 2)) for n in range(4)])
FIGURES: dict[str, Any] = {
    "history": lambda trials, **look: history_figure(trials, "val_accuracy", **look),
    "loss": lambda trials, **look: history_figure(trials, "val_loss", scales=Scales(log_loss=True), **look),
    "coordinates": lambda trials, **look: coordinates_figure(trials, OVER, "val_accuracy", **look),
    "rate": lambda trials, **look: slice_figure(trials, RATE, "val_accuracy", **look),
    "optimizer": lambda trials, **look: slice_figure(trials, OPTIMIZER, "val_accuracy", **look),
    "contour": lambda trials, **look: contour_figure(trials, RATE, UNITS, "val_accuracy", **look),
    "cells": lambda trials, **look: contour_figure(trials, BATCH, OPTIMIZER, "val_loss", **look),
    "intermediate": lambda trials, **look: intermediate_figure(trials, "val_accuracy", **look),
    "timeline": lambda trials, **look: timeline_figure(trials, NOW, **look),
    "seeds": lambda trials, **look: seeds_figure(trials, "val_accuracy", **look),
    "importance": lambda trials, **look: importance_figure(SHARES if trials else {}, **look),
    "sizes": lambda trials, **look: sizes_figure(SIZES if trials else learning_curve([]), **look),
}


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_one_that_plotly_takes_and_is_empty_without_trials(name: str, look: Theme) -> None:
    figure = FIGURES[name](TRIALS, theme=look, t=T)
    go.Figure(figure)
    json.dumps(figure, allow_nan=False)
    assert figure["data"]
    empty = FIGURES[name]([], theme=look, t=T)
    go.Figure(empty)
    assert empty["data"] == []
    assert empty["layout"]["height"] > 0


@pytest.mark.parametrize("name", FIGURES)
def test_a_click_finds_a_run_or_a_list_without_one(name: str) -> None:
    for trace in FIGURES[name](TRIALS, theme=LIGHT, t=T)["data"]:
        if trace["type"] != "parcoords" and trace.get("hoverinfo") != "skip":
            assert all(isinstance(link, list) and len(link) <= 1 for link in trace["customdata"])
            assert len(trace["customdata"]) == len(trace["x"])


def by_name(figure: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in figure["data"]}


def test_history_has_values_the_best_so_far_and_what_was_ended_early() -> None:
    found = by_name(history_figure(TRIALS, "val_accuracy", theme=LIGHT, t=T))
    assert (found["best so far"]["x"], found["best so far"]["y"]) == ([0, 2], [90.0, 95.0])
    assert (found["completed"]["x"], found["completed"]["y"]) == ([0], [90.0])
    assert (found["ended early"]["x"], found["ended early"]["y"]) == ([1], [50.0])
    assert (found["best"]["x"], found["best"]["customdata"]) == ([2], [["run2"]])
    assert found["best"]["text"] == ["2<br>Learning rate: 0.01<br>Batch size: 1,024<br>Optimizer: Adam"]
    assert history_alt(TRIALS, "val_accuracy", T) == (
        "Values of 2 completed trials; the best is 95.00%, of trial 2. Ended early: 1, failed: 1."
    )
    assert history_alt([], "val_accuracy", T) == "Values of the trials; none is completed yet."


def test_of_losses_the_least_is_best_and_shown_as_it_is() -> None:
    found = by_name(history_figure(TRIALS, "val_loss", theme=LIGHT, t=T))
    assert (found["best"]["x"], found["best"]["y"]) == ([0], [0.9])
    assert "the best is 0.9000, of trial 0" in history_alt(TRIALS, "val_loss", T)


def test_the_table_has_every_trial_with_all_its_settings() -> None:
    table = trials_table(TRIALS, "val_accuracy")
    assert table["state"] == ["completed", "pruned", "completed", "failed", "running"]
    assert table["val_accuracy"] == [0.9, 0.5, 0.95, None, None]
    assert table["units_2"] == [100, None, None, None, None]
    assert table["seconds"] == [10.0, 10.0, 10.0, 1.0, None]
    assert len({len(column) for column in table.values()}) == 1


def test_importances_come_largest_first() -> None:
    figure = importance_figure(SHARES, theme=DARK, t=T)
    assert (figure["data"][0]["x"], figure["data"][0]["text"]) == ([75.0, 25.0], ["75%", "25%"])
    assert [name["text"] for name in figure["layout"]["annotations"]] == ["Learning rate", "Batch size"]
    assert importance_alt(SHARES, T).endswith("explains: Learning rate 75%, Batch size 25%.")
    assert "too few trials" in importance_alt({}, T)
    assert importance_table(SHARES) == {"setting": ["learning_rate", "batch_size"], "importance": [0.75, 0.25]}


def test_a_trial_without_a_setting_passes_at_a_dash() -> None:
    (lines,) = coordinates_figure(TRIALS, OVER, "val_accuracy", theme=LIGHT, t=T)["data"]
    rate, batch, optimizer, units, value = lines["dimensions"]
    assert (rate["values"], optimizer["values"]) == ([-3.0, -2.0], [0, 0])
    assert optimizer["ticktext"] == ["Adam", "SGD (with momentum)"]
    assert batch["values"] == [1.80618, 3.0103]
    assert units["values"] == [2.0, 1.85]
    assert units["range"][0] == units["tickvals"][0] == 1.85
    assert units["ticktext"] == ["–", "100"]
    assert (value["label"], value["values"]) == ("validation<br>accuracy (%)", [90.0, 95.0])
    assert coordinates_alt(TRIALS, OVER, "val_accuracy", T) == (
        "Parallel coordinates of 2 completed trials over Learning rate, Batch size, Optimizer, Units, layer 2; "
        "values from 90.00% to 95.00%."
    )


def test_where_less_is_better_the_least_has_the_strongest_colour() -> None:
    (lines,) = coordinates_figure(TRIALS, OVER, "val_loss", theme=LIGHT, t=T)["data"]
    assert lines["line"]["reversescale"]
    assert (lines["line"]["cmin"], lines["line"]["color"]) == (0.9, [0.9, 0.95])


def test_a_slice_has_the_axis_of_its_setting() -> None:
    rate = slice_figure(TRIALS, RATE, "val_accuracy", theme=LIGHT, t=T)
    ended, done = rate["data"]
    assert (ended["x"], done["x"], done["y"]) == ([0.1], [0.001, 0.01], [90.0, 95.0])
    assert done["marker"]["color"] == [0, 2]
    assert rate["layout"]["xaxis"]["type"] == "log"
    batch = slice_figure(TRIALS, BATCH, "val_accuracy", theme=LIGHT, t=T)["layout"]["xaxis"]
    assert (batch["type"], batch["tickvals"], batch["ticktext"]) == ("log", [64.0, 1024.0], ["64", "1,024"])
    choice = slice_figure(TRIALS, OPTIMIZER, "val_accuracy", theme=LIGHT, t=T)
    assert choice["layout"]["xaxis"]["categoryarray"] == ["Adam", "SGD (with momentum)"]
    assert choice["data"][1]["x"] == ["Adam", "Adam"]
    conditional = slice_figure(TRIALS, UNITS, "val_accuracy", theme=LIGHT, t=T)
    assert [trace["x"] for trace in conditional["data"]] == [[100]]
    assert slice_alt(TRIALS, RATE, "val_accuracy", T) == (
        "Values of 2 completed trials over Learning rate; the best is 95.00%, with 0.01."
    )
    assert "none is completed yet" in slice_alt([], RATE, "val_accuracy", T)


def test_enough_trials_lie_in_a_landscape_that_ends_where_none_is_near() -> None:
    dropout = Parameter(name="rate", low=0.0, high=0.6)
    many = [trial(n, 0.9 + n / 1000, learning_rate=10.0 ** -(1 + n % 4), rate=0.05 * (n % 5)) for n in range(12)]
    apart = [*many, trial(20, 0.1, learning_rate=1e-1, rate=0.6)]
    landscape, points = contour_figure(apart, RATE, dropout, "val_accuracy", theme=LIGHT, t=T)["data"]
    assert (landscape["type"], points["x"][:2]) == ("contour", [0.1, 0.01])
    heights = [height for row in landscape["z"] for height in row]
    assert None in heights
    known = [height for height in heights if height is not None]
    # one at chance gets the palest colour, and digs no hole
    assert landscape["zmin"] <= min(known) <= max(known) <= landscape["zmax"] == 91.1
    assert [
        trace["type"] for trace in contour_figure(many[:9], RATE, dropout, "val_loss", theme=LIGHT, t=T)["data"]
    ] == ["scatter"]
    assert contour_alt(many, RATE, dropout, "val_accuracy", T) == (
        "Values of 12 completed trials over Learning rate and Dropout: Rate; the best is 91.10%, with 0.0001 and 0.05."
    )


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_single_values_are_squares_with_words_that_can_be_read(look: Theme) -> None:
    (cells,) = contour_figure(TRIALS, BATCH, OPTIMIZER, "val_accuracy", theme=look, t=T)["data"]
    assert (cells["x"], cells["y"], cells["texttemplate"]) == ([64, 1024], ["Adam", "Adam"], ["90.0", "95.0"])
    grounds = (look.scale[1], look.scale[-1])
    assert all(contrast(ink, ground) >= 4.5 for ink, ground in zip(cells["textfont"]["color"], grounds, strict=True))


def test_intermediate_lines_are_few_traces_with_gaps() -> None:
    figure = intermediate_figure(TRIALS, "val_accuracy", theme=LIGHT, t=T)
    found = by_name(figure)
    assert (found["ended early"]["x"], found["ended early"]["y"]) == ([1, None], [50.0, None])
    assert found["best"]["y"] == [85.0, 95.0, None]
    assert found["best"]["line"]["color"] == CORRECT
    assert found["completed"]["customdata"] == [["run0"]] * 3
    many = intermediate_figure([*TRIALS] * 100, "val_accuracy", theme=LIGHT, t=T)
    assert len(many["data"]) == 4
    assert intermediate_alt(TRIALS, "val_accuracy", T) == (
        "Curves of 4 trials after each epoch, of which 1 ended early. The best one goes from 85.00% to 95.00%."
    )
    assert intermediate_table(TRIALS, "val_accuracy")["epoch"] == [1, 2, 1, 1, 2, 1]


def test_long_curves_are_thinned_out_but_keep_their_ends() -> None:
    long = [trial(n, 0.9, history=[0.5] * 199 + [0.9]) for n in range(200)]
    figure = intermediate_figure(long, "val_accuracy", theme=LIGHT, t=T)
    completed = by_name(figure)["completed"]
    assert len(completed["x"]) < 12_000
    assert (completed["x"][0], completed["x"][completed["x"].index(None) - 1]) == (1, 200)


def test_the_timeline_has_a_bar_for_each_trial_by_state() -> None:
    figure = timeline_figure(TRIALS, NOW, theme=LIGHT, t=T)
    found = by_name(figure)
    assert (found["completed"]["base"], found["completed"]["x"]) == ([0.0, 15.0], [10.0, 10.0])
    assert (found["failed"]["y"], found["failed"]["customdata"]) == ([3], [[]])
    assert (found["running"]["base"], found["running"]["x"]) == ([30.0], [30.0])
    assert figure["layout"]["xaxis"]["title"]["text"] == "seconds since the first trial began"
    assert timeline_alt(TRIALS, NOW, T) == "Times of 5 trials within 60 s; at most 2 at once."
    assert timeline_alt([], NOW, T) == "Times of the trials; none has begun yet."
    assert timeline_table(TRIALS)["ended"][3:] == ["2025-03-01T00:00:21+00:00", None]


def test_a_long_study_counts_in_hours() -> None:
    long = [trial(0, 0.9, lasts=9000)]
    figure = timeline_figure(long, NOW, theme=LIGHT, t=T)
    assert (figure["data"][0]["x"], figure["layout"]["xaxis"]["title"]["text"]) == (
        [2.5],
        "hours since the first trial began",
    )


def test_sizes_have_means_with_intervals_and_single_runs() -> None:
    points = [trial(0, 0.8, train_size=100), trial(1, 0.82, train_size=100), trial(2, 0.9, train_size=10_000)]
    curve = learning_curve(points)
    single, means = sizes_figure(curve, theme=LIGHT, t=T)["data"]
    assert (single["x"], single["y"]) == ([100, 100, 10_000], [80.0, 82.0, 90.0])
    assert (means["x"], means["y"]) == ([100, 10_000], [81.0, 90.0])
    # of a single run there is none; none reaches beyond what can be
    assert means["error_y"]["array"][1] == means["error_y"]["arrayminus"][1] == 0.0
    assert means["error_y"]["array"][0] == pytest.approx(12.7062, abs=1e-3)
    assert sizes_figure(curve, theme=LIGHT, t=T)["layout"]["xaxis"]["ticktext"] == ["10k", "100"]
    assert sizes_alt(curve, T).startswith(
        "Test accuracy by number of training images: 81.00% with 100 and 90.00% with 10,000. A single run for each"
    )
    assert sizes_table(curve)["runs"] == [2, 1]
    assert sizes_table(curve)["standard_deviation"] == [pytest.approx(0.0002**0.5), None]


def test_repetitions_have_their_mean_within_a_band() -> None:
    runs = [trial(0, 0.9, history=[0.5, 0.75, 0.9]), trial(1, 0.8, history=[0.7, 0.75])]
    found = by_name(seeds_figure(runs, "test_accuracy", theme=DARK, t=T))
    assert (found["mean"]["x"], found["mean"]["y"]) == ([1, 2], [60.0, 75.0])
    deviation = round(100 * math.sqrt(0.02), 5)
    assert found["one standard deviation"]["y"] == [60 + deviation, 75.0, 75.0, 60 - deviation]
    assert found["single runs"]["x"] == [1, 2, 3, None, 1, 2, None]
    assert "after epoch 2: 75.00% ± 0.00% (2 runs;" in seeds_alt(runs, "test_accuracy", T)
    table = seeds_table(runs, "test_accuracy")
    assert table["mean_test_accuracy"] == [0.6, 0.75, None]
    assert table["trial_1"] == [0.7, 0.75, None]
    assert "one standard deviation" not in by_name(seeds_figure(runs[:1], "test_accuracy", theme=DARK, t=T))
