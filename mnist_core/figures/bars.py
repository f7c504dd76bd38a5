"""Bar charts: images per class, and the probabilities of a prediction."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mnist_core.figures.theme import CLASS_COLORS, CORRECT, TRAINING, VALIDATION, Theme, layout
from mnist_core.text import Translator

_SPLIT_COLORS = {"train": TRAINING, "validation": VALIDATION, "test": CORRECT}
_HEIGHT = 360  # pixels of the bars of ten classes
_ROW = 22  # pixels that a bar needs for its name
_MOST = 99.9  # percent: nothing that a network says is quite certain


def class_count_figure(
    counts: Mapping[str, npt.NDArray[np.int64]], class_names: tuple[str, ...], *, theme: Theme, t: Translator
) -> go.Figure:
    """Return grouped bars of the images per class, one group member a split.

    Parameters
    ----------
    counts : mapping of split name to ndarray of shape (classes,), int
    class_names : tuple of str
    """
    names = {"train": t("training"), "validation": t("validation"), "test": t("test")}
    figure = go.Figure(
        [
            go.Bar(
                x=class_names,
                y=values,
                name=names[split],
                marker={"color": _SPLIT_COLORS[split]},
                hovertemplate="%{x}: <b>%{y:,}</b><extra>" + names[split] + "</extra>",
            )
            for split, values in counts.items()
            if values.sum()
        ]
    )
    figure.update_layout(
        layout(
            theme,
            height=340,
            barmode="group",
            bargap=0.25,
            margin={"l": 10, "r": 10, "t": 40, "b": 10},
            xaxis={"type": "category", "title": {"text": t("class")}},
            yaxis={"title": {"text": t("images")}},
        )
    )
    return figure


def class_count_alt(counts: Mapping[str, npt.NDArray[np.int64]], t: Translator) -> str:
    """Return one sentence that says what the bars show."""
    train = counts["train"]
    return t(
        "Bars: between {least} and {most} training images per class.", least=int(train.min()), most=int(train.max())
    )


def probability_figure(
    probabilities: npt.NDArray[np.floating[Any]] | None,
    class_names: tuple[str, ...],
    *,
    theme: Theme,
    t: Translator,
) -> dict[str, Any]:
    """Return horizontal bars of a prediction's probabilities as a plotly figure in plain values.

    Parameters
    ----------
    probabilities : ndarray of shape (classes,) or None
        None gives the same chart with empty bars, so that nothing jumps when an answer comes.
    class_names : tuple of str
    """
    values = np.zeros(len(class_names)) if probabilities is None else np.asarray(probabilities, np.float64)
    best = -1 if probabilities is None else int(values.argmax())
    percent = (values * 100).round(2)
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "x": percent.tolist(),
                "y": list(class_names),
                "text": ["" if probabilities is None else _percent(value, t) for value in percent],
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {
                    "color": [CLASS_COLORS[index % len(CLASS_COLORS)] for index in range(len(values))],
                    "opacity": [1.0 if index == best else 0.45 for index in range(len(values))],
                },
                "hovertemplate": "%{y}: <b>%{x:.2f}%</b><extra></extra>",
            }
        ],
        "layout": layout(
            theme,
            height=max(_HEIGHT, 90 + _ROW * len(class_names)),
            bargap=0.3,
            showlegend=False,
            margin={"l": 10, "r": 48, "t": 10, "b": 10},
            xaxis={"range": [0, 100], "title": {"text": t("probability (%)")}, "fixedrange": True},
            yaxis={"type": "category", "autorange": "reversed", "fixedrange": True, "showgrid": False},
        ),
    }


def probability_alt(
    probabilities: npt.NDArray[np.floating[Any]] | None, class_names: tuple[str, ...], t: Translator
) -> str:
    """Return one sentence that says what the bars show."""
    if probabilities is None:
        return t("Bars for {n} classes, all empty: there is nothing to classify yet.", n=len(class_names))
    best = int(np.argmax(probabilities))
    return t(
        "Bars: the most probable class is {name} with {share:.1%}.",
        name=class_names[best],
        share=min(float(probabilities[best]), _MOST / 100),
    )


def _percent(value: float, t: Translator) -> str:
    return t.number(min(value, _MOST) / 100, ".1%") if value >= 0.1 else ""
