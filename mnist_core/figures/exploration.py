"""What is in a dataset: strengths of ink, a map of images, and simple rules beside a network."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mnist_core.figures.theme import CLASS_COLORS, CLASS_SYMBOLS, TRAINING, Theme, layout
from mnist_core.text import Translator


def pixel_histogram_figure(
    starts: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], *, theme: Theme, t: Translator
) -> go.Figure:
    """Return bars of the pixels with ink by their value.

    Parameters
    ----------
    starts : ndarray of shape (bins,), int
        First value of each bin; all are equally wide and the last ends at 255.
    counts : ndarray of shape (bins,), int
        Number of pixels in each bin.
    """
    width = int(256 - starts[-1])
    shares = 100 * counts / max(int(counts.sum()), 1)
    figure = go.Figure(
        go.Bar(
            x=starts + (width - 1) / 2,
            y=shares,
            width=width * 0.92,
            marker={"color": TRAINING},
            customdata=np.column_stack([starts, starts + width - 1, counts]),
            hovertemplate=t("values %{customdata[0]} to %{customdata[1]}: <b>%{y:.1f}%</b>, %{customdata[2]:,} pixels")
            + "<extra></extra>",
        )
    )
    figure.update_layout(
        layout(
            theme,
            height=320,
            xaxis={"title": {"text": t("pixel value (1 = faint, 255 = full ink)")}, "range": [0, 256]},
            yaxis={"title": {"text": t("share of the pixels with ink (%)")}},
        )
    )
    return figure


def pixel_histogram_alt(
    empty_share: float, starts: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], t: Translator
) -> str:
    """Return one sentence that says what the bars show."""
    most = int(counts.argmax())
    return t(
        "Bars: {empty:.0%} of all pixels have no ink; of the others {share:.0%} have values from {low} to {high}, "
        "more than in any other bar.",
        empty=empty_share,
        share=counts[most] / max(int(counts.sum()), 1),
        low=int(starts[most]),
        high=int(starts[most]) + int(256 - starts[-1]) - 1,
    )


def map_figure(
    points: npt.NDArray[np.floating[Any]],
    labels: npt.NDArray[np.integer[Any]],
    indices: npt.NDArray[np.int64],
    class_names: tuple[str, ...],
    axis_names: tuple[str, str],
    *,
    theme: Theme,
    t: Translator,
) -> dict[str, Any]:
    """Return images as points, one colour and symbol a class, as a plotly figure in plain values.

    ``customdata`` of a point is its place in `points`, for whoever shows its image.

    Parameters
    ----------
    points : ndarray of shape (n, 2)
    labels : ndarray of shape (n,), int
    indices : ndarray of shape (n,), int
        Index of each image in the training set, for the hover text.
    class_names : tuple of str
    axis_names : (str, str)
        Translated.
    """
    traces = []
    for label, name in enumerate(class_names):
        places = np.flatnonzero(labels == label)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": points[places, 0].astype(float).round(3).tolist(),
                "y": points[places, 1].astype(float).round(3).tolist(),
                "customdata": places.tolist(),
                "text": [str(index) for index in indices[places]],
                "marker": {
                    "color": CLASS_COLORS[label % len(CLASS_COLORS)],
                    "symbol": CLASS_SYMBOLS[label % len(CLASS_SYMBOLS)],
                    "size": 7,
                    "opacity": 0.8,
                },
                "hovertemplate": "<b>%{fullData.name}</b><br>" + t("training image %{text}") + "<extra></extra>",
            }
        )
    # Fixed, so that a finger that scrolls the page does not drag the map.
    axis = {"zeroline": False, "showticklabels": False, "fixedrange": True}
    return {
        "data": traces,
        "layout": layout(
            theme,
            height=560,
            hovermode="closest",
            dragmode=False,
            legend={"itemsizing": "constant", "font": {"size": 12}},
            xaxis={**axis, "title": {"text": axis_names[0]}},
            yaxis={**axis, "title": {"text": axis_names[1]}},
        ),
    }


def map_alt(
    points: npt.NDArray[np.floating[Any]],
    labels: npt.NDArray[np.integer[Any]],
    class_names: tuple[str, ...],
    t: Translator,
) -> str:
    """Return one sentence that says which classes' middles are farthest apart and nearest on the map."""
    there = np.unique(labels)
    if len(there) < 2:
        return t("Map of {n:,} images as points.", n=len(points))
    middles = np.array([points[labels == label].mean(axis=0) for label in there])
    distances = np.linalg.norm(middles[:, None] - middles, axis=2)
    far = np.unravel_index(int(distances.argmax()), distances.shape)
    near = np.unravel_index(int((distances + np.diag([np.inf] * len(there))).argmin()), distances.shape)
    return t(
        "Map of {n:,} images as points. The middles of {near} and {close} are nearest to each other, "
        "those of {far} and {away} farthest apart.",
        n=len(points),
        near=class_names[there[near[0]]],
        close=class_names[there[near[1]]],
        far=class_names[there[far[0]]],
        away=class_names[there[far[1]]],
    )


def rules_figure(
    names: Sequence[str], accuracies: Sequence[float], *, highlight: int, theme: Theme, t: Translator
) -> go.Figure:
    """Return horizontal bars of test accuracies, the one at `highlight` in colour.

    Parameters
    ----------
    names : sequence of str
        Translated, top to bottom.
    accuracies : sequence of float
        0 to 1; NaN for what is not known yet.
    highlight : int
    """
    percent = [100 * value for value in accuracies]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=percent,
            y=list(names),
            marker={"color": [TRAINING if place == highlight else theme.muted for place in range(len(names))]},
            text=["" if np.isnan(value) else t.number(value / 100, ".1%") for value in percent],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: <b>%{x:.2f}%</b><extra></extra>",
        )
    )
    figure.update_layout(
        layout(
            theme,
            height=90 + 46 * len(names),
            bargap=0.35,
            showlegend=False,
            margin={"l": 10, "r": 56, "t": 10, "b": 10},
            xaxis={"range": [0, 100], "title": {"text": t("test accuracy (%)")}, "fixedrange": True},
            yaxis={"type": "category", "autorange": "reversed", "fixedrange": True, "showgrid": False},
        )
    )
    return figure


def rules_alt(names: Sequence[str], accuracies: Sequence[float], t: Translator) -> str:
    """Return one sentence that lists the accuracies that are known."""
    known = [
        f"{name} {t.number(value, '.1%')}" for name, value in zip(names, accuracies, strict=True) if not np.isnan(value)
    ]
    return t("Bars of the test accuracy: {list}.", list=", ".join(known))
