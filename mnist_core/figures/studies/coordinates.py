"""All trials of a study as lines across what was tried: parallel coordinates."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mnist_core.config.study import Parameter
from mnist_core.config.study.question import Objective
from mnist_core.config.study.words import parameter_title
from mnist_core.evaluation.studies import measured
from mnist_core.figures.parallel import choice_axis, lines_figure, number_axis
from mnist_core.figures.studies.looks import ON_AXES, color_limits, drawn, said
from mnist_core.figures.studies.tried import Tried
from mnist_core.figures.theme import Theme
from mnist_core.store.study_records import TrialRecord
from mnist_core.text import Translator


def coordinates_figure(
    trials: Sequence[TrialRecord], over: Sequence[Parameter], objective: Objective, *, theme: Theme, t: Translator
) -> dict[str, Any]:
    """Return a line for each completed trial across all that was tried, the stronger its colour the better it is.

    Where a trial has no value for a setting, its line passes at a dash.

    Parameters
    ----------
    trials : sequence of TrialRecord
    over : sequence of Parameter
        What was tried.
    objective : {"val_accuracy", "val_loss", "test_accuracy"}
    theme : Theme
    t : Translator

    Returns
    -------
    dict with keys "data" and "layout"
    """
    known = measured(trials)
    values = [drawn(value, objective) for _, value in known]
    found = [_axis(parameter, [trial for trial, _ in known], t) for parameter in over]
    axes = [axis for axis in found if axis]
    if not values:
        return {**lines_figure([], np.zeros(0), theme=theme), "data": []}
    axes.append(number_axis(t(ON_AXES[objective]), values, t))
    drawn_values = np.array(values, np.float64)
    return lines_figure(axes, drawn_values, theme=theme, **color_limits(drawn_values, objective))


def coordinates_alt(
    trials: Sequence[TrialRecord], over: Sequence[Parameter], objective: Objective, t: Translator
) -> str:
    """Return one sentence that says what is drawn, and how far its values reach."""
    values = [value for _, value in measured(trials)]
    if not values:
        return t("Parallel coordinates of the trials; none is completed yet.")
    return t(
        "Parallel coordinates of {trials} over {titles}; values from {least} to {most}.",
        trials=t.plural("{n:,} completed trial", "{n:,} completed trials", len(values)),
        titles=", ".join(parameter_title(parameter.name, t) for parameter in over),
        least=said(min(values), objective, t),
        most=said(max(values), objective, t),
    )


def _axis(parameter: Parameter, trials: Sequence[TrialRecord], t: Translator) -> dict[str, Any] | None:
    tried = Tried.of(parameter, trials, t)
    if tried.is_choice:
        names = [*tried.words, *(["–"] if None in tried.places else [])]
        return choice_axis(
            tried.title,
            [names.index("–") if place is None else names.index(str(place)) for place in tried.places],
            names,
        )
    if all(place is None for place in tried.places):
        return None
    return number_axis(
        tried.title, [None if place is None else float(place) for place in tried.places], t, log=tried.log
    )
