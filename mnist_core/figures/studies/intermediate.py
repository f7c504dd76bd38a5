"""What all trials of a study had reached after each epoch."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mnist_core.config.study.question import Objective
from mnist_core.evaluation.studies import best_trial
from mnist_core.figures.scale import USUAL, Scales
from mnist_core.figures.studies.looks import drawn, link, maximizes, objective_axis, said, value_form
from mnist_core.figures.theme import CORRECT, TRAINING, Theme, layout, translucent
from mnist_core.store.study_records import TrialRecord, TrialState
from mnist_core.text import Translator

_MOST_POINTS = 10_000  # of all lines together: longer ones are thinned out
_FAINT = 0.45
_FEW = 20  # trials, up to which each line can be told from the others


def intermediate_figure(
    trials: Sequence[TrialRecord], objective: Objective, *, scales: Scales = USUAL, theme: Theme, t: Translator
) -> dict[str, Any]:
    """Return a faint line for each trial, dashed if it was ended early, and a strong one for the best.

    All lines of one look are one trace with gaps: hundreds of traces would make a browser slow.

    Parameters
    ----------
    trials : sequence of TrialRecord
        Failed ones are left out.
    objective : {"val_accuracy", "val_loss", "test_accuracy"}
        Of their `history`.
    scales : Scales
    theme : Theme
    t : Translator

    Returns
    -------
    dict with keys "data" and "layout"
    """
    best = best_trial(trials, maximize=maximizes(objective))
    share = _FAINT if len(trials) <= _FEW else 0.75 * _FAINT
    step = max(1, -(-sum(len(trial.history) for trial in trials) // _MOST_POINTS))
    looks: tuple[tuple[TrialState, str, dict[str, Any]], ...] = (
        (TrialState.PRUNED, t("ended early"), {"color": translucent(theme.muted, _FAINT), "width": 1.5, "dash": "dot"}),
        (TrialState.COMPLETED, t("completed"), {"color": translucent(TRAINING, share), "width": 1.5}),
        (TrialState.RUNNING, t("running"), {"color": TRAINING, "width": 1.5}),
    )
    traces = [
        joined([trial for trial in trials if trial.state == state and trial is not best], objective, t, step)
        | {"name": name, "line": line}
        for state, name, line in looks
    ]
    traces.append(
        joined([best] if best else [], objective, t)
        | {"name": t("best"), "line": {"color": CORRECT, "width": 3}, "marker": {"color": CORRECT, "size": 8}}
    )
    traces[-1]["mode"] = "lines+markers"
    shown = [value for trial in trials if trial.state != TrialState.FAILED for value in trial.history]
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": by_epoch(
            objective, shown, max((len(trial.history) for trial in trials), default=1), scales, theme, t
        ),
    }


def intermediate_alt(trials: Sequence[TrialRecord], objective: Objective, t: Translator) -> str:
    """Return one sentence that says how many lines there are and where the best one ends."""
    lines = [trial for trial in trials if trial.history and trial.state != TrialState.FAILED]
    if not lines:
        return t("Curves of the trials; no epoch is finished yet.")
    sentence = t.plural(
        "Curves of {n:,} trial after each epoch, of which {ended:,} ended early.",
        "Curves of {n:,} trials after each epoch, of which {ended:,} ended early.",
        len(lines),
        ended=sum(trial.state == TrialState.PRUNED for trial in lines),
    )
    best = best_trial(lines, maximize=maximizes(objective))
    if best is None:
        return sentence
    ends = t(
        "The best one goes from {first} to {last}.",
        first=_end(best, 0, objective, t),
        last=_end(best, -1, objective, t),
    )
    return f"{sentence} {ends}"


def intermediate_table(trials: Sequence[TrialRecord], objective: Objective) -> Mapping[str, list[Any]]:
    """Return what each trial had reached after each epoch as columns."""
    rows = [(trial, epoch, value) for trial in trials for epoch, value in enumerate(trial.history, 1)]
    return {
        "trial": [trial.number for trial, _, _ in rows],
        "run": [trial.run_id for trial, _, _ in rows],
        "state": [trial.state.value for trial, _, _ in rows],
        "epoch": [epoch for _, epoch, _ in rows],
        objective: [value for _, _, value in rows],
    }


def joined(trials: Sequence[TrialRecord], objective: Objective, t: Translator, step: int = 1) -> dict[str, Any]:
    """Return the lines of trials as one trace with gaps between them; every `step`-th point and the last one stay."""
    x: list[int | None] = []
    y: list[float | None] = []
    links: list[list[str]] = []
    numbers: list[str] = []
    for trial in trials:
        last = len(trial.history)
        kept = [epoch for epoch in range(1, last + 1) if epoch == last or (epoch - 1) % step == 0]
        values = [trial.history[epoch - 1] for epoch in kept]
        x += [*kept, None]
        y += [*(drawn(value, objective) if math.isfinite(value) else None for value in values), None]
        links += [link(trial)] * (len(kept) + 1)
        numbers += [str(trial.number)] * (len(kept) + 1)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "customdata": links,
        "text": numbers,
        "hovertemplate": f"<b>{value_form(objective)}</b><br>" + t("trial") + " %{text}<extra>%{fullData.name}</extra>",
    }


def by_epoch(
    objective: Objective, values: Sequence[float], epochs: int, scales: Scales, theme: Theme, t: Translator
) -> dict[str, Any]:
    """Return the layout of curves by epoch."""
    return layout(
        theme,
        height=360,
        margin={"l": 10, "r": 10, "t": 44, "b": 10},
        hovermode="closest",
        showlegend=True,
        xaxis={"title": {"text": t("epoch")}, "tick0": 0, "dtick": max(1, -(-epochs // 10)), "zeroline": False},
        yaxis=objective_axis(objective, values, scales, t),
    )


def _end(trial: TrialRecord, place: int, objective: Objective, t: Translator) -> str:
    return said(trial.history[place], objective, t)
