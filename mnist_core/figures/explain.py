"""Maps over an image, bars of a layer's numbers, and images as points on a map."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mnist_core.figures.theme import CLASS_COLORS, CLASS_SYMBOLS, SPEAKS_AGAINST, SPEAKS_FOR, TRAINING, Theme, layout
from mnist_core.text import Translator

_LEAST_SIDE = 24  # pixels of a map on a sheet: the gaps are narrow beside it
_GAP, _BETWEEN = 2, 72  # pixels between them, and how grey they are
_INK_SHARE = 0.45  # of its brightness: the image stays to be seen under the colours and does not outshine them


def heat_image(
    values: npt.NDArray[np.floating[Any]], *, limit: float | None = None, image: npt.NDArray[np.uint8] | None = None
) -> npt.NDArray[np.uint8]:
    """Return a map as a picture: orange where values are positive, blue where negative, black at 0.

    Parameters
    ----------
    values : ndarray of shape (h, w)
    limit : float or None
        The value that has full colour; the largest one there is, if None.
    image : ndarray of shape (h, w), uint8, or None
        Shown in grey under the colours.

    Returns
    -------
    ndarray of shape (h, w, 3), uint8
        Red, green and blue.
    """
    largest = float(np.abs(values).max()) if limit is None else limit
    strength = np.clip(np.abs(values) / largest, 0, 1)[..., None] if largest > 0 else np.zeros((*values.shape, 1))
    color = np.where((values > 0)[..., None], _rgb(SPEAKS_FOR), _rgb(SPEAKS_AGAINST))
    paper = np.zeros((*values.shape, 1)) if image is None else _INK_SHARE * image[..., None].astype(np.float64)
    picture: npt.NDArray[np.uint8] = (strength * color + (1 - strength) * paper).round().astype(np.uint8)
    return picture


def heat_sheet(pictures: npt.NDArray[np.floating[Any]], limit: float) -> npt.NDArray[np.uint8]:
    """Return many small maps side by side as one picture, all with the same colours.

    In 16 strengths of each colour, which more than halves the bytes and nobody sees.

    Parameters
    ----------
    pictures : ndarray of shape (n, h, w)
        At least one.
    limit : float
        The value that has full colour.

    Returns
    -------
    ndarray of shape (height, width, 3), uint8
    """
    larger = max(1, _LEAST_SIDE // max(pictures.shape[1:]))
    enlarged = np.asarray(pictures, np.float32).repeat(larger, axis=1).repeat(larger, axis=2)
    n, height, width = enlarged.shape
    square = math.ceil(math.sqrt(n))
    across = next((number for number in range(square, 2 * square + 1) if n % number == 0), square)  # full rows
    down = -(-n // across)
    grid = np.full((down * across, height + _GAP, width + _GAP, 3), _BETWEEN, np.uint8)
    steps = np.round(np.clip(enlarged / limit if limit > 0 else 0 * enlarged, -1, 1) * 15) / 15
    grid[:n, :height, :width] = heat_image(steps.reshape(n * height, width), limit=1.0).reshape(n, height, width, 3)
    rows = grid.reshape(down, across, *grid.shape[1:]).swapaxes(1, 2)
    whole = rows.reshape(down * (height + _GAP), across * (width + _GAP), 3)
    return np.ascontiguousarray(whole[:-_GAP, :-_GAP])


def _rgb(color: str) -> npt.NDArray[np.float64]:
    return np.array([int(color[start : start + 2], 16) for start in (1, 3, 5)], np.float64)


def activation_figure(
    values: npt.NDArray[np.floating[Any]], names: tuple[str, ...] | None, *, theme: Theme, t: Translator
) -> go.Figure:
    """Return bars of a dense layer's numbers for one image.

    Parameters
    ----------
    values : ndarray of shape (units,)
    names : tuple of str or None
        Of the units, if they are classes; else they are numbered from 0.
    """
    units: Any = list(names) if names else np.arange(len(values))
    figure = go.Figure(
        go.Bar(
            x=units,
            y=values.astype(np.float64).round(4),
            marker={"color": TRAINING, "line": {"width": 0}},
            hovertemplate=t("unit %{x}: <b>%{y:.3f}</b>") + "<extra></extra>",
        )
    )
    figure.update_layout(
        layout(
            theme,
            height=200,
            bargap=0.15 if len(values) <= 64 else 0,
            showlegend=False,
            xaxis={
                "title": {"text": t("class") if names else t("unit")},
                "fixedrange": True,
                "showgrid": False,
                **({"type": "category"} if names else {}),
            },
            yaxis={"title": {"text": t("probability") if names else t("output (no unit)")}, "fixedrange": True},
        )
    )
    return figure


def activation_alt(values: npt.NDArray[np.floating[Any]], t: Translator) -> str:
    """Return one sentence that says what the bars show."""
    return t(
        "Bars: {active} of {n} units give more than 0, the strongest is number {unit} with {value:.2f}.",
        active=int((values > 0).sum()),
        n=len(values),
        unit=int(values.argmax()),
        value=float(values.max()),
    )


def plane_figure(
    points: npt.NDArray[np.floating[Any]],
    labels: npt.NDArray[np.integer[Any]],
    class_names: tuple[str, ...],
    *,
    marked: int | None,
    theme: Theme,
    t: Translator,
) -> go.Figure:
    """Return images as points, one colour and symbol a class.

    Parameters
    ----------
    points : ndarray of shape (n, 2)
        Of the first n test images.
    labels : ndarray of shape (n,), int
    class_names : tuple of str
    marked : int or None
        Index of an image that gets a ring.
    """
    figure = go.Figure()
    for label, name in enumerate(class_names):
        places = np.flatnonzero(labels == label)
        figure.add_scatter(
            x=points[places, 0].astype(np.float32),
            y=points[places, 1].astype(np.float32),
            mode="markers",
            name=name,
            customdata=places,
            marker={
                "color": CLASS_COLORS[label % len(CLASS_COLORS)],
                "symbol": CLASS_SYMBOLS[label % len(CLASS_SYMBOLS)],
                "size": 6,
                "opacity": 0.8,
            },
            hovertemplate="<b>%{fullData.name}</b><br>" + t("test image %{customdata}") + "<extra></extra>",
        )
    if marked is not None and marked < len(points):
        figure.add_scatter(
            x=points[[marked], 0],
            y=points[[marked], 1],
            mode="markers",
            name=t("the chosen image"),
            marker={"symbol": "circle-open", "size": 18, "color": theme.text, "line": {"width": 2.5}},
            hoverinfo="skip",
        )
    # Fixed, so that a finger that scrolls the page does not drag the map.
    axis = {"zeroline": False, "showticklabels": False, "fixedrange": True}
    figure.update_layout(
        layout(
            theme,
            height=440,
            hovermode="closest",
            dragmode=False,
            legend={"itemsizing": "constant", "font": {"size": 12}},
            xaxis={**axis, "title": {"text": t("first direction (no unit)")}},
            yaxis={**axis, "title": {"text": t("second direction (no unit)")}},
        )
    )
    return figure


def plane_alt(n: int, share: float, t: Translator) -> str:
    """Return one sentence that says what the map shows."""
    return t(
        "Map of {n:,} test images: the nearest neighbour of {share:.0%} of them is of the same class.",
        n=n,
        share=share,
    )
