"""Upright axes of training curves: they fit what is known after epochs, whatever a single batch gave."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite, log10
from typing import Any, Literal

from mnist_core.text import Translator

Metric = Literal["loss", "accuracy"]
FACTORS: dict[Metric, float] = {"loss": 1.0, "accuracy": 100.0}  # accuracy is shown in per cent
CLOSE = 90.0  # per cent: from where on the differences between good networks are
_ROOM = 0.06  # of the axis, above and below the values, so that no symbol is cut
# Shorter axes would make much of nothing: per cent of accuracy, and the share of the largest loss.
_LEAST_POINTS, _LEAST_SHARE = 2.0, 0.1
_LEAST_LOSS = 1e-6  # a logarithm has no place for 0


@dataclass(frozen=True)
class Scales:
    """How loss and accuracy are drawn.

    Attributes
    ----------
    log_loss : bool
        Equal distances are equal factors.
    close : bool
        Accuracy begins at 90 per cent, if one reaches that.
    """

    log_loss: bool = False
    close: bool = False

    def name(self, metric: Metric) -> str:
        """Return what an axis is called; a zoom is kept for as long as that stays the same."""
        if metric == "loss":
            return "log" if self.log_loss else "linear"
        return "close" if self.close else "whole"


USUAL = Scales()


def value_axis(
    metric: Metric, after_epochs: Iterable[float], within: Iterable[float], scales: Scales, t: Translator
) -> dict[str, Any]:
    """Return the upright axis of a chart of curves, for plotly.

    It has no fixed range but limits of the automatic one: a fixed one that changes would end a visitor's zoom.

    Parameters
    ----------
    metric : {"loss", "accuracy"}
    after_epochs : iterable of float
        Losses, or accuracies from 0 to 1, which have to be seen.
    within : iterable of float
        Those within epochs, without the first one, which is a single batch of a network that knows nothing. They count
        before there is a course of at least two values after epochs.
    scales : Scales
    t : Translator
    """
    factor = FACTORS[metric]
    values = [factor * value for value in after_epochs if isfinite(value)]
    if len(set(values)) < 2:
        values += [factor * value for value in within if isfinite(value)]
    if metric == "accuracy":
        words, (low, high) = t("accuracy (%)"), _accuracy_limits(values, scales)
        kind: dict[str, Any] = {}
    elif scales.log_loss:
        words, (low, high) = t("loss (logarithmic)"), _log_limits(values)
        # Far apart 1, 2 and 5 of each power of ten, nearer all digits; what is nearer still plotly divides evenly.
        dtick = {"dtick": "D2"} if high > 20 * low else {"dtick": "D1"} if high > 3 * low else {}
        kind = {"type": "log", "tickformat": "~g", **dtick}
    else:
        words, (low, high) = t("loss"), _loss_limits(values)
        kind = {}
    if values:
        limits: dict[str, Any] = {"autorangeoptions": {"clipmin": low, "clipmax": high, "include": [low, high]}}
    else:  # plotly would choose -1 to 4
        limits = {"range": [log10(low), log10(high)] if "type" in kind else [low, high]}
    return {"title": {"text": words}, "uirevision": scales.name(metric), **limits, **kind}


def _accuracy_limits(values: list[float], scales: Scales) -> tuple[float, float]:
    if scales.close and values and max(values) > CLOSE:
        return CLOSE, 100 + _ROOM * (100 - CLOSE)
    low, high = _limits(values, 100.0, _LEAST_POINTS)
    return low, min(high, 100 + _ROOM * (100 - low))


def _loss_limits(values: list[float]) -> tuple[float, float]:
    return _limits(values, 1.0, _LEAST_SHARE * max(values, default=0.0))


def _limits(values: list[float], most: float, least_span: float) -> tuple[float, float]:
    """Return the ends of an axis with room around the values; without any, 0 and `most`."""
    if not values:
        return 0.0, most
    low, high = min(values), max(values)
    room = max(_ROOM * (high - low), (least_span - (high - low)) / 2) or 1.0
    return max(0.0, low - room), high + room


def _log_limits(values: list[float]) -> tuple[float, float]:
    known = [value for value in values if value > _LEAST_LOSS]
    if not known:
        return 0.01, 1.0
    low, high = min(known), max(known)
    room = max((high / low) ** _ROOM, 1 + _LEAST_SHARE / 2)
    return low / room, high * room
