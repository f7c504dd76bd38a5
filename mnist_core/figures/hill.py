"""The loss along the path that training took, seen from above; and the one of a single weight, from the side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mnist_core.figures.run_style import plain_name
from mnist_core.figures.theme import VALIDATION, Theme, colorscale, layout, translucent
from mnist_core.text import Translator

Values = npt.NDArray[np.float64]

_LEAST = 1e-4  # a logarithm has no place for 0, and below that there is nothing to see
_LEVELS = 16
_APART = 0.1  # of the picture: nearer words would lie over each other
_MARKS = (1, 2, 5)  # of each power of ten


@dataclass(frozen=True)
class DrawnPath:
    """A path over the surface.

    Attributes
    ----------
    name : str
        Of its run, as its visitor typed it.
    points : ndarray of shape (n, 2)
    epochs, losses, shown : ndarray of shape (n,)
        The loss of the weights themselves, and that of the slice below them.
    """

    name: str
    points: Values
    epochs: Values
    losses: Values
    shown: Values


def hill_figure(
    x: Values, y: Values, losses: Values, paths: Sequence[DrawnPath], *, theme: Theme, t: Translator
) -> go.Figure:
    """Return the loss as a map with lines of equal height, equal factors apart, and paths over it.

    Parameters
    ----------
    x, y : ndarray of shape (side,)
    losses : ndarray of shape (side, side)
        A row for each `y`; NaN where there is none.
    paths : sequence of DrawnPath
        One or two, of which each has its own colour, symbol and dashes.
    theme : Theme
    t : Translator
    """
    heights = np.log10(np.maximum(losses, _LEAST))
    low, high = float(np.nanmin(heights)), float(np.nanmax(heights))
    high = max(high, low + 0.1)
    figure = go.Figure(
        go.Contour(
            x=x,
            y=y,
            z=heights.round(4),
            text=[[t.number(loss, ".3g") for loss in row] for row in losses],
            hovertemplate=t("loss here: <b>%{text}</b>") + "<extra></extra>",
            colorscale=colorscale(theme.scale),
            zmin=low,
            zmax=high,
            contours={"start": low, "end": high, "size": (high - low) / _LEVELS},
            line={"width": 0.7, "color": translucent(theme.muted, 0.5)},
            colorbar=_colorbar(low, high, t),
            connectgaps=False,
        )
    )
    for number, path in enumerate(paths):
        _add_path(figure, path, number, theme, t)
    axis = {"zeroline": False, "showgrid": False, "fixedrange": True}
    figure.update_layout(
        layout(
            theme,
            height=560,
            hovermode="closest",
            dragmode=False,
            showlegend=True,
            legend={"orientation": "v"},
            xaxis={**axis, "range": [x[0], x[-1]], "title": {"text": t("first main direction (distance of weights)")}},
            yaxis={**axis, "range": [y[0], y[-1]], "title": {"text": t("second main direction")}},
            annotations=_notes(x, y, paths, theme, t),
        )
    )
    return figure


def _colorbar(low: float, high: float, t: Translator) -> dict[str, Any]:
    """Return a bar below the map, with losses at their logarithms."""
    decades = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    marks = _MARKS if high - low < 2 else (1,)
    known = [digit * 10.0**power for power in decades for digit in marks]
    ticks = [value for value in known if low <= np.log10(value) <= high]
    return {
        "orientation": "h",
        "y": -0.19,
        "yanchor": "top",
        "thickness": 12,
        "outlinewidth": 0,
        "title": {"text": t("loss (logarithmic)"), "side": "top"},
        "tickvals": [float(np.log10(value)) for value in ticks],
        "ticktext": [t.number(value, "g") for value in ticks],
    }


def _add_path(figure: go.Figure, path: DrawnPath, number: int, theme: Theme, t: Translator) -> None:
    color, symbol, dash = ((VALIDATION, "circle", "solid"), (theme.text, "square", "dot"))[number]
    x, y = path.points[:, 0], path.points[:, 1]
    # Below it a wider one in the page's colour, so that it is seen on light and dark ground.
    figure.add_scatter(
        x=x, y=y, mode="lines", line={"color": theme.scale[0], "width": 6}, hoverinfo="skip", showlegend=False
    )
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines+markers",
        name=plain_name(path.name),
        line={"color": color, "width": 2.5, "dash": dash},
        marker={"symbol": symbol, "size": 9, "color": color, "line": {"color": theme.scale[0], "width": 1.5}},
        customdata=np.stack([path.epochs, path.losses, path.shown], axis=1).round(4).tolist(),
        hovertemplate="<b>%{fullData.name}</b><br>"
        + t("epoch %{customdata[0]:.3~g}: loss <b>%{customdata[1]:.3f}</b><br>on the slice: %{customdata[2]:.3f}")
        + "<extra></extra>",
    )


def _notes(x: Values, y: Values, paths: Sequence[DrawnPath], theme: Theme, t: Translator) -> list[dict[str, Any]]:
    """Return words at the ends of paths, and at their other whole epochs where there is room."""
    size = np.array([x[-1] - x[0], y[-1] - y[0]])
    corner = np.array([x[0], y[0]])
    taken: list[Values] = []
    notes: list[dict[str, Any]] = []
    for path in paths:
        last = len(path.points) - 1
        for at in [last, 0, *range(1, last)]:
            place = (path.points[at] - corner) / size
            free = all(np.abs(place - other).max() > _APART for other in taken)
            whole = float(path.epochs[at]).is_integer()
            if not ((place > 0) & (place < 1)).all() or not (at == last or (free and whole)):
                continue
            taken.append(place)
            words = t("epoch {epoch:.3g}", epoch=float(path.epochs[at])) if path.epochs[at] else t("start")
            below = place[1] > 1 - _APART or (at == last and place[1] > _APART)
            notes.append(
                {
                    "x": path.points[at, 0],
                    "y": path.points[at, 1],
                    "text": words,
                    "showarrow": False,
                    "yshift": -18 if below else 18,
                    "bgcolor": translucent(theme.scale[0], 0.85),
                    "font": {"color": theme.text, "size": 12},
                    "borderpad": 2,
                }
            )
    return notes


def hill_alt(paths: Sequence[DrawnPath], t: Translator) -> str:
    """Return one sentence that says what the map shows."""
    told = [
        t(
            "“{name}” from a loss of {first:.3g} at epoch {start:.3g} to {last:.3g} at epoch {end:.3g}",
            name=path.name,
            first=float(path.losses[0]),
            start=float(path.epochs[0]),
            last=float(path.losses[-1]),
            end=float(path.epochs[-1]),
        )
        for path in paths
    ]
    return t("Map of the loss with the paths of training over it: {paths}.", paths="; ".join(told))


def ball_figure(
    curve: tuple[Values, Values], visited: Values, losses: Values, *, theme: Theme, t: Translator
) -> dict[str, Any]:
    """Return the loss of one weight as a curve, the places that were visited, and the ball at the last one.

    Parameters
    ----------
    curve : tuple of ndarray
        Weights across the picture, and their losses.
    visited, losses : ndarray of shape (n,)
        The start and each step; what lies outside of the curve is not seen.
    theme : Theme
    t : Translator

    Returns
    -------
    dict with keys "data" and "layout"
    """
    weights, heights = curve
    steps = list(range(len(visited)))
    line = {"type": "scatter", "x": weights.round(4).tolist(), "y": heights.round(5).tolist(), "mode": "lines"}
    said = t("step %{customdata}: weight %{x:.3~f}, loss <b>%{y:.4~f}</b>") + "<extra></extra>"
    places = {"type": "scatter", "hovertemplate": said}
    trail = {
        "mode": "lines+markers",
        "x": visited.tolist(),
        "y": losses.tolist(),
        "customdata": steps,
        "line": {"color": translucent(VALIDATION, 0.6), "width": 1.5, "dash": "dot"},
        "marker": {"color": VALIDATION, "size": 7, "symbol": "circle-open"},
    }
    ball = {
        "mode": "markers",
        "x": [float(visited[-1])],
        "y": [float(losses[-1])],
        "customdata": steps[-1:],
        "marker": {"color": VALIDATION, "size": 20, "line": {"color": theme.scale[0], "width": 2}},
    }
    top = float(heights.max())
    return {
        "data": [
            {**line, "line": {"color": theme.muted, "width": 3}, "hoverinfo": "skip"},
            {**places, **trail},
            {**places, **ball},
        ],
        "layout": layout(
            theme,
            height=320,
            hovermode="closest",
            dragmode=False,
            showlegend=False,
            xaxis={
                "title": {"text": t("the weight")},
                "range": [float(weights[0]), float(weights[-1])],
                "fixedrange": True,
                "zeroline": False,
            },
            yaxis={
                "title": {"text": t("loss")},
                "range": [-0.07 * top, 1.05 * top],
                "fixedrange": True,
                "zeroline": False,
            },
        ),
    }


def ball_alt(visited: Values, losses: Values, t: Translator) -> str:
    """Return one sentence that says where the ball is."""
    return t(
        "Valley of the loss of one weight, and a ball in it: after step {step} the weight is {weight:.3g}, the loss "
        "{loss:.3g}.",
        step=len(visited) - 1,
        weight=float(visited[-1]),
        loss=float(losses[-1]),
    )
