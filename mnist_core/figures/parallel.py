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
_WHOLE = 6  # up to so many whole numbers get a tick each, and nothing between them does
_BELOW = 0.15  # of an axis: where lines pass that have no value there
_CLOSEST = 0.06  # of an axis: two ticks that are closer can't both be read


def parallel_figure(columns: Sequence[Column], *, theme: Theme, t: Translator) -> dict[str, Any]:
    """Return a line for each run across all columns, coloured by its test accuracy, as a figure in plain values.

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
    return lines_figure([_column_axis(column, t) for column in columns], accuracy, theme=theme)


def lines_figure(
    axes: Sequence[dict[str, Any]], values: npt.NDArray[np.float64], *, theme: Theme, **colors: Any
) -> dict[str, Any]:
    """Return a line for each of `values` across the axes, the larger the stronger its colour.

    Parameters
    ----------
    axes : sequence of dict
        As `choice_axis` and `number_axis` give them, each with a value for each line.
    values : ndarray of shape (lines,), float64
    theme : Theme
    **colors
        Of plotly: where the colours begin and end, if that is not at the least and the largest value.

    Returns
    -------
    dict with keys "data" and "layout"
    """
    # The palest colours of a scale are the page's own.
    scale = theme.scale[2:] if theme.name == "light" else theme.scale[3:]
    line = {"color": values.round(5).tolist(), "colorscale": colorscale(scale), "showscale": False, **colors}
    return {
        "data": [
            {
                "type": "parcoords",
                "dimensions": list(axes),
                "line": line,
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


def _column_axis(column: Column, t: Translator) -> dict[str, Any]:
    label = t(column.title) + (" (%)" if column.name == "test_accuracy" else "")
    if column.scale == "choice":
        names = sorted(set(map(str, column.values)))
        return choice_axis(label, [names.index(str(value)) for value in column.values], [t(name) for name in names])
    factor = 100 if column.name == "test_accuracy" else 1
    values = [factor * float(value) for value in column.values]
    return number_axis(label, values, t, log=column.scale == "log", digits=3 if factor == 100 else 5)


def choice_axis(label: str, places: Sequence[int], names: Sequence[str]) -> dict[str, Any]:
    """Return the axis of a choice: for each line the place of its value among translated names."""
    return {
        "label": "<br>".join(_lines(label)),
        "values": list(places),
        "range": [-0.2, len(names) - 0.8],
        "tickvals": list(range(len(names))),
        "ticktext": list(names),
    }


def number_axis(
    label: str, values: Sequence[float | None], t: Translator, *, log: bool = False, digits: int = 5
) -> dict[str, Any]:
    """Return the axis of a number.

    Plotly's axes here are linear only, so logarithms are drawn and the ticks say the values themselves.

    Parameters
    ----------
    label : str
        Translated.
    values : sequence of float or None
        One for each line, at least one of them known. Lines without one pass below all others, at a dash.
    t : Translator
    log : bool
        Whether equal factors are equal distances, if all are above 0.
    digits : int
        After the point.
    """
    known = np.array([value for value in values if value is not None], np.float64)
    log = log and known.min() > 0
    axis = _log_ticks(known, t) if log else _range(known)
    if not log and (known == known.round()).all() and np.ptp(known) <= _WHOLE:
        axis |= _even_ticks(known, t)
    below = 0.0
    if len(known) < len(values):
        axis = axis if "tickvals" in axis else {**axis, **_even_ticks(known, t)}
        low, high = np.log10((known.min(), known.max())) if log else (known.min(), known.max())
        below = round(float(low - _BELOW * ((high - low) or 1.0)), 5)
        axis["range"] = [below, axis["range"][1] if "range" in axis else float(high)]
        axis |= {"tickvals": [below, *axis["tickvals"]], "ticktext": ["–", *axis["ticktext"]]}
    drawn = [below if value is None else float(np.log10(value) if log else value) for value in values]
    return {"label": "<br>".join(_lines(label)), "values": [round(value, digits) for value in drawn], **axis}


def _range(values: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Give an axis some length where all values are one."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return {} if high > low else {"range": [low - 0.5, high + 0.5]}


def _even_ticks(values: npt.NDArray[np.float64], t: Translator) -> dict[str, Any]:
    """Return ticks at the values themselves where they are few, else at round numbers: plotly can't choose here."""
    ticks = sorted(set(values.tolist()))
    if len(ticks) > 6:
        low, high = ticks[0], ticks[-1]
        power = 10.0 ** np.floor(np.log10((high - low) / 5))
        step = next(times * power for times in (1, 2, 5, 10) if times * power >= 0.999 * (high - low) / 5)
        ticks = [step * k for k in range(int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9)) + 1)]
    return {"tickvals": [round(tick, 8) for tick in ticks], "ticktext": [number_words(tick, t) for tick in ticks]}


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
    words = [number_words(ticks[index], t) for index in kept]
    return {"tickvals": places[kept].round(5).tolist(), "ticktext": words, **ends}


def number_words(value: float, t: Translator) -> str:
    """Return a number as short as an axis needs it: 120k, 0.001."""
    for border, letter in ((1e6, "M"), (1e3, "k")):
        if value >= border:
            return f"{t.number(value / border, '.3g')}{letter}"
    return t.number(value, ".3g")
