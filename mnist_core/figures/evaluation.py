"""How a model judges: one class against all others, and how sure it is."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from mnist_core.evaluation import RankingCurve, Reliability, SureAnswers
from mnist_core.figures.theme import CLASS_COLORS, CORRECT, TRAINING, VALIDATION, WRONG, Theme, layout
from mnist_core.text import Translator

RankingKind = Literal["roc", "precision_recall"]

_MOST_POINTS = 300  # of a curve: more than pixels only cost time
_MARGIN = {"l": 10, "r": 10, "t": 44, "b": 10}
_LINES = ("solid", "dot")
_NEARLY = 0.995  # share of a class
_EDGES = (0.02, 0.05, 0.1, 0.2, 0.5)  # of the axis of false alarms


def ranking_figure(
    curves: Mapping[int, RankingCurve],
    class_names: tuple[str, ...],
    kind: RankingKind,
    *,
    theme: Theme,
    t: Translator,
) -> go.Figure:
    """Return the curves of some classes, in the corner where they differ; a double click shows all.

    Parameters
    ----------
    curves : mapping of class to RankingCurve
    class_names : tuple of str
    kind : {"roc", "precision_recall"}
    """
    if kind == "roc":
        title = (t("false alarms (share of the others)"), t("found (share of the class)"))
        hover = t("found: <b>%{y:.1%}</b>, false alarms: %{x:.2%}<br>from a probability of %{customdata:.1%}")
    else:
        title = (t("recall (share found)"), t("precision (share right)"))
        hover = t("recall: <b>%{x:.1%}</b>, precision: <b>%{y:.1%}</b><br>from a probability of %{customdata:.1%}")
    x_range, y_range = (_roc_corner if kind == "roc" else _precision_recall_corner)(list(curves.values()))
    figure = go.Figure()
    for label, curve in curves.items():
        kept = _corners(curve)
        figure.add_scatter(
            x=curve.x[kept],
            y=curve.y[kept],
            customdata=np.minimum(curve.thresholds[kept], 1.0),
            name=class_names[label],
            mode="lines",
            line={
                "color": CLASS_COLORS[label % len(CLASS_COLORS)],
                "width": 2,
                "dash": _LINES[label % len(_LINES)],
            },
            hovertemplate=hover + "<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(
        layout(
            theme,
            height=400,
            margin=_MARGIN,
            hovermode="closest",
            showlegend=True,
            xaxis={"title": {"text": title[0]}, "tickformat": ".3~%", "range": x_range},
            yaxis={"title": {"text": title[1]}, "tickformat": ".3~%", "range": y_range},
        )
    )
    return figure


def ranking_alt(
    curves: Mapping[int, RankingCurve],
    class_names: tuple[str, ...],
    kind: RankingKind,
    t: Translator,
) -> str:
    """Return one sentence that says what the curves show."""
    known = {label: curve.area for label, curve in curves.items() if np.isfinite(curve.area)}
    name = t("ROC curves") if kind == "roc" else t("Precision-recall curves")
    if not known:
        return t("{name}: no class has images here.", name=name)
    worst = min(known, key=known.__getitem__)
    return t(
        "{name}: the least area, {area:.4f}, has the class {label}.",
        name=name,
        area=known[worst],
        label=class_names[worst],
    )


def confidence_figure(result: Reliability, *, theme: Theme, t: Translator) -> go.Figure:
    """Return how many predictions, right and wrong, were made with which confidence."""
    ranges = _ranges(result)
    figure = go.Figure(
        [
            go.Bar(
                x=ranges,
                y=values,
                name=name,
                marker={"color": color},
                hovertemplate="%{x}: <b>%{y:,}</b><extra>" + name + "</extra>",
            )
            for values, name, color in ((result.right, t("right"), CORRECT), (result.wrong, t("wrong"), WRONG))
        ]
    )
    figure.update_layout(
        layout(
            theme,
            height=380,
            bargap=0.15,
            margin=_MARGIN,
            xaxis={"type": "category", "title": {"text": t("confidence (%)")}},
            # Nearly all predictions are very sure: only a logarithmic axis shows the others.
            yaxis={"type": "log", "title": {"text": t("images (logarithmic)")}, "tickformat": ",d", "dtick": 1},
        )
    )
    return figure


def confidence_alt(result: Reliability, t: Translator) -> str:
    """Return one sentence that says what the bars show."""
    return t(
        "Bars: of {total:,} predictions {sure:,} were made with a confidence above 90 per cent, {wrong:,} of those "
        "wrong.",
        total=int(result.counts.sum()),
        sure=int(result.counts[-1]),
        wrong=int(result.wrong[-1]),
    )


def reliability_figure(result: Reliability, *, theme: Theme, t: Translator) -> go.Figure:
    """Return accuracy against confidence, beside the diagonal of an honest model."""
    filled = result.counts > 0
    figure = go.Figure(
        [
            go.Scatter(
                x=[0, 1],
                y=[0, 1],
                mode="lines",
                name=t("as often right as sure"),
                line={"color": theme.muted, "dash": "dash", "width": 1.5},
                hoverinfo="skip",
            ),
            go.Scatter(
                x=result.confidence[filled],
                y=result.accuracy[filled],
                customdata=[t.plural("{n:,} image", "{n:,} images", int(n)) for n in result.counts[filled]],
                mode="lines+markers",
                name=t("this network"),
                line={"color": TRAINING, "width": 2.5},
                # The area of a dot grows with the number of predictions.
                marker={"size": 6 + 18 * np.sqrt(result.counts[filled] / max(1, result.counts.max()))},
                hovertemplate=t("sure: %{x:.1%}<br>right: <b>%{y:.1%}</b>") + "<br>%{customdata}<extra></extra>",
            ),
        ]
    )
    figure.update_layout(
        layout(
            theme,
            height=380,
            margin=_MARGIN,
            xaxis={"title": {"text": t("confidence: how sure")}, "tickformat": ".0%", "range": [0, 1.03]},
            yaxis={"title": {"text": t("accuracy: how often right")}, "tickformat": ".0%", "range": [0, 1.03]},
        )
    )
    return figure


def reliability_alt(result: Reliability, t: Translator) -> str:
    """Return one sentence that says what the diagram shows."""
    return t(
        "Reliability diagram: accuracy and confidence are {error:.1%} apart on average.",
        error=result.expected_calibration_error,
    )


def sure_figure(result: SureAnswers, chosen: float, *, theme: Theme, t: Translator) -> go.Figure:
    """Return accuracy and share of answers against the least confidence for an answer; `chosen` is marked."""
    figure = go.Figure(
        [
            go.Scatter(
                x=result.thresholds,
                y=values,
                name=name,
                mode="lines",
                line={"color": color, "width": 2.5, "dash": dash},
                connectgaps=False,
                hovertemplate="%{x:.0%}: <b>%{y:.2%}</b><extra>" + name + "</extra>",
            )
            for values, name, color, dash in (
                (result.accuracy, t("right answers"), TRAINING, "solid"),
                (result.answered, t("images answered"), VALIDATION, "dash"),
            )
        ]
    )
    figure.add_vline(x=chosen, line={"color": theme.muted, "width": 1.5, "dash": "dot"})
    figure.update_layout(
        layout(
            theme,
            height=340,
            margin=_MARGIN,
            xaxis={"title": {"text": t("answer only if at least so sure")}, "tickformat": ".0%", "range": [0, 1.01]},
            yaxis={"title": {"text": t("share")}, "tickformat": ".0%"},
        )
    )
    return figure


def sure_alt(result: SureAnswers, chosen: float, t: Translator) -> str:
    """Return one sentence that says what the curve shows at the chosen threshold."""
    at = int(np.searchsorted(result.thresholds, chosen))
    return t(
        "Curve: if the network answers from {chosen:.0%} confidence on, it answers {answered:.1%} of the images.",
        chosen=chosen,
        answered=result.answered[min(at, len(result.answered) - 1)],
    )


def _ranges(result: Reliability) -> list[str]:
    percent = np.round(result.edges * 100).astype(int)
    return [f"{low}-{high}" for low, high in zip(percent[:-1], percent[1:], strict=True)]


def _roc_corner(curves: list[RankingCurve]) -> tuple[list[float], list[float]]:
    """Return ranges that hold all curves up to where they have found nearly everything."""
    high = max((float(curve.x[np.argmax(curve.y >= _NEARLY)]) for curve in curves), default=1.0)
    right = next((edge for edge in _EDGES if edge >= high), 1.0)
    low = min((float(np.interp(right / 50, curve.x, curve.y)) for curve in curves), default=0.0)
    return [-right / 50, right], _to_one(low)


def _precision_recall_corner(curves: list[RankingCurve]) -> tuple[list[float], list[float]]:
    """Return ranges that hold all curves from where they first err, up to a recall of nearly everything."""
    first = min((float(curve.x[np.argmax(curve.y < _NEARLY)]) for curve in curves), default=0.0)
    low = min((float(np.interp(_NEARLY - 0.005, curve.x, curve.y)) for curve in curves), default=0.0)
    return _to_one(first), _to_one(low)


def _to_one(low: float) -> list[float]:
    """Return a range from a round value below `low` to 1, with a little room."""
    low = min(np.floor(low * 20) / 20, 0.95)
    return [low, 1 + (1 - low) / 50]


def _corners(curve: RankingCurve) -> slice | list[int]:
    """Return which points to draw: evenly spaced along the curve, both ends included."""
    if len(curve.x) <= _MOST_POINTS:
        return slice(None)
    length = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(curve.x), np.diff(curve.y)))])
    wanted = np.linspace(0.0, length[-1], _MOST_POINTS)
    return sorted({0, len(curve.x) - 1, *np.searchsorted(length, wanted).clip(0, len(curve.x) - 1).tolist()})
