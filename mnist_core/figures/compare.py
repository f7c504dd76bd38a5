"""Several runs in one figure: their accuracies, and class by class."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mnist_core.evaluation import RecallDifference
from mnist_core.evaluation.comparing import RunResult
from mnist_core.figures.run_style import Drawn, plain_name
from mnist_core.figures.theme import Theme, layout, translucent
from mnist_core.text import Translator

_ROW = 44  # pixels for a run's name and its dot
# More runs than these beside each other would hide one another's intervals.
MOST_WITH_INTERVALS = 4


def accuracy_figure(results: Sequence[tuple[Drawn, RunResult]], *, theme: Theme, t: Translator) -> dict[str, Any]:
    """Return the test accuracies with their 95 % intervals, one row a run, the best at the top.

    Runs without a result are left out. Names stand above their row, so that long ones need no room beside it.

    Returns
    -------
    dict with keys "data" and "layout"
    """
    known = _ranked(results)
    traces, names = [], []
    for row, ((name, style), result) in enumerate(known):
        accuracy, low, high = (100 * (value or 0.0) for value in (result.accuracy, result.low, result.high))
        interval = f"{t.number(low, '.2f')} – {t.number(high / 100, '.2%')}"
        traces.append(
            {
                "type": "scatter",
                "x": [round(accuracy, 3)],
                "y": [row],
                "mode": "markers",
                "name": plain_name(name),
                "marker": {"color": style.color, "symbol": style.symbol, "size": 12},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [round(high - accuracy, 3)],
                    "arrayminus": [round(accuracy - low, 3)],
                    "color": style.color,
                    "thickness": 2.5,
                    "width": 6,
                },
                "hovertemplate": f"<b>%{{x:.2f}}%</b> ({interval})<extra>%{{fullData.name}}</extra>",
            }
        )
        place = {"x": 0, "xref": "paper", "xanchor": "left", "y": row, "yref": "y", "yshift": 15, "showarrow": False}
        names.append({**place, "text": plain_name(name), "font": {"size": 12, "color": theme.text}})
    return {
        "data": traces,
        "layout": layout(
            theme,
            height=90 + _ROW * len(known),
            showlegend=False,
            hovermode="closest",
            annotations=names,
            xaxis={"title": {"text": t("test accuracy (%)")}, "zeroline": False},
            yaxis={"range": [len(known) - 0.6, -0.8], "showticklabels": False, "showgrid": False, "zeroline": False},
        ),
    }


def accuracy_alt(results: Sequence[tuple[Drawn, RunResult]], t: Translator) -> str:
    """Return a sentence for each run with its accuracy and interval, the best first."""
    sentences = [
        t(
            "{name}: {accuracy:.2%}, between {low:.2%} and {high:.2%}.",
            name=name,
            accuracy=result.accuracy,
            low=result.low,
            high=result.high,
        )
        for (name, _), result in _ranked(results)
    ]
    return " ".join([t("Test accuracies with their 95% intervals."), *sentences])


def class_difference_figure(
    differences: Sequence[tuple[Drawn, RecallDifference]],
    reference: str,
    class_names: tuple[str, ...],
    *,
    theme: Theme,
    t: Translator,
) -> dict[str, Any]:
    """Return by how much more (or less) each run finds of each class than a reference, which is the line at 0.

    Parameters
    ----------
    differences : sequence of ((str, RunStyle), RecallDifference)
        Each run against the reference.
    reference : str
        Its name.
    class_names : tuple of str
    theme : Theme
    t : Translator

    Returns
    -------
    dict with keys "data" and "layout"
    """
    offsets = np.linspace(-0.3, 0.3, len(differences)) if len(differences) > 1 else np.zeros(1)
    with_intervals = len(differences) <= MOST_WITH_INTERVALS
    return {
        "data": [
            _difference_points(drawn, result, offset, class_names, with_intervals=with_intervals)
            for (drawn, result), offset in zip(differences, offsets, strict=True)
        ],
        "layout": _difference_layout(reference, class_names, theme, t),
    }


def _difference_points(
    drawn: Drawn, result: RecallDifference, offset: float, class_names: tuple[str, ...], *, with_intervals: bool
) -> dict[str, Any]:
    """Return a run's point in each class, moved to the right by `offset`, so that runs lie beside each other."""
    name, style = drawn
    points, low, high = (100 * values for values in (result.difference, result.low, result.high))
    bars = {
        "type": "data",
        "symmetric": False,
        # The interval is not centred at the difference itself; its ends must not turn around.
        "array": np.maximum(high - points, 0).round(3).tolist(),
        "arrayminus": np.maximum(points - low, 0).round(3).tolist(),
        "color": translucent(style.color, 0.6),
        "thickness": 2,
        "width": 4,
    }
    return {
        "type": "scatter",
        "x": (np.arange(len(class_names)) + offset).round(3).tolist(),
        "y": points.round(3).tolist(),
        "mode": "markers",
        "name": plain_name(name),
        "marker": {"color": style.color, "symbol": style.symbol, "size": 10},
        "customdata": [
            [class_name, round(low[index], 2), round(high[index], 2)] for index, class_name in enumerate(class_names)
        ],
        "hovertemplate": "%{customdata[0]}: <b>%{y:+.2f}</b> (%{customdata[1]:+.2f} – %{customdata[2]:+.2f})"
        "<extra>%{fullData.name}</extra>",
        **({"error_y": bars} if with_intervals else {}),
    }


def _difference_layout(reference: str, class_names: tuple[str, ...], theme: Theme, t: Translator) -> dict[str, Any]:
    """Return a column for each class with borders between them, and the name of what is 0."""
    line = {"color": theme.grid, "width": 1}
    borders = [
        {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line}
        for x in (np.arange(len(class_names) - 1) + 0.5).tolist()
    ]
    zero = {
        "text": t("0 = {name}", name=plain_name(reference)),
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 12, "color": theme.muted},
    }
    return layout(
        theme,
        height=400,
        margin={"l": 10, "r": 10, "t": 30, "b": 10},
        showlegend=False,
        hovermode="closest",
        shapes=borders,
        annotations=[zero],
        xaxis={
            "tickvals": list(range(len(class_names))),
            "ticktext": list(class_names),
            "autotickangles": [0, 90],  # else names that don't fit are left out
            "range": [-0.5, len(class_names) - 0.5],
            "showgrid": False,
            "zeroline": False,
            "title": {"text": t("class")},
        },
        yaxis={
            "title": {"text": t("recall, percentage points more")},
            "zerolinecolor": theme.muted,
            "zerolinewidth": 2,
        },
    )


def class_difference_alt(
    differences: Sequence[tuple[Drawn, RecallDifference]], reference: str, class_names: tuple[str, ...], t: Translator
) -> str:
    """Return a sentence for each run that says in which classes it differs most from the reference."""
    sentences = [
        t("Differences of the recall of each class from that of {name}, in percentage points.", name=reference)
    ]
    for (name, _), result in differences:
        best, worst = int(result.difference.argmax()), int(result.difference.argmin())
        sentences.append(
            t(
                "{name}: from {worst:+.1f} for {worst_class} to {best:+.1f} for {best_class}.",
                name=name,
                worst=100 * result.difference[worst],
                worst_class=class_names[worst],
                best=100 * result.difference[best],
                best_class=class_names[best],
            )
        )
    return " ".join(sentences)


def _ranked(results: Sequence[tuple[Drawn, RunResult]]) -> list[tuple[Drawn, RunResult]]:
    known = [(drawn, result) for drawn, result in results if result.accuracy is not None]
    return sorted(known, key=lambda entry: -(entry[1].accuracy or 0.0))
