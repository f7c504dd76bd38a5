"""How trials look in every figure of a study: axes of what they are measured by, words under the pointer, states."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.config.study.question import Objective
from mnist_core.config.study.words import DIGITS, parameter_title, value_words
from mnist_core.figures.scale import FACTORS, Metric, Scales, value_axis
from mnist_core.figures.theme import CORRECT, TRAINING, VALIDATION, WRONG, Theme
from mnist_core.store.study_records import TrialRecord, TrialState
from mnist_core.text import Sentence, Translator, exact
from mnist_core.text.numbers import significant

ON_AXES: dict[Objective, Sentence] = {
    "val_accuracy": "validation accuracy (%)",
    "val_loss": "validation loss",
    "test_accuracy": "test accuracy (%)",
}
STATES: dict[TrialState, Sentence] = {
    TrialState.COMPLETED: "completed",
    TrialState.PRUNED: "ended early",
    TrialState.FAILED: "failed",
    TrialState.RUNNING: "running",
}
STATE_COLORS = {
    TrialState.COMPLETED: CORRECT,
    TrialState.PRUNED: VALIDATION,
    TrialState.FAILED: WRONG,
    TrialState.RUNNING: TRAINING,
}
_WORST = 0.15  # the share of trials, the worst ones, that get the palest colour: one at chance would take all others
BEST = {"color": CORRECT, "symbol": "star", "size": 15}


def metric_of(objective: Objective) -> Metric:
    """Return whether trials are measured by an accuracy or a loss."""
    return "loss" if objective == "val_loss" else "accuracy"


def maximizes(objective: Objective) -> bool:
    """Return whether more is better."""
    return metric_of(objective) == "accuracy"


def drawn(value: float, objective: Objective) -> float:
    """Return a value in the unit of its axis, with as many digits as a chart needs."""
    return round(FACTORS[metric_of(objective)] * value, 5)


def value_form(objective: Objective, value: str = "%{y}") -> str:
    """Return what plotly writes of a value under the pointer: ``%{y:.2f}%``."""
    return value.replace("}", ":.2f}%" if maximizes(objective) else ":.4f}")


def said(value: float, objective: Objective, t: Translator) -> str:
    """Return a value within a sentence."""
    return t.number(value, ".2%" if maximizes(objective) else ".4f")


def objective_axis(objective: Objective, values: Iterable[float], scales: Scales, t: Translator) -> dict[str, Any]:
    """Return the upright axis of what trials are measured by."""
    axis = value_axis(metric_of(objective), values, (), scales, t)
    if not (objective == "val_loss" and scales.log_loss):  # which says that it is logarithmic
        axis["title"] = {"text": t(ON_AXES[objective])}
    return axis


def link(trial: TrialRecord) -> list[str]:
    """Return ``customdata`` of a trial's point: the id of its run, if it has one."""
    return [] if trial.run_id is None else [trial.run_id]


class Facts:
    """Says under the pointer what was tried; quick, since there may be hundreds of points.

    Parameters
    ----------
    t : Translator
    """

    def __init__(self, t: Translator) -> None:
        self.t = t
        self._title = cache(lambda name: parameter_title(name, t))
        # Few choices and whole numbers come again and again; `bool` is no number here, though it equals one.
        self._words = cache(lambda name, value, kind: value_words(name, value, t))

    def __call__(self, trial: TrialRecord) -> str:
        """Return a line for each setting that was tried."""
        point = self.t.separators[0]
        return "".join(
            f"<br>{self._title(name)}: "
            + (
                exact(significant(value, DIGITS)).replace(".", point)
                if type(value) is float
                else self._words(name, value, type(value).__name__)
            )
            for name, value in trial.values.items()
        )


def trial_points(
    trials: Sequence[TrialRecord], x: Sequence[Any], y: Sequence[Any], shown: str, facts: Facts, **style: Any
) -> dict[str, Any]:
    """Return a trace of single trials: a point each that says what was tried and leads to its run.

    Parameters
    ----------
    trials : sequence of TrialRecord
    x, y : sequence
        A place for each.
    shown : str
        The value as plotly is to write it: see `value_form`.
    facts : Facts
    **style
        Of the trace.
    """
    t = facts.t
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(x),
        "y": list(y),
        "customdata": [link(trial) for trial in trials],
        "text": [f"{trial.number}{facts(trial)}" for trial in trials],
        "hovertemplate": f"<b>{shown}</b><br>" + t("trial") + " %{text}<extra>%{fullData.name}</extra>",
        **style,
    }


def pruned_marker(theme: Theme, size: int = 8) -> dict[str, Any]:
    """Return how a trial looks that was ended early."""
    return {"symbol": "x-thin", "size": size, "line": {"width": 1.5, "color": theme.muted}, "color": theme.muted}


def color_bar(title: str, theme: Theme, side: str = "top", **how: Any) -> dict[str, Any]:
    """Return a slim bar that says what colours mean, on a phone too."""
    words = {"text": title, "side": side, "font": {"color": theme.text, "size": 12}}
    return {"thickness": 10, "outlinewidth": 0, "tickfont": {"color": theme.text, "size": 12}, "title": words, **how}


def color_limits(values: npt.NDArray[np.float64], objective: Objective) -> dict[str, Any]:
    """Return the ends of a scale of colours for at least one value, the stronger the better."""
    high_is_best = maximizes(objective)
    worst = float(np.quantile(values, _WORST if high_is_best else 1 - _WORST))
    low, high = (worst, float(values.max())) if high_is_best else (float(values.min()), worst)
    if low == high:
        low, high = low - 0.5, high + 0.5
    return {"cmin": low, "cmax": high, "reversescale": not high_is_best}
