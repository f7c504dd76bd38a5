"""Training curves: loss or accuracy against epochs."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

from mnist_core.evaluation import Overfitting
from mnist_core.figures.scale import FACTORS, USUAL, Metric, Scales, value_axis
from mnist_core.figures.theme import TEST, TRAINING, VALIDATION, Theme, layout
from mnist_core.store import MetricPoint
from mnist_core.text import Translator

# More points than pixels only cost time; batch points are thinned out to so many.
MOST_BATCH_POINTS = 500
_TRAINING_LOOKS = {"color": TRAINING, "symbol": "circle", "dash": "solid"}
_VALIDATION_LOOKS = {"color": VALIDATION, "symbol": "diamond", "dash": "dash"}
# So few batch points are dots as well: one between two others that are missing is no line.
_FEW = 60


def curve_figure(
    points: Sequence[MetricPoint],
    metric: Metric,
    *,
    rounds: int,
    steps_per_round: int,
    round_name: str,
    joined: bool = True,
    test: tuple[float, float] | None = None,
    judged: Overfitting | None = None,
    scales: Scales = USUAL,
    theme: Theme,
    t: Translator,
) -> dict[str, Any]:
    """Return the curves of one metric as a plotly figure in plain values.

    A faint line through the batch points shows what happens within an epoch, where the mean since its beginning
    runs towards the value after it; symbols joined by a line are the values after each epoch. Training, validation
    and test differ in colour, symbol and dashes.

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
    test : (float, float), optional
        The epoch whose weights were kept, and what they reach on the test set.
    judged : Overfitting, optional
        Marks the best epoch, and from where on the curves part.
    scales : Scales
    theme : Theme
    t : Translator

    Returns
    -------
    dict with keys "data" and "layout"
    """
    traces = [
        _batches(points, metric, steps_per_round, t),
        _by_epoch(points, metric, metric, joined, name=t("training"), **_TRAINING_LOOKS),
        _by_epoch(points, metric, f"val_{metric}", joined, name=t("validation"), **_VALIDATION_LOOKS),
        *([_test(test, metric, t)] if test else []),
    ]
    known = [trace for trace in traces if trace["x"]]
    names = (metric, f"val_{metric}")
    after = [p.values[name] for p in points if p.kind == "epoch" for name in names if name in p.values]
    within = [p.values[metric] for p in points if p.kind == "batch" and metric in p.values]
    return {
        "data": known,
        "layout": layout(
            theme,
            height=320,
            margin={"l": 10, "r": 10, "t": 44, "b": 10},
            hovermode="closest",
            showlegend=True,
            **(_marks(judged, theme, t) if judged else {}),
            xaxis={"title": {"text": round_name}, "range": [0, rounds * 1.03], **_ticks(rounds)},
            yaxis=value_axis(metric, [*after, *([test[1]] if test else [])], within[1:], scales, t),
        ),
    }


def _batches(points: Sequence[MetricPoint], metric: Metric, steps_per_round: int, t: Translator) -> dict[str, Any]:
    """Return the way within epochs: one line for each, from its first known batch to the value after it."""
    within = [p for p in points if p.kind == "batch" and metric in p.values]
    kept = within[:: max(1, len(within) // MOST_BATCH_POINTS)]
    ends = {p.epoch: p for p in points if p.kind == "epoch" and metric in p.values}
    x: list[float | None] = []
    y: list[float | None] = []
    for place, point in enumerate(kept):
        x.append(point.step / max(steps_per_round, 1))
        y.append(point.values[metric])
        if place + 1 == len(kept) or kept[place + 1].epoch != point.epoch:
            end = ends.get(point.epoch)
            x += [None] if end is None else [float(point.epoch), None]
            y += [None] if end is None else [end.values[metric], None]
    return _trace(
        x,
        y,
        metric,
        name=t("within the epoch"),
        mode="lines+markers" if len(kept) <= _FEW else "lines",
        line={"color": TRAINING, "width": 1.5},
        marker={"color": TRAINING, "size": 4},
        opacity=0.45,
    )


def _by_epoch(
    points: Sequence[MetricPoint],
    metric: Metric,
    key: str,
    joined: bool,
    *,
    name: str,
    color: str,
    symbol: str,
    dash: str,
) -> dict[str, Any]:
    epochs = [p for p in points if p.kind == "epoch" and key in p.values]
    return _trace(
        [float(p.epoch) for p in epochs],
        [p.values[key] for p in epochs],
        metric,
        name=name,
        mode="lines+markers" if joined else "markers",
        line={"color": color, "width": 2.5, "dash": dash},
        marker={"color": color, "size": 8, "symbol": symbol},
    )


def _test(test: tuple[float, float], metric: Metric, t: Translator) -> dict[str, Any]:
    epoch, value = test
    return _trace(
        [epoch], [value], metric, name=t("test"), mode="markers", marker={"color": TEST, "size": 14, "symbol": "star"}
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


def _trace(x: Sequence[float | None], y: Sequence[float | None], metric: Metric, **style: Any) -> dict[str, Any]:
    value = "%{y:.2f}%" if metric == "accuracy" else "%{y:.4f}"
    return {
        "type": "scatter",
        "x": _rounded(x, 1.0, 3),
        "y": _rounded(y, FACTORS[metric], 5),
        "hovertemplate": "%{x:.1f}: <b>" + value + "</b><extra>%{fullData.name}</extra>",
        **style,
    }


def _rounded(values: Sequence[float | None], factor: float, digits: int) -> list[float | None]:
    """Return values in as few characters as a chart needs; what is missing or no number is a gap."""
    return [None if value is None or not isfinite(value) else round(factor * value, digits) for value in values]


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
