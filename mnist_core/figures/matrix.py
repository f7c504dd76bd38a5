"""The confusion matrix, with cells that can be clicked."""

import numpy as np
import plotly.graph_objects as go

from mnist_core.evaluation import ConfusionMatrix
from mnist_core.figures.theme import Theme, colorscale, layout
from mnist_core.text import Translator


def confusion_figure(
    matrix: ConfusionMatrix, class_names: tuple[str, ...], *, as_shares: bool, theme: Theme, t: Translator
) -> go.Figure:
    """Return the matrix as a heatmap under invisible markers.

    A heatmap reports no clicks to Streamlit; the markers do. ``customdata`` of a marker is
    (true class, predicted class, count).

    Parameters
    ----------
    matrix : ConfusionMatrix
    class_names : tuple of str
        One for each row and column.
    as_shares : bool
        Show each row in per cent instead of counts.
    theme : Theme
    t : Translator
    """
    size = len(class_names)
    shares = matrix.row_shares
    # Shares keep the colours comparable; the root makes the few mistakes visible beside the many
    # right answers.
    strength = np.sqrt(shares)
    texts = [
        [_cell_text(int(matrix.counts[i, j]), float(shares[i, j]), as_shares) for j in range(size)] for i in range(size)
    ]
    figure = go.Figure(
        go.Heatmap(
            z=strength,
            x=class_names,
            y=class_names,
            text=texts,
            texttemplate="%{text}",
            textfont={"size": 12},
            colorscale=colorscale(theme),
            zmin=0.0,
            zmax=1.0,
            showscale=False,
            hoverinfo="skip",
            xgap=2,
            ygap=2,
        )
    )
    true, predicted = (index.ravel() for index in np.indices((size, size)))
    figure.add_trace(
        go.Scatter(
            x=[class_names[j] for j in predicted],
            y=[class_names[i] for i in true],
            mode="markers",
            marker={"symbol": "square", "size": 34, "opacity": 0},
            selected={"marker": {"opacity": 0}},
            unselected={"marker": {"opacity": 0}},
            customdata=np.column_stack([true, predicted, matrix.counts.ravel()]),
            text=[f"{shares[i, j]:.1%}" for i, j in zip(true, predicted, strict=True)],
            hovertemplate=t(
                "true: <b>%{y}</b><br>predicted: <b>%{x}</b><br>%{customdata[2]} images, %{text} of the row"
            )
            + "<extra></extra>",
            showlegend=False,
        )
    )
    # Without fixed ranges the markers widen the axes, and a click lands on the neighbour.
    axis = {"type": "category", "fixedrange": True, "showgrid": False, "ticks": "", "tickfont": {"size": 12}}
    figure.update_layout(
        layout(
            theme,
            height=520,
            xaxis={**axis, "range": [-0.5, size - 0.5], "title": {"text": t("predicted class")}},
            yaxis={**axis, "range": [size - 0.5, -0.5], "title": {"text": t("true class")}},
        )
    )
    return figure


def confusion_alt(matrix: ConfusionMatrix, class_names: tuple[str, ...], t: Translator) -> str:
    """Return one sentence that says what the matrix shows."""
    right, total = int(np.trace(matrix.counts)), int(matrix.counts.sum())
    sentence = t("Confusion matrix: {right} of {total} images are right.", right=right, total=total)
    worst = matrix.most_confused()
    if worst is None:
        return sentence
    return (
        sentence
        + " "
        + t(
            "The most frequent mistake: {true} taken for {predicted}, {count} times.",
            true=class_names[worst[0]],
            predicted=class_names[worst[1]],
            count=worst[2],
        )
    )


def _cell_text(count: int, share: float, as_shares: bool) -> str:
    if count == 0:
        return ""  # empty cells stay quiet, so that the mistakes stand out
    return f"{share * 100:.1f}" if as_shares else f"{count}"
