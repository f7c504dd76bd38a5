"""The confusion matrix, and the difference of two, with cells that can be clicked."""

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mnist_core.evaluation import ConfusionMatrix
from mnist_core.figures.theme import Theme, color_at, colorscale, ink_on, layout
from mnist_core.text import Sentence, Translator

Unit = Literal["counts", "row", "column"]

_LEVEL = 2  # letters of a class that find room below a column on a phone


def confusion_figure(
    matrix: ConfusionMatrix, class_names: tuple[str, ...], *, unit: Unit, theme: Theme, t: Translator
) -> go.Figure:
    """Return the matrix as a heatmap under invisible markers.

    A heatmap reports no clicks to Streamlit; the markers do. ``customdata`` of a marker is
    (true class, predicted class, count).

    Parameters
    ----------
    matrix : ConfusionMatrix
    class_names : tuple of str
        One for each row and column.
    unit : {"counts", "row", "column"}
        Show counts, or per cent of each row or column.
    theme : Theme
    t : Translator
    """
    shares = matrix.shares("column" if unit == "column" else "row")
    texts = np.vectorize(_cell_text)(matrix.counts, shares, unit, t)
    part: Sentence = "{images}, {share:.1%} of the column" if unit == "column" else "{images}, {share:.1%} of the row"
    # Shares keep the colours comparable; the root makes the few mistakes visible beside the many
    # right answers.
    heatmap = {"z": np.sqrt(shares), "zmin": 0.0, "zmax": 1.0}
    details = [
        t(part, images=t.plural("{n:,} image", "{n:,} images", int(n)), share=share)
        for n, share in zip(matrix.counts.flat, shares.flat, strict=True)
    ]
    return _clickable(heatmap, theme.scale, texts, class_names, matrix.counts, details, theme, t)


def difference_figure(
    first: ConfusionMatrix, second: ConfusionMatrix, class_names: tuple[str, ...], *, theme: Theme, t: Translator
) -> go.Figure:
    """Return how many images more (or fewer) the first of two runs has in each cell; parameters as above.

    Blue is good for the first run: more on the diagonal, fewer elsewhere. Orange is the contrary.
    """
    change = first.counts - second.counts
    good = np.where(np.eye(len(class_names), dtype=bool), change, -change)
    most = max(1.0, float(np.sqrt(np.abs(good).max())))
    heatmap = {
        "z": np.sign(good) * np.sqrt(np.abs(good)),
        "zmin": -most,
        "zmax": most,
    }
    texts = np.vectorize(lambda n: t.number(n, "+d") if n else "")(change)
    details = [
        t.plural(
            "{first:,} − {second:,} = {n:+,} image", "{first:,} − {second:,} = {n:+,} images", n, first=a, second=b
        )
        for n, a, b in zip(*(counts.ravel().tolist() for counts in (change, first.counts, second.counts)), strict=True)
    ]
    return _clickable(heatmap, theme.diverging, texts, class_names, change, details, theme, t)


def class_axes(class_names: tuple[str, ...], t: Translator) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the axes of a matrix, predicted and true class, with a word at each row and column.

    Without fixed ranges markers widen the axes, and a click lands on the neighbour. Long words are always aslant:
    plotly.js turns them only after it has made room for level ones, and then may draw the cells a column short.
    """
    last = len(class_names) - 0.5
    axis = {
        "type": "category",
        "fixedrange": True,
        "showgrid": False,
        "ticks": "",
        "tickfont": {"size": 12},
        "dtick": 1,
    }
    aslant = {"tickangle": 45 if max(map(len, class_names)) > _LEVEL else 0}
    return (
        {**axis, **aslant, "range": [-0.5, last], "title": {"text": t("predicted class"), "standoff": 10}},
        {**axis, "range": [last, -0.5], "title": {"text": t("true class")}},
    )


def confusion_alt(matrix: ConfusionMatrix, class_names: tuple[str, ...], t: Translator) -> str:
    """Return one sentence that says what the matrix shows."""
    sentence = t("Confusion matrix: {right:,} of {total:,} images are right.", right=matrix.right, total=matrix.total)
    worst = matrix.most_confused()
    if worst is None:
        return sentence
    return (
        sentence
        + " "
        + t.plural(
            "The most frequent mistake: {true} taken for {predicted}, {n:,} time.",
            "The most frequent mistake: {true} taken for {predicted}, {n:,} times.",
            int(worst[2]),
            true=class_names[worst[0]],
            predicted=class_names[worst[1]],
        )
    )


def difference_alt(first: ConfusionMatrix, second: ConfusionMatrix, t: Translator) -> str:
    """Return one sentence that says what the difference shows."""
    return t(
        "Difference of two confusion matrices: the first run is right about {first:,} images, the second about "
        "{second:,}.",
        first=first.right,
        second=second.right,
    )


def _clickable(
    heatmap: dict[str, Any],
    colors: tuple[str, ...],
    texts: npt.NDArray[np.str_],
    class_names: tuple[str, ...],
    counts: npt.NDArray[np.int64],
    details: list[str],
    theme: Theme,
    t: Translator,
) -> go.Figure:
    cells = go.Heatmap(
        **heatmap,
        x=class_names,
        y=class_names,
        colorscale=colorscale(colors),
        text=texts,
        showscale=False,
        hoverinfo="skip",
        xgap=2,
        ygap=2,
    )
    across, down = class_axes(class_names, t)
    return go.Figure(
        [cells, _markers(class_names, counts, details, t)],
        layout(
            theme,
            height=520,
            annotations=_words(heatmap, colors, texts),
            xaxis=across,
            yaxis=down,
        ),
    )


def _markers(
    class_names: tuple[str, ...], counts: npt.NDArray[np.int64], details: list[str], t: Translator
) -> go.Scatter:
    """Return what can be clicked, and says more where the pointer is."""
    true, predicted = (index.ravel() for index in np.indices(counts.shape))
    return go.Scatter(
        x=[class_names[j] for j in predicted],
        y=[class_names[i] for i in true],
        mode="markers",
        marker={"symbol": "square", "size": 34, "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=np.column_stack([true, predicted, counts.ravel()]),
        text=details,
        hovertemplate=t("true: <b>%{y}</b><br>predicted: <b>%{x}</b>") + "<br>%{text}<extra></extra>",
        showlegend=False,
    )


def _words(heatmap: dict[str, Any], colors: tuple[str, ...], texts: npt.NDArray[np.str_]) -> list[dict[str, Any]]:
    """Return the words in the cells.

    A heatmap's own words are all but grey on its middling cells, and a click would fade those of another trace.
    """
    shares = (heatmap["z"] - heatmap["zmin"]) / (heatmap["zmax"] - heatmap["zmin"])
    return [
        {
            "x": int(column),
            "y": int(row),
            "text": text,
            "showarrow": False,
            "font": {"size": 12, "color": ink_on(color_at(colors, shares[row, column]))},
        }
        for (row, column), text in np.ndenumerate(texts)
        if text
    ]


def _cell_text(count: int, share: float, unit: str, t: Translator) -> str:
    if count == 0:
        return ""  # empty cells stay quiet, so that the mistakes stand out
    return t.number(count) if unit == "counts" else t.number(share * 100, ".1f")
