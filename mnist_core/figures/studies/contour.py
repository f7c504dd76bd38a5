"""What trials reached over two of the settings that were tried."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.config.study import Parameter
from mnist_core.config.study.question import Objective
from mnist_core.config.study.words import parameter_title, value_words
from mnist_core.evaluation.studies import best_trial, measured
from mnist_core.figures.studies.looks import (
    ON_AXES,
    Facts,
    color_bar,
    color_limits,
    drawn,
    maximizes,
    said,
    trial_points,
    value_form,
)
from mnist_core.figures.studies.tried import Tried
from mnist_core.figures.theme import Theme, color_at, colorscale, ink_on, layout
from mnist_core.store.study_records import TrialRecord
from mnist_core.text import Translator
from mnist_core.text.numbers import significant

_LEAST, _LEAST_EACH = 10, 4  # trials, and different values of each setting, for a landscape between them
_FINENESS = 28  # places of the landscape along each axis
_REACH = 0.22  # of an axis: how far a trial speaks for what is around it
_MOST_CELLS = 6  # along an axis, in which a value can be written on a phone


def contour_figure(
    trials: Sequence[TrialRecord],
    across: Parameter,
    up: Parameter,
    objective: Objective,
    *,
    theme: Theme,
    t: Translator,
) -> dict[str, Any]:
    """Return completed trials over two settings, coloured by value; enough of them lie in a landscape.

    The landscape is a mean of what is near, weighted by distance, and there is none where no trial is near. Of single
    values each point is a square with its value in it.

    Parameters
    ----------
    trials : sequence of TrialRecord
    across, up : Parameter
    objective : {"val_accuracy", "val_loss", "test_accuracy"}
    theme : Theme
    t : Translator

    Returns
    -------
    dict with keys "data" and "layout"
    """
    known = _with(measured(trials), across, up)
    shown = [trial for trial, _ in known]
    axes = [Tried.of(parameter, shown, t) for parameter in (across, up)]
    values = np.array([drawn(value, objective) for _, value in known], np.float64)
    colors = color_limits(values, objective) | {"colorscale": colorscale(theme.scale[1:])} if known else {}
    cells = not across.is_range and not up.is_range
    traces = [] if cells else _landscape(axes, values, colors)
    if known:
        marker = {**colors, "color": values.tolist(), "size": 9, "line": {"width": 1, "color": theme.text}}
        marker |= {"showscale": len(set(values)) > 1, "colorbar": color_bar(t(ON_AXES[objective]), theme, "right")}
        value, (x, y) = value_form(objective, "%{marker.color}"), (axis.places for axis in axes)
        points = trial_points(shown, x, y, value, Facts(t), name="", marker=marker)
        traces.append(_as_cells(points, values, (across, up), objective, t) if cells else points)
    return {
        "data": traces,
        "layout": layout(
            theme, height=400, hovermode="closest", showlegend=False, xaxis=axes[0].axis(), yaxis=axes[1].axis()
        ),
    }


def contour_alt(
    trials: Sequence[TrialRecord], across: Parameter, up: Parameter, objective: Objective, t: Translator
) -> str:
    """Return one sentence that says where the best trial lies."""
    known = _with(measured(trials), across, up)
    best = best_trial([trial for trial, _ in known], maximize=maximizes(objective))
    titles = {"first": parameter_title(across.name, t), "second": parameter_title(up.name, t)}
    if best is None or best.value is None:
        return t("Values of the trials over {first} and {second}; none is completed yet.", **titles)
    return t(
        "Values of {trials} over {first} and {second}; the best is {value}, with {first_best} and {second_best}.",
        trials=t.plural("{n:,} completed trial", "{n:,} completed trials", len(known)),
        value=said(best.value, objective, t),
        first_best=value_words(across.name, best.values[across.name], t),
        second_best=value_words(up.name, best.values[up.name], t),
        **titles,
    )


def _with(
    entries: Sequence[tuple[TrialRecord, float]], across: Parameter, up: Parameter
) -> list[tuple[TrialRecord, float]]:
    return [(trial, value) for trial, value in entries if {across.name, up.name} <= trial.values.keys()]


def _landscape(axes: Sequence[Tried], values: npt.NDArray[np.float64], colors: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what lies between the trials, if there are enough of them."""
    if len(values) < _LEAST or any(axis.is_choice or len(set(axis.places)) < _LEAST_EACH for axis in axes):
        return []
    grids, distances = [], []
    for axis in axes:
        places = np.array(axis.places, np.float64)
        places = np.log10(places) if axis.log else places
        low, high = places.min(), places.max()
        grids.append(np.linspace(low, high, _FINENESS))
        distances.append((grids[-1][:, None] - places) / (high - low))
    far = distances[1][:, None, :] ** 2 + distances[0][None, :, :] ** 2  # upright, across, trial
    # One at chance would dig a hole into all that is around it.
    weights, told = np.exp(-far / (2 * (0.4 * _REACH) ** 2)), np.clip(values, colors["cmin"], colors["cmax"])
    total = weights.sum(axis=2)
    heights = (weights * told).sum(axis=2) / np.maximum(total, 1e-12)
    near = far.min(axis=2) <= _REACH**2
    x, y = (10**grid if axis.log else grid for axis, grid in zip(axes, grids, strict=True))
    return [
        {
            "type": "contour",
            "x": [significant(place, 5) for place in x],
            "y": [significant(place, 5) for place in y],
            "z": [
                [round(height, 3) if seen else None for height, seen in zip(row, there, strict=True)]
                for row, there in zip(heights.tolist(), near.tolist(), strict=True)
            ],
            "zmin": colors["cmin"],
            "zmax": colors["cmax"],
            "colorscale": colors["colorscale"],
            "reversescale": colors["reversescale"],
            "opacity": 0.6,
            "ncontours": 12,
            "line": {"width": 0.5},
            "showscale": False,
            "hoverinfo": "skip",
        }
    ]


def _as_cells(
    points: dict[str, Any],
    values: npt.NDArray[np.float64],
    over: tuple[Parameter, Parameter],
    objective: Objective,
    t: Translator,
) -> dict[str, Any]:
    """Return squares in place of dots, with their values in them where there is room."""
    marker = points["marker"] | {"symbol": "square", "size": 22, "line": {"width": 0}}
    if max(len(parameter.values) for parameter in over) > _MOST_CELLS:
        return points | {"marker": marker}
    low, high = marker["cmin"], marker["cmax"]
    shares = np.clip((values - low) / (high - low), 0, 1)
    shares = 1 - shares if marker["reversescale"] else shares
    scale = tuple(color for _, color in marker["colorscale"])
    form = ".1f" if maximizes(objective) else ".2f"
    return points | {
        "mode": "markers+text",
        "marker": marker | {"size": 40, "showscale": False},
        "texttemplate": [t.number(value, form) for value in values.tolist()],
        "textfont": {"size": 12, "color": [ink_on(color_at(scale, share)) for share in shares.tolist()]},
    }
