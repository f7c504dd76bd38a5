"""What trials reached over one of the settings that were tried."""

from collections.abc import Sequence
from typing import Any

from mnist_core.config.study import Parameter
from mnist_core.config.study.question import Objective
from mnist_core.config.study.words import parameter_title, value_words
from mnist_core.evaluation.studies import best_trial, ended_early, measured
from mnist_core.figures.scale import USUAL, Scales
from mnist_core.figures.studies.looks import (
    Facts,
    color_bar,
    drawn,
    maximizes,
    objective_axis,
    pruned_marker,
    said,
    trial_points,
    value_form,
)
from mnist_core.figures.studies.tried import Tried
from mnist_core.figures.theme import Theme, colorscale, layout
from mnist_core.store.study_records import TrialRecord
from mnist_core.text import Translator

_TICKS = 5  # about so many numbers of trials beside the colours


def slice_figure(
    trials: Sequence[TrialRecord],
    parameter: Parameter,
    objective: Objective,
    *,
    scales: Scales = USUAL,
    theme: Theme,
    t: Translator,
) -> dict[str, Any]:
    """Return the value of each trial over one setting, later trials in stronger colours.

    Trials without a value for it are left out.

    Parameters
    ----------
    trials : sequence of TrialRecord
    parameter : Parameter
    objective : {"val_accuracy", "val_loss", "test_accuracy"}
    scales : Scales
    theme : Theme
    t : Translator

    Returns
    -------
    dict with keys "data" and "layout"
    """
    known, ended = (_with(parameter, entries) for entries in (measured(trials), ended_early(trials)))
    traces = [
        _points(ended, parameter, objective, t, name=t("ended early"), marker=pruned_marker(theme)),
        _points(known, parameter, objective, t, name=t("completed"), marker=_by_number(known, theme, t)),
    ]
    shown = [*ended, *known]
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": layout(
            theme,
            height=340,
            margin={"l": 10, "r": 10, "t": 44, "b": 10},
            hovermode="closest",
            showlegend=bool(ended),
            xaxis=Tried.of(parameter, [trial for trial, _ in shown], t).axis(),
            yaxis=objective_axis(objective, [value for _, value in shown], scales, t),
        ),
    }


def slice_alt(trials: Sequence[TrialRecord], parameter: Parameter, objective: Objective, t: Translator) -> str:
    """Return one sentence that says what was best."""
    known = _with(parameter, measured(trials))
    best = best_trial([trial for trial, _ in known], maximize=maximizes(objective))
    title = parameter_title(parameter.name, t)
    if best is None or best.value is None:
        return t("Values of the trials over {title}; none is completed yet.", title=title)
    return t(
        "Values of {trials} over {title}; the best is {value}, with {best}.",
        trials=t.plural("{n:,} completed trial", "{n:,} completed trials", len(known)),
        title=title,
        value=said(best.value, objective, t),
        best=value_words(parameter.name, best.values[parameter.name], t),
    )


def _points(
    entries: Sequence[tuple[TrialRecord, float]],
    parameter: Parameter,
    objective: Objective,
    t: Translator,
    **style: Any,
) -> dict[str, Any]:
    trials = [trial for trial, _ in entries]
    values = [drawn(value, objective) for _, value in entries]
    return trial_points(trials, Tried.of(parameter, trials, t).places, values, value_form(objective), Facts(t), **style)


def _by_number(known: Sequence[tuple[TrialRecord, float]], theme: Theme, t: Translator) -> dict[str, Any]:
    """Return markers of which later trials are stronger."""
    return {
        "color": [trial.number for trial, _ in known],
        "colorscale": colorscale(theme.scale[1:]),
        "line": {"width": 1, "color": theme.muted},  # the palest are the page's own colour
        "size": 9,
        "showscale": len(known) > 1,
        "colorbar": color_bar(t("trial"), theme, tickformat="d", dtick=max(1, len(known) // _TICKS)),
    }


def _with(parameter: Parameter, entries: Sequence[tuple[TrialRecord, float]]) -> list[tuple[TrialRecord, float]]:
    return [(trial, value) for trial, value in entries if parameter.name in trial.values]
