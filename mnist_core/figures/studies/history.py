"""What each trial of a study reached, one after the other, and the best so far."""

from collections.abc import Mapping, Sequence
from typing import Any

from mnist_core.config.study.question import Objective
from mnist_core.evaluation.studies import best_so_far, best_trial, ended_early, measured
from mnist_core.figures.scale import USUAL, Scales
from mnist_core.figures.studies.looks import (
    BEST,
    Facts,
    drawn,
    maximizes,
    objective_axis,
    pruned_marker,
    said,
    trial_points,
    value_form,
)
from mnist_core.figures.theme import CORRECT, TRAINING, Theme, layout
from mnist_core.store.study_records import TrialRecord, TrialState
from mnist_core.text import Translator


def history_figure(
    trials: Sequence[TrialRecord], objective: Objective, *, scales: Scales = USUAL, theme: Theme, t: Translator
) -> dict[str, Any]:
    """Return the value of each trial over its number; a line is the best so far. Failed ones are left out.

    Parameters
    ----------
    trials : sequence of TrialRecord
    objective : {"val_accuracy", "val_loss", "test_accuracy"}
    scales : Scales
    theme : Theme
    t : Translator

    Returns
    -------
    dict with keys "data" and "layout"
    """
    traces = _traces(trials, objective, theme, t)
    values = [value for _, value in (*measured(trials), *ended_early(trials))]
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": layout(
            theme,
            height=360,
            margin={"l": 10, "r": 10, "t": 44, "b": 10},
            hovermode="closest",
            showlegend=True,
            xaxis={"title": {"text": t("trial")}, "zeroline": False, "tickformat": "d"},
            yaxis=objective_axis(objective, values, scales, t),
        ),
    }


def history_alt(trials: Sequence[TrialRecord], objective: Objective, t: Translator) -> str:
    """Return one sentence that says how many trials there are and which one is best."""
    best = best_trial(trials, maximize=maximizes(objective))
    if best is None or best.value is None:
        return t("Values of the trials; none is completed yet.")
    return t(
        "Values of {trials}; the best is {value}, of trial {number}. Ended early: {pruned:,}, failed: {failed:,}.",
        trials=t.plural("{n:,} completed trial", "{n:,} completed trials", len(measured(trials))),
        value=said(best.value, objective, t),
        number=str(best.number),
        pruned=sum(trial.state == TrialState.PRUNED for trial in trials),
        failed=sum(trial.state == TrialState.FAILED for trial in trials),
    )


def trials_table(trials: Sequence[TrialRecord], objective: Objective) -> Mapping[str, list[Any]]:
    """Return all trials as columns: what was tried, what it gave and how long it took. Also of those that failed."""
    names = dict.fromkeys(name for trial in trials for name in trial.values)
    return {
        "trial": [trial.number for trial in trials],
        "run": [trial.run_id for trial in trials],
        "state": [trial.state.value for trial in trials],
        objective: [trial.value for trial in trials],
        **{name: [trial.values.get(name) for trial in trials] for name in names},
        "epochs_done": [len(trial.history) for trial in trials],
        "seconds": [(trial.ended - trial.began).total_seconds() if trial.ended else None for trial in trials],
        "cached": [trial.cached for trial in trials],
        "error": ["" if trial.error is None else str(trial.error) for trial in trials],
    }


def _traces(trials: Sequence[TrialRecord], objective: Objective, theme: Theme, t: Translator) -> list[dict[str, Any]]:
    known, ended = measured(trials), ended_early(trials)
    facts = Facts(t)
    shown = value_form(objective)
    best = best_so_far(trials, maximize=maximizes(objective))
    winner = best_trial(trials, maximize=maximizes(objective))
    return [
        {
            "type": "scatter",
            "x": [number for number, _ in best],
            "y": [drawn(value, objective) for _, value in best],
            "mode": "lines",
            "name": t("best so far"),
            "line": {"color": CORRECT, "width": 2.5, "shape": "hv"},
            "hoverinfo": "skip",
        },
        _points(ended, objective, shown, facts, name=t("ended early"), marker=pruned_marker(theme)),
        _points(
            [entry for entry in known if entry[0] is not winner],
            objective,
            shown,
            facts,
            name=t("completed"),
            marker={"color": TRAINING, "size": 8, "opacity": 0.8},
        ),
        _points([entry for entry in known if entry[0] is winner], objective, shown, facts, name=t("best"), marker=BEST),
    ]


def _points(
    known: Sequence[tuple[TrialRecord, float]], objective: Objective, shown: str, facts: Facts, **style: Any
) -> dict[str, Any]:
    trials = [trial for trial, _ in known]
    values = [drawn(value, objective) for _, value in known]
    return trial_points(trials, [trial.number for trial in trials], values, shown, facts, **style)
