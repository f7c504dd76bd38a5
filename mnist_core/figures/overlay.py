"""Training curves of several runs, overlaid."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mnist_core.evaluation.comparing import Axis, Line, smooth
from mnist_core.figures.run_style import Drawn, RunStyle, plain_name
from mnist_core.figures.scale import FACTORS, USUAL, Metric, Scales, value_axis
from mnist_core.figures.theme import Theme, layout, translucent
from mnist_core.text import Sentence, Translator

AXIS_TITLES: dict[str, Sentence] = {"epoch": "epoch", "step": "step (batches)", "seconds": "seconds"}
_MOST_MARKERS = 12


def overlay_figure(
    lines: Sequence[tuple[Drawn, Line]],
    metric: Metric,
    axis: Axis,
    *,
    smoothing: float,
    scales: Scales = USUAL,
    theme: Theme,
    t: Translator,
) -> dict[str, Any]:
    """Return one curve a run as a plotly figure in plain values; symbols mark the ends of epochs.

    Parameters
    ----------
    lines : sequence of ((str, RunStyle), Line)
    metric : {"loss", "accuracy"}
        Accuracy is shown in per cent.
    axis : {"epoch", "step", "seconds"}
    smoothing : float
        Weight of `smooth`; above 0 the curve as it was measured stays behind it, faintly.
    scales : Scales
    theme : Theme
    t : Translator

    Returns
    -------
    dict with keys "data" and "layout"
    """
    traces = [
        trace for (name, style), line in lines if len(line.x) for trace in _curve(name, style, line, metric, smoothing)
    ]
    after = [value for _, line in lines for value in line.y[line.ends_epoch].tolist()]
    # Not the very first of each run: it is a single batch.
    within = [value for _, line in lines for value in line.y[1:][~line.ends_epoch[1:]].tolist()]
    return {
        "data": traces,
        "layout": layout(
            theme,
            height=360,
            hovermode="closest",
            showlegend=False,
            xaxis={"title": {"text": t(AXIS_TITLES[axis])}, "rangemode": "tozero"},
            yaxis=value_axis(metric, after, within, scales, t),
        ),
    }


def overlay_alt(lines: Sequence[tuple[Drawn, Line]], metric: Metric, t: Translator) -> str:
    """Return a sentence for each run that says where its curve ends."""
    sentences = [t("Curves of the accuracy.") if metric == "accuracy" else t("Curves of the loss.")]
    sentences += [
        t("{name} ends at {value:.3f}.", name=name, value=line.y[-1]) for (name, _), line in lines if len(line.y)
    ]
    return " ".join(sentences)


def _curve(name: str, style: RunStyle, line: Line, metric: Metric, smoothing: float) -> list[dict[str, Any]]:
    measured = line.y * FACTORS[metric]
    shown = smooth(measured, smoothing)
    ends = np.flatnonzero(line.ends_epoch)
    marked = ends[np.linspace(0, len(ends) - 1, min(len(ends), _MOST_MARKERS)).round().astype(int)]
    sizes = np.zeros(len(line.x))
    sizes[marked] = 9
    value = "%{y:.2f}%" if metric == "accuracy" else "%{y:.4f}"
    trace = {
        "type": "scatter",
        "x": line.x.round(3).tolist(),
        "y": shown.round(5).tolist(),
        "mode": "lines+markers",
        "name": plain_name(name),
        "line": {"color": style.color, "width": 2.5, "dash": style.dash},
        "marker": {
            "color": style.color,
            "symbol": style.symbol,
            "size": sizes.tolist(),
            "opacity": 1,
            "line": {"width": 0},
        },
        "hovertemplate": "%{x:.4~g}: <b>" + value + "</b><extra>%{fullData.name}</extra>",
    }
    if not smoothing:
        return [trace]
    behind = {
        "type": "scatter",
        "x": trace["x"],
        "y": measured.round(5).tolist(),
        "mode": "lines",
        "line": {"color": translucent(style.color, 0.3), "width": 1.5},
        "hoverinfo": "skip",
    }
    return [behind, trace]
