"""Accuracy against the strength of a corruption, runs overlaid."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mnist_core.evaluation.robustness import CORRUPTIONS, AccuracyCurve
from mnist_core.figures.run_style import plain_name
from mnist_core.figures.theme import CLASS_COLORS, CLASS_SYMBOLS, Theme, layout, translucent
from mnist_core.text import Translator

Curves = Sequence[tuple[str, AccuracyCurve]]
"""Names of runs with their curves of one corruption, at least one."""


def robustness_figure(curves: Curves, chosen: float, classes: int, *, theme: Theme, t: Translator) -> dict[str, Any]:
    """Return the curves, each within the band of its 95 % intervals, as a plotly figure in plain values.

    Parameters
    ----------
    curves : sequence of (str, AccuracyCurve)
    chosen : float
        A strength that is marked by an upright line.
    classes : int
        How many classes there are: a dotted line marks the accuracy of blind guessing.
    theme : Theme
    t : Translator

    Returns
    -------
    dict with keys "data" and "layout"
    """
    corruption = CORRUPTIONS[curves[0][1].corruption]
    traces = [
        trace for index, (name, curve) in enumerate(curves) for trace in _traces(name, curve, index, t(corruption.unit))
    ]
    guessing = 100 / classes
    return {
        "data": traces,
        "layout": layout(
            theme,
            height=410 + 22 * len(curves),
            margin={"l": 10, "r": 10, "t": 40 + 22 * len(curves), "b": 10},
            # One name a line: names of runs are long, and a phone is narrow. Above the words at the upright line.
            legend={"orientation": "v", "itemwidth": 30, "y": 1.07},
            showlegend=True,
            hovermode="closest",
            xaxis={"title": {"text": f"{t(corruption.title)} ({t(corruption.unit)})"}, "zeroline": False},
            yaxis={"title": {"text": t("accuracy (%)")}, "range": [0, 102], "zeroline": False},
            shapes=[
                _line(theme, "dash", x0=chosen, x1=chosen, xref="x", y0=0, y1=1, yref="paper"),
                _line(theme, "dot", x0=0, x1=1, xref="paper", y0=guessing, y1=guessing, yref="y"),
            ],
            annotations=[
                _note(theme, t("your strength"), x=chosen, xref="x", y=1, yref="paper", yanchor="bottom"),
                # Beside the neutral strength: there the curves are far above.
                _note(
                    theme,
                    t("blind guessing"),
                    x=corruption.neutral,
                    xref="x",
                    xanchor="left",
                    xshift=6,
                    y=guessing,
                    yref="y",
                    yanchor="top",
                ),
            ],
        ),
    }


def robustness_alt(curves: Curves, t: Translator) -> str:
    """Return a sentence for each run that says what its curve shows."""
    corruption = CORRUPTIONS[curves[0][1].corruption]
    sentences = [t("Accuracy against {title}, in {unit}.", title=t(corruption.title), unit=t(corruption.unit))]
    for name, curve in curves:
        worst = int(curve.accuracy.argmin())
        sentences.append(
            t(
                "{name}: {untouched:.1%} untouched, least at {strength:g} with {worst:.1%}.",
                name=name,
                untouched=curve.untouched,
                strength=curve.strengths[worst],
                worst=curve.accuracy[worst],
            )
        )
    return " ".join(sentences)


def worst_case_figure(worst: AccuracyCurve, random: AccuracyCurve, *, theme: Theme, t: Translator) -> dict[str, Any]:
    """Return the accuracy under the worst change of each pixel beside that under a random one of the same size.

    Returns
    -------
    dict with keys "data" and "layout"
    """
    unit = t("grey values")
    named = ((t("the worst direction"), worst), (t("random directions"), random))
    return {
        "data": [trace for index, (name, curve) in enumerate(named) for trace in _traces(name, curve, index, unit)],
        "layout": layout(
            theme,
            height=380,
            margin={"l": 10, "r": 10, "t": 44, "b": 10},
            showlegend=True,
            hovermode="closest",
            xaxis={"title": {"text": t("change of every pixel (grey values of 255)")}, "zeroline": False},
            yaxis={"title": {"text": t("accuracy (%)")}, "range": [0, 102], "zeroline": False},
        ),
    }


def worst_case_alt(worst: AccuracyCurve, random: AccuracyCurve, t: Translator) -> str:
    """Return one sentence that says what the two curves show."""
    half = int(np.argmax(worst.accuracy < 0.5 * worst.accuracy[0]))
    if half == 0:
        return t(
            "Accuracy against the change of every pixel: even the worst one of {most:g} grey values leaves "
            "{worst:.0%}.",
            most=worst.strengths[-1],
            worst=worst.accuracy[-1],
        )
    return t(
        "Accuracy against the change of every pixel: a change of {strength:g} grey values leaves {worst:.0%} in the "
        "worst direction and {random:.0%} in random ones.",
        strength=worst.strengths[half],
        worst=worst.accuracy[half],
        random=random.accuracy[half],
    )


def _traces(name: str, curve: AccuracyCurve, index: int, unit: str) -> list[dict[str, Any]]:
    color = CLASS_COLORS[index % len(CLASS_COLORS)]
    percent = (curve.accuracy * 100).round(2)
    low, high = ((end * 100).round(2) for end in curve.interval)
    band = {
        "type": "scatter",
        "x": np.concatenate([curve.strengths, curve.strengths[::-1]]).tolist(),
        "y": np.concatenate([high, low[::-1]]).tolist(),
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": translucent(color, 0.2),
        "hoverinfo": "skip",
        "showlegend": False,
        "legendgroup": str(index),
    }
    line = {
        "type": "scatter",
        "x": curve.strengths.tolist(),
        "y": percent.tolist(),
        "customdata": np.column_stack([low, high]).tolist(),
        "mode": "lines+markers",
        "name": plain_name(name),
        "line": {"color": color, "width": 2.5},
        "marker": {"color": color, "size": 8, "symbol": CLASS_SYMBOLS[index % len(CLASS_SYMBOLS)]},
        "legendgroup": str(index),
        "hovertemplate": f"%{{x}} {unit}: <b>%{{y:.1f}}%</b> (%{{customdata[0]:.1f}} – %{{customdata[1]:.1f}}%)"
        "<extra>%{fullData.name}</extra>",
    }
    return [band, line]


def _line(theme: Theme, dash: str, **place: Any) -> dict[str, Any]:
    return {"type": "line", "line": {"color": theme.muted, "width": 1.5, "dash": dash}, **place}


def _note(theme: Theme, text: str, **place: Any) -> dict[str, Any]:
    return {"text": text, "showarrow": False, "font": {"size": 12, "color": theme.muted}, **place}
