"""Training curves of several runs, overlaid; of those that differ by luck alone also their mean."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mnist_core.evaluation.comparing import Axis, Line, mean_line, smooth
from mnist_core.figures.run_style import Drawn, RunStyle, plain_name
from mnist_core.figures.scale import FACTORS, USUAL, Metric, Scales, value_axis
from mnist_core.figures.theme import Theme, layout, translucent
from mnist_core.text import Sentence, Translator

AXIS_TITLES: dict[str, Sentence] = {"epoch": "epoch", "step": "step (batches)", "seconds": "seconds"}
_MOST_MARKERS = 12

Group = tuple[Drawn, Sequence[int]]
"""Runs that differ in their seed only: what they are called together, and their places in a list."""


def overlay_figure(
    lines: Sequence[tuple[Drawn, Line]],
    metric: Metric,
    axis: Axis,
    *,
    smoothing: float,
    scales: Scales = USUAL,
    theme: Theme,
    t: Translator,
    groups: Sequence[Group] = (),
) -> dict[str, Any]:
    """Return one curve a run as a plotly figure in plain values; symbols mark the ends of epochs.

    Of a group the mean is drawn, within a band of one standard deviation, and its runs stay behind it, faintly.

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
    groups : sequence of ((str, RunStyle), indices), optional
        What each is called and looks like, and which of `lines` it has.

    Returns
    -------
    dict with keys "data" and "layout"
    """
    of_group = {index: style for (_, style), members in groups for index in members}
    traces = [
        trace
        for index, ((name, style), line) in enumerate(lines)
        if len(line.x)
        for trace in (
            [_faint(name, of_group[index], line, metric)]
            if index in of_group
            else _curve(name, style, line, metric, smoothing)
        )
    ]
    for (name, style), members in groups:
        traces += _mean(name, style, [lines[index][1] for index in members], metric, t)
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


def overlay_alt(
    lines: Sequence[tuple[Drawn, Line]], metric: Metric, t: Translator, groups: Sequence[Group] = ()
) -> str:
    """Return a sentence for each run, or group of runs, that says where its curve ends."""
    sentences = [t("Curves of the accuracy.") if metric == "accuracy" else t("Curves of the loss.")]
    grouped = {index for _, members in groups for index in members}
    sentences += [
        t("{name} ends at {value:.3f}.", name=name, value=line.y[-1])
        for index, ((name, _), line) in enumerate(lines)
        if len(line.y) and index not in grouped
    ]
    for (name, _), members in groups:
        found = mean_line([lines[index][1] for index in members])
        if len(found.x):
            sentences.append(
                t(
                    "{name}: the mean of {n:,} runs ends at {value:.3f}, with a standard deviation of {deviation:.3f}.",
                    name=name,
                    n=len(members),
                    value=found.mean[-1],
                    deviation=found.deviation[-1],
                )
            )
    return " ".join(sentences)


def _faint(name: str, style: RunStyle, line: Line, metric: Metric) -> dict[str, Any]:
    """Return one run of a group, in the colour of the group."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": line.x.round(3).tolist(),
        "y": (line.y * FACTORS[metric]).round(5).tolist(),
        "name": plain_name(name),
        "line": {"color": translucent(style.color, 0.45), "width": 1.2},
        "hovertemplate": _hover(metric),
    }


def _mean(name: str, style: RunStyle, lines: Sequence[Line], metric: Metric, t: Translator) -> list[dict[str, Any]]:
    """Return band and mean of a group; nothing before each of its runs has finished an epoch."""
    found = mean_line(lines)
    if not len(found.x):
        return []
    x = found.x.round(3).tolist()
    mean, deviation = found.mean * FACTORS[metric], found.deviation * FACTORS[metric]
    above, below = (mean + deviation).round(5).tolist(), (mean - deviation).round(5).tolist()
    band = {
        "type": "scatter",
        "mode": "lines",
        "x": [*x, *reversed(x)],
        "y": [*above, *reversed(below)],
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": translucent(style.color, 0.2),
        "hoverinfo": "skip",
    }
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": x,
        "y": mean.round(5).tolist(),
        "name": t("mean of {n:,} runs: {name}", n=len(lines), name=plain_name(name)),
        "line": {"color": style.color, "width": 3.5},
        "marker": {"color": style.color, "symbol": style.symbol, "size": 8, "line": {"width": 0}},
        "hovertemplate": _hover(metric),
    }
    return [band, line]


def _hover(metric: Metric) -> str:
    value = "%{y:.2f}%" if metric == "accuracy" else "%{y:.4f}"
    return "%{x:.4~g}: <b>" + value + "</b><extra>%{fullData.name}</extra>"


def _curve(name: str, style: RunStyle, line: Line, metric: Metric, smoothing: float) -> list[dict[str, Any]]:
    measured = line.y * FACTORS[metric]
    shown = smooth(measured, smoothing)
    ends = np.flatnonzero(line.ends_epoch)
    marked = ends[np.linspace(0, len(ends) - 1, min(len(ends), _MOST_MARKERS)).round().astype(int)]
    sizes = np.zeros(len(line.x))
    sizes[marked] = 9
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
        "hovertemplate": _hover(metric),
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
