"""How good a network becomes with how many training images."""

from collections.abc import Mapping
from math import log10
from typing import Any

from mnist_core.config.study.question import Objective
from mnist_core.evaluation.studies import LearningCurve, learning_curve_words
from mnist_core.figures.parallel import number_words
from mnist_core.figures.scale import USUAL, Scales
from mnist_core.figures.studies.looks import Facts, drawn, objective_axis, trial_points, value_form
from mnist_core.figures.theme import TEST, Theme, layout, translucent
from mnist_core.text import Translator

_OBJECTIVE: Objective = "test_accuracy"
_FEW = 3  # runs, from which on the ends of an interval have to be seen
_CLOSEST = 0.11  # of the axis: ticks nearer than that lie upon each other on a phone


def sizes_figure(curve: LearningCurve, *, scales: Scales = USUAL, theme: Theme, t: Translator) -> dict[str, Any]:
    """Return the test accuracy over the number of training images, equal factors in equal distances.

    A line joins the means; bars are their 95 % intervals, where there are several runs; faint points are single runs.

    Parameters
    ----------
    curve : LearningCurve
    scales : Scales
    theme : Theme
    t : Translator

    Returns
    -------
    dict with keys "data" and "layout"
    """
    runs = [trial for point in curve.points for trial in point.trials]
    single = trial_points(
        runs,
        [point.size for point in curve.points for _ in point.trials],
        [drawn(trial.value or 0.0, _OBJECTIVE) for trial in runs],
        value_form(_OBJECTIVE),
        Facts(t),
        name=t("single runs"),
        marker={"color": translucent(TEST, 0.55), "size": 7},
    )
    shown = [trial.value for trial in runs if trial.value is not None]
    for found in (point.accuracy for point in curve.points):
        # Of two runs the interval is often as wide as the axis.
        if found.low is not None and found.high is not None and found.n >= _FEW:
            shown += [max(found.low, 0.0), min(found.high, 1.0)]
    return {
        "data": [single, _means(curve, t)] if runs else [],
        "layout": layout(
            theme,
            height=360,
            margin={"l": 10, "r": 10, "t": 44, "b": 10},
            hovermode="closest",
            showlegend=True,
            xaxis={"title": {"text": t("training images")}, "type": "log", "zeroline": False, **_ticks(curve, t)},
            yaxis=objective_axis(_OBJECTIVE, shown, scales, t),
        ),
    }


def sizes_alt(curve: LearningCurve, t: Translator) -> str:
    """Return where the curve begins and ends, and what follows from it."""
    if not curve.points:
        return t("Accuracy by number of training images; no run is finished yet.")
    first, last = curve.points[0], curve.points[-1]
    ends = t(
        "Test accuracy by number of training images: {low:.2%} with {fewest:,} and {high:.2%} with {most:,}.",
        low=first.accuracy.mean,
        fewest=first.size,
        high=last.accuracy.mean,
        most=last.size,
    )
    return f"{ends} {learning_curve_words(curve, t)}"


def sizes_table(curve: LearningCurve) -> Mapping[str, list[Any]]:
    """Return the means with their intervals as columns, a row for each size."""
    return {
        "train_size": [point.size for point in curve.points],
        "runs": [point.accuracy.n for point in curve.points],
        _OBJECTIVE: [point.accuracy.mean for point in curve.points],
        "standard_deviation": [point.accuracy.standard_deviation for point in curve.points],
        "low_95": [point.accuracy.low for point in curve.points],
        "high_95": [point.accuracy.high for point in curve.points],
    }


def _means(curve: LearningCurve, t: Translator) -> dict[str, Any]:
    found = [point.accuracy for point in curve.points]
    # No accuracy is below 0 or above 1, whatever Student's t allows.
    above = [0.0 if one.high is None else min(one.high, 1.0) - one.mean for one in found]
    below = [0.0 if one.low is None else one.mean - max(one.low, 0.0) for one in found]
    bars = [[drawn(side, _OBJECTIVE) for side in sides] for sides in (above, below)]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": t("mean, with its 95% interval"),
        "x": [point.size for point in curve.points],
        "y": [drawn(one.mean, _OBJECTIVE) for one in found],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": bars[0],
            "arrayminus": bars[1],
            "color": TEST,
            "thickness": 2,
            "width": 5,
        },
        "line": {"color": TEST, "width": 2.5},
        "marker": {"color": TEST, "size": 9, "symbol": "diamond"},
        "customdata": [[] for _ in found],
        "text": [t.plural("{n:,} run", "{n:,} runs", one.n) for one in found],
        "hovertemplate": "%{x:,}: <b>" + value_form(_OBJECTIVE) + "</b><br>%{text}<extra>%{fullData.name}</extra>",
    }


def _ticks(curve: LearningCurve, t: Translator) -> dict[str, Any]:
    """Return ticks at the sizes themselves, from the largest down those that have room."""
    sizes = [point.size for point in curve.points]
    if not sizes:
        return {"range": [2, 5]}
    kept: list[int] = []
    length = log10(sizes[-1] / sizes[0])
    for size in reversed(sizes):
        if not kept or log10(kept[-1] / size) >= _CLOSEST * length:
            kept.append(size)
    return {"tickvals": kept, "ticktext": [number_words(size, t) for size in kept]}
