"""Parallel coordinates: one line for each of many runs, one axis for each of their properties."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len

from mnist_core.evaluation.comparing import Column
from mnist_core.figures.theme import Theme, colorscale, layout
from mnist_core.text import Translator

_LABEL_WIDTH = 14  # places: a dozen axes side by side have room for so many
_CLOSEST = 0.06  # of an axis: two ticks that are closer can't both be read


def parallel_figure(columns: Sequence[Column], *, theme: Theme, t: Translator) -> dict[str, Any]:
    """Return a line for each run across all columns, coloured by its test accuracy, as a figure in plain values.

    Plotly's axes here are linear only, so logarithms are drawn and the ticks say the values themselves.

    Parameters
    ----------
    columns : sequence of Column
        At least one value in each; among them "test_accuracy".
    theme : Theme
    t : Translator

    Returns
    -------
    dict with keys "data" and "layout"
    """
    accuracy = np.array(next(column.values for column in columns if column.name == "test_accuracy"), np.float64) * 100
    # The palest colours of a scale are the page's own.
    scale = theme.scale[2:] if theme.name == "light" else theme.scale[3:]
    return {
        "data": [
            {
                "type": "parcoords",
                "dimensions": [_dimension(column, t) for column in columns],
                "line": {
                    "color": accuracy.round(3).tolist(),
                    "colorscale": colorscale(scale),
                    "showscale": False,
                },
                "labelfont": {"color": theme.text, "size": 13},
                "tickfont": {"color": theme.text, "size": 12},
                "rangefont": {"color": "rgba(0,0,0,0)", "size": 1},
                "unselected": {"line": {"color": theme.grid, "opacity": 0.5}},
            }
        ],
        "layout": layout(theme, height=420, margin={"l": 70, "r": 70, "t": 60, "b": 24}),
    }


def parallel_alt(columns: Sequence[Column], t: Translator) -> str:
    """Return a sentence that says what is drawn, and where the table is."""
    accuracy = np.array(next(column.values for column in columns if column.name == "test_accuracy"), np.float64)
    return t(
        "Parallel coordinates of {n} runs over {titles}; test accuracies from {worst:.1%} to {best:.1%}. "
        "The table below has the same values.",
        n=len(accuracy),
        titles=", ".join(t(column.title) for column in columns),
        worst=accuracy.min(),
        best=accuracy.max(),
    )


def _lines(label: str) -> list[str]:
    """Return a label in lines of at most so many places, of which a Korean syllable takes two; words stay whole."""
    lines = [""]
    for word in label.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and cell_len(longer) > _LABEL_WIDTH:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _dimension(column: Column, t: Translator) -> dict[str, Any]:
    label = t(column.title) + (" (%)" if column.name == "test_accuracy" else "")
    label = "<br>".join(_lines(label))
    if column.scale == "choice":
        names = sorted(set(map(str, column.values)))
        return {
            "label": label,
            "values": [names.index(str(value)) for value in column.values],
            "range": [-0.2, len(names) - 0.8],
            "tickvals": list(range(len(names))),
            "ticktext": [t(name) for name in names],
        }
    values = np.array(column.values, np.float64)
    if column.scale == "log" and values.min() > 0:
        return {"label": label, "values": np.log10(values).round(5).tolist(), **_log_ticks(values, t)}
    if column.name == "test_accuracy":
        return {"label": label, "values": (100 * values).round(3).tolist(), **_range(100 * values)}
    return {"label": label, "values": values.round(5).tolist(), **_range(values)}


def _range(values: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Give an axis some length where all values are one."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return {} if high > low else {"range": [low - 0.5, high + 0.5]}


def _log_ticks(values: npt.NDArray[np.float64], t: Translator) -> dict[str, Any]:
    """Return ticks at the values themselves where they are few, else at 1, 2 and 5 times powers of ten."""
    ticks = sorted(set(values.tolist()))
    low, high = np.log10(ticks[0]), np.log10(ticks[-1])
    if len(ticks) > 6:
        powers = range(int(np.floor(low)), int(np.ceil(high)) + 1)
        steps = (1, 2, 5) if high - low < 2 else (1,)
        ticks = [step * 10.0**power for power in powers for step in steps if low <= np.log10(step) + power <= high]
    places = np.log10(ticks)
    # Words must not lie upon each other; from the top down, as the largest value is the most telling.
    kept: list[int] = []
    for index in reversed(range(len(ticks))):
        if not kept or places[kept[-1]] - places[index] >= _CLOSEST * (high - low):
            kept.append(index)
    kept.reverse()
    ends = {} if high > low else {"range": [low - 0.5, high + 0.5]}
    words = [_number(ticks[index], t) for index in kept]
    return {"tickvals": places[kept].round(5).tolist(), "ticktext": words, **ends}


def _number(value: float, t: Translator) -> str:
    """Return a number as short as an axis needs it: 120k, 0.001."""
    for border, letter in ((1e6, "M"), (1e3, "k")):
        if value >= border:
            return f"{t.number(value / border, '.3g')}{letter}"
    return t.number(value, ".3g")
