"""Charts of a film: each holds a frame for every kept moment, between which a page goes to and fro by itself."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mnist_core.evaluation import ConfusionMatrix
from mnist_core.figures.explain import plane_figure
from mnist_core.figures.matrix import class_axes
from mnist_core.figures.theme import CLASS_COLORS, CLASS_SYMBOLS, Theme, colorscale, layout, translucent
from mnist_core.text import Translator

Values = npt.NDArray[np.floating[Any]]

_ROOM = 0.06  # of an axis beside the outermost points
_MOST_TICKS = 7
_ROW = 118  # pixels of each of the charts below one another
_LEGEND, _SIDE_BY_SIDE = 30, 3  # pixels of a line of its legend, and how many layers stand in one


def film_map_figure(
    points: Values,
    labels: npt.NDArray[np.integer[Any]],
    numbers: npt.NDArray[np.integer[Any]],
    class_names: tuple[str, ...],
    *,
    chosen: Values | None,
    theme: Theme,
    t: Translator,
) -> go.Figure:
    """Return images as points, one colour and symbol a class, on axes that are the same at every moment.

    Parameters
    ----------
    points : ndarray of shape (moments, n, 2)
        NaN where they are not known.
    labels, numbers : ndarray of shape (n,), int
        Class of each image, and its place in the test set.
    class_names : tuple of str
    chosen : ndarray of shape (moments, 2), or None
        Of an image that gets a ring.
    """
    figure = plane_figure(points[-1], labels, class_names, marked=None, theme=theme, t=t)
    groups = [np.flatnonzero(labels == label) for label in range(len(class_names))]
    for trace, places in zip(figure.data, groups, strict=True):
        trace.customdata = numbers[places]
    if chosen is not None:
        figure.add_scatter(
            x=chosen[-1:, 0],
            y=chosen[-1:, 1],
            mode="markers",
            name=t("the chosen image"),
            marker={"symbol": "circle-open", "size": 18, "color": theme.text, "line": {"width": 2.5}},
            hoverinfo="skip",
        )
    everything = points.reshape(-1, 2) if chosen is None else np.concatenate([points.reshape(-1, 2), chosen])
    figure.update_layout(
        height=420,
        xaxis={"range": _whole_range(everything[:, 0]), "title": {"text": t("first direction (no unit)")}},
        yaxis={"range": _whole_range(everything[:, 1]), "title": {"text": t("second direction (no unit)")}},
    )
    figure.frames = [
        _frame(
            [
                *({"x": _short(moment[places, 0]), "y": _short(moment[places, 1])} for places in groups),
                *([] if chosen is None else [{"x": _short(chosen[[place], 0]), "y": _short(chosen[[place], 1])}]),
            ]
        )
        for place, moment in enumerate(points)
    ]
    return figure


def film_matrix_figure(
    matrices: Sequence[ConfusionMatrix], class_names: tuple[str, ...], *, theme: Theme, t: Translator
) -> go.Figure:
    """Return a confusion matrix for every moment: the fuller its diagonal, the more is right.

    Parameters
    ----------
    matrices : sequence of ConfusionMatrix
    class_names : tuple of str
    """
    # The root makes the few mistakes visible beside the many right answers, as in `confusion_figure`.
    frames = [
        {"z": np.sqrt(matrix.shares("row")).round(3).tolist(), "customdata": matrix.counts.tolist()}
        for matrix in matrices
    ]
    cells = go.Heatmap(
        **frames[-1],
        x=class_names,
        y=class_names,
        zmin=0,
        zmax=1,
        colorscale=colorscale(theme.scale),
        showscale=False,
        xgap=2,
        ygap=2,
        hovertemplate=t("true: <b>%{y}</b><br>predicted: <b>%{x}</b>")
        + "<br>"
        + t("%{customdata} images")
        + "<extra></extra>",
    )
    across, down = class_axes(class_names, t)
    return go.Figure(
        [cells],
        layout(theme, height=380, dragmode=False, xaxis=across, yaxis=down),
        [_frame([{"type": "heatmap", **frame}]) for frame in frames],
    )


def film_sizes_figure(
    sizes: Mapping[str, Values], layers: Sequence[str], epochs: Sequence[float], *, theme: Theme, t: Translator
) -> go.Figure:
    """Return how each layer changed, quantity by quantity below one another, with a mark at the moment.

    Parameters
    ----------
    sizes : mapping of str to ndarray of shape (moments, layers)
        What it is, translated, and its values; NaN where they are not known.
    layers : sequence of str
    epochs : sequence of float
        Of the moments.
    """
    rows = len(sizes)
    figure = make_subplots(rows, 1, shared_xaxes=True, vertical_spacing=0.16 / rows, subplot_titles=list(sizes))
    marks = []
    for row, (name, values) in enumerate(sizes.items(), start=1):
        for layer, words in enumerate(layers):
            color = CLASS_COLORS[layer % len(CLASS_COLORS)]
            look = {"color": color, "symbol": CLASS_SYMBOLS[layer % len(CLASS_SYMBOLS)]}
            line = _short(values[:, layer])
            figure.add_scatter(
                x=list(range(len(epochs))),
                y=line,
                mode="lines+markers",
                name=words,
                legendgroup=words,
                showlegend=row == 1,
                line={"color": color, "width": 1.5},
                marker={**look, "size": 5},
                customdata=[t("epoch {epoch}", epoch=t.number(epoch, ".4g")) for epoch in epochs],
                hovertemplate=f"{words}, %{{customdata}}<br>{name}: <b>%{{y}}</b><extra></extra>",
                row=row,
                col=1,
            )
            marks.append((row, line, look))
    for row, line, look in marks:
        figure.add_scatter(
            x=[len(epochs) - 1],
            y=line[-1:],
            mode="markers",
            marker={**look, "size": 13, "line": {"width": 2, "color": theme.text}},
            cliponaxis=False,
            hoverinfo="skip",
            showlegend=False,
            row=row,
            col=1,
        )
    legend = max(64, 30 + _LEGEND * -(-len(layers) // _SIDE_BY_SIDE))
    margin = {"l": 10, "r": 10, "t": legend, "b": 10}
    figure.update_layout(layout(theme, height=36 + legend + _ROW * rows, margin=margin, dragmode=False))
    figure.update_layout(legend={"y": 1, "yanchor": "top", "yref": "container"})
    figure.update_annotations(font={"size": 13, "color": theme.text}, x=0, xanchor="left")
    axis = {"gridcolor": theme.grid, "zerolinecolor": theme.grid, "automargin": True, "fixedrange": True}
    figure.update_yaxes(**axis, rangemode="tozero", nticks=4)
    figure.update_xaxes(**axis, **_moment_ticks(epochs, t))
    figure.update_xaxes(title={"text": t("epoch (of each kept moment)")}, row=rows, col=1)
    first = len(marks)
    figure.frames = [
        _frame([{"x": [place], "y": line[place : place + 1]} for _, line, _ in marks], first)
        for place in range(len(epochs))
    ]
    return figure


def river_figure(
    rows: Values, class_names: tuple[str, ...], epochs: Sequence[float], *, since: int, theme: Theme, t: Translator
) -> go.Figure:
    """Return probabilities as bands that fill the height at every moment, with a line where the last answer began.

    Parameters
    ----------
    rows : ndarray of shape (moments, classes)
    class_names : tuple of str
    epochs : sequence of float
        Of the moments.
    since : int
        The first moment from which on the answer is the last one.
    """
    figure = go.Figure()
    words = [t("epoch {epoch}", epoch=t.number(epoch, ".4g")) for epoch in epochs]
    for label, name in enumerate(class_names):
        color = CLASS_COLORS[label % len(CLASS_COLORS)]
        figure.add_scatter(
            x=list(range(len(epochs))),
            y=_short(100 * rows[:, label]),
            mode="lines",
            stackgroup="all",
            name=name,
            line={"width": 0.8, "color": color},
            fillcolor=translucent(color, 0.85 if label == rows[-1].argmax() else 0.55),
            customdata=words,
            hovertemplate="<b>%{fullData.name}</b>, %{customdata}: %{y:.1f} %<extra></extra>",
        )
    figure.add_vline(since, line={"color": theme.text, "width": 1.5, "dash": "dash"})
    figure.update_layout(
        layout(
            theme,
            height=320,
            dragmode=False,
            legend={"font": {"size": 12}, "traceorder": "normal"},
            xaxis={
                "title": {"text": t("epoch (of each kept moment)")},
                "fixedrange": True,
                "range": [0, max(1, len(epochs) - 1)],
                **_moment_ticks(epochs, t),
            },
            yaxis={"title": {"text": t("probability (%)")}, "fixedrange": True, "range": [0, 100]},
        )
    )
    return figure


def _frame(data: list[dict[str, Any]], first: int = 0) -> go.Frame:
    return go.Frame(data=data, traces=list(range(first, first + len(data))))


def _short(values: Values) -> list[float | None]:
    """Return values with four digits, to be sent: None where there is none."""
    return [float(np.format_float_scientific(value, 3)) if np.isfinite(value) else None for value in values]


def _whole_range(values: Values) -> list[float]:
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    room = _ROOM * (high - low) or 1.0
    return [low - room, high + room]


def _moment_ticks(epochs: Sequence[float], t: Translator) -> dict[str, Any]:
    """Return an axis whose places are moments, evenly spaced, and whose words are their epochs."""
    count = min(len(epochs), _MOST_TICKS)
    places = sorted({round(place) for place in np.linspace(0, len(epochs) - 1, count)})
    words = [t.number(epochs[place], ".3g" if epochs[place] >= 1 else ".1g") for place in places]
    return {"tickvals": places, "ticktext": words}
