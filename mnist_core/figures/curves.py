"""Training curves: loss or accuracy against epochs."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from mnist_core.evaluation import Overfitting
from mnist_core.figures.theme import TRAINING, VALIDATION, Theme, layout
from mnist_core.store import MetricPoint
from mnist_core.text import Translator

Metric = Literal["loss", "accuracy"]
_FACTORS: dict[Metric, float] = {"loss": 1.0, "accuracy": 100.0}  # accuracy is shown in per cent

# More points than pixels only cost time; batch points are thinned out to so many.
MOST_BATCH_POINTS = 500


def curve_figure(
    points: Sequence[MetricPoint],
    metric: Metric,
    *,
    rounds: int,
    steps_per_round: int,
    round_name: str,
    joined: bool = True,
    judged: Overfitting | None = None,
    theme: Theme,
    t: Translator,
) -> dict[str, Any]:
    """Return the curves of one metric as a plotly figure in plain values.

    A faint line through the batch points shows what happens within an epoch; dots joined by a
    line are the values after each epoch.

    Parameters
    ----------
    points : sequence of MetricPoint
        In the order in which they came; may be empty.
    metric : {"loss", "accuracy"}
        Accuracy is shown in per cent.
    rounds, steps_per_round : int
        Epochs (or folds), and batches in each: they give the horizontal axis its range.
    round_name : str
        Translated name of that axis.
    joined : bool
        Whether one value follows from the other: folds are no course of time, so they are points.
    judged : Overfitting, optional
        Marks the best epoch, and from where on the curves part.
    theme : Theme
    t : Translator

    Returns
    -------
    dict with keys "data" and "layout"
    """
    traces = [
        _batches(points, metric, steps_per_round, t),
        _by_epoch(points, metric, metric, joined, name=t("training"), color=TRAINING, symbol="circle"),
        _by_epoch(points, metric, f"val_{metric}", joined, name=t("validation"), color=VALIDATION, symbol="diamond"),
    ]
    known = [trace for trace in traces if trace["x"]]
    return {
        "data": known,
        "layout": layout(
            theme,
            height=320,
            margin={"l": 10, "r": 10, "t": 44, "b": 10},
            hovermode="closest",
            showlegend=True,
            **(_marks(judged, theme, t) if judged else {}),
            xaxis={"title": {"text": round_name}, "range": [0, rounds * 1.02], **_ticks(rounds)},
            yaxis={
                "title": {"text": t("accuracy (%)") if metric == "accuracy" else t("loss")},
                # Without points plotly would choose -1 to 4.
                **({} if known else {"range": [0, _FACTORS[metric]]}),
            },
        ),
    }


def _batches(points: Sequence[MetricPoint], metric: Metric, steps_per_round: int, t: Translator) -> dict[str, Any]:
    batches = [p for p in points if p.kind == "batch" and metric in p.values]
    batches = batches[:: max(1, len(batches) // MOST_BATCH_POINTS)]
    return _trace(
        [p.step / max(steps_per_round, 1) for p in batches],
        [p.values[metric] for p in batches],
        metric,
        name=t("within the epoch"),
        mode="lines",
        line={"color": TRAINING, "width": 1.5},
        opacity=0.45,
    )


def _by_epoch(
    points: Sequence[MetricPoint], metric: Metric, key: str, joined: bool, *, name: str, color: str, symbol: str
) -> dict[str, Any]:
    epochs = [p for p in points if p.kind == "epoch" and key in p.values]
    return _trace(
        [float(p.epoch) for p in epochs],
        [p.values[key] for p in epochs],
        metric,
        name=name,
        mode="lines+markers" if joined else "markers",
        line={"color": color, "width": 2.5},
        marker={"color": color, "size": 8, "symbol": symbol},
    )


def curve_alt(points: Sequence[MetricPoint], metric: Metric, t: Translator, *, joined: bool = True) -> str:
    """Return one sentence that says what the curve shows, for screen readers; `joined` as of `curve_figure`."""
    name = t("accuracy") if metric == "accuracy" else t("loss")
    epochs = [p for p in points if p.kind == "epoch" and metric in p.values]
    if not epochs:
        return t("Curve of the {name}; no epoch is finished yet.", name=name)
    if not joined:
        values = [point.values[f"val_{metric}"] for point in epochs if f"val_{metric}" in point.values]
        return t.plural(
            "Points of the {name} of {n:,} fold: validation from {least:.3f} to {most:.3f}.",
            "Points of the {name} of {n:,} folds: validation from {least:.3f} to {most:.3f}.",
            len(epochs),
            name=name,
            least=min(values, default=0.0),
            most=max(values, default=0.0),
        )
    first, last = epochs[0].values[metric], epochs[-1].values[metric]
    sentence = t.plural(
        "Curve of the {name} over {n:,} epoch: training from {first:.3f} to {last:.3f}.",
        "Curve of the {name} over {n:,} epochs: training from {first:.3f} to {last:.3f}.",
        len(epochs),
        name=name,
        first=first,
        last=last,
    )
    validation = epochs[-1].values.get(f"val_{metric}")
    if validation is None:
        return sentence
    return sentence + " " + t("Validation ends at {value:.3f}.", value=validation)


def _trace(x: list[float], y: list[float], metric: Metric, **style: Any) -> dict[str, Any]:
    value = "%{y:.2f}%" if metric == "accuracy" else "%{y:.4f}"
    return {
        "type": "scatter",
        "x": np.asarray(x, np.float32).round(3).tolist(),
        "y": np.asarray([_FACTORS[metric] * each for each in y], np.float32).round(5).tolist(),
        "hovertemplate": "%{x:.1f}: <b>" + value + "</b><extra>%{fullData.name}</extra>",
        **style,
    }


def _marks(judged: Overfitting, theme: Theme, t: Translator) -> dict[str, Any]:
    """Return a line at the best epoch, and a shade over the epochs in which a network learns by heart."""
    line = {"type": "line", "x0": judged.best_epoch, "x1": judged.best_epoch, "yref": "paper", "y0": 0, "y1": 1}
    shapes = [{**line, "line": {"color": theme.muted, "width": 1.5, "dash": "dot"}}]
    area = {"type": "rect", "x0": judged.best_epoch, "x1": judged.last_epoch, "yref": "paper", "y0": 0, "y1": 1}
    shapes.append({**area, "fillcolor": VALIDATION, "opacity": 0.08, "line": {"width": 0}, "layer": "below"})
    words = {
        "text": t("best epoch: {n}", n=judged.best_epoch),
        "x": judged.best_epoch,
        "yref": "paper",
        "y": 1,
        "yanchor": "top",
        "xanchor": "right" if judged.best_epoch > judged.last_epoch / 2 else "left",
        "showarrow": False,
        "font": {"color": theme.muted, "size": 12},
    }
    return {"shapes": shapes, "annotations": [words]}


def _ticks(rounds: int) -> dict[str, Any]:
    """Whole epochs only, at most ten of them."""
    return {"tick0": 0, "dtick": max(1, -(-rounds // 10))}
