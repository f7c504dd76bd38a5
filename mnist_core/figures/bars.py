"""Bar charts: images per class, and the probabilities of a prediction."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mnist_core.figures.theme import TEST, TRAINING, VALIDATION, Theme, layout
from mnist_core.text import Translator

_SPLIT_COLORS = {"train": TRAINING, "validation": VALIDATION, "test": TEST}
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
        "Bars: between {least:,} and {most:,} training images per class.", least=int(train.min()), most=int(train.max())
    )


def bars_height(classes: int) -> int:
    """Return the pixels that the bars of so many classes take with their axis."""
    return max(_HEIGHT, 90 + _ROW * classes)


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
