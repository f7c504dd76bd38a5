"""How far runs lie apart that differ in their seed only, epoch by epoch."""

from collections.abc import Mapping, Sequence
from typing import Any

from mnist_core.config.study.question import Objective
from mnist_core.evaluation.spread import Spread, spread, spread_words
from mnist_core.evaluation.studies import measured
from mnist_core.figures.scale import USUAL, Scales
from mnist_core.figures.studies.intermediate import by_epoch, joined
from mnist_core.figures.studies.looks import drawn, metric_of, value_form
from mnist_core.figures.theme import TRAINING, Theme, translucent
from mnist_core.store.study_records import TrialRecord
from mnist_core.text import Translator


def seeds_figure(
    trials: Sequence[TrialRecord], objective: Objective, *, scales: Scales = USUAL, theme: Theme, t: Translator
) -> dict[str, Any]:
    """Return the mean curve of completed trials within a band of one standard deviation, and each curve, faintly.

    The mean goes as far as the shortest curve: beyond, it would be one of other runs.

    Parameters
    ----------
    trials : sequence of TrialRecord
    objective : {"val_accuracy", "val_loss", "test_accuracy"}
        What their `history` holds.
    scales : Scales
    theme : Theme
    t : Translator

    Returns
    -------
    dict with keys "data" and "layout"
    """
    runs = [trial for trial, _ in measured(trials) if trial.history]
    means = seed_means(trials)
    faint = {"color": translucent(TRAINING, 0.45), "width": 1.2}
    traces = [
        _band(means, objective, t),
        joined(runs, objective, t) | {"name": t("single runs"), "line": faint},
        _mean(means, objective, t),
    ]
    longest = max((len(trial.history) for trial in runs), default=1)
    shown = [value for trial in runs for value in trial.history]
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": by_epoch(objective, shown, longest, scales, theme, t),
    }


def seeds_alt(trials: Sequence[TrialRecord], objective: Objective, t: Translator) -> str:
    """Return one sentence with mean and standard deviation at the end."""
    means = seed_means(trials)
    if not means:
        return t("Curves of the repetitions; none is completed yet.")
    return t(
        "Curves of the repetitions, their mean and one standard deviation around it; after epoch {epoch:,}: {spread}.",
        epoch=len(means),
        spread=spread_words(means[-1], t, loss=metric_of(objective) == "loss"),
    )


def seeds_table(trials: Sequence[TrialRecord], objective: Objective) -> Mapping[str, list[Any]]:
    """Return mean and standard deviation after each epoch as columns, and each run in a column of its own."""
    runs = [trial for trial, _ in measured(trials) if trial.history]
    means = seed_means(trials)
    longest = max((len(trial.history) for trial in runs), default=0)
    rest = [None] * (longest - len(means))
    return {
        "epoch": list(range(1, longest + 1)),
        f"mean_{objective}": [*(one.mean for one in means), *rest],
        "standard_deviation": [*(one.standard_deviation for one in means), *rest],
        **{f"trial_{trial.number}": [*trial.history, *[None] * (longest - len(trial.history))] for trial in runs},
    }


def seed_means(trials: Sequence[TrialRecord]) -> list[Spread]:
    """Return what completed trials have in common after each epoch that all of them reached."""
    histories = [trial.history for trial, _ in measured(trials) if trial.history]
    return [spread(values) for values in zip(*histories, strict=False)]


def _band(means: Sequence[Spread], objective: Objective, t: Translator) -> dict[str, Any]:
    known = [(epoch, one.mean, one.standard_deviation) for epoch, one in enumerate(means, 1)]
    sides = [(epoch, mean, deviation) for epoch, mean, deviation in known if deviation is not None]
    epochs = [epoch for epoch, _, _ in sides]
    above = [drawn(mean + deviation, objective) for _, mean, deviation in sides]
    below = [drawn(mean - deviation, objective) for _, mean, deviation in sides]
    return {
        "type": "scatter",
        "x": [*epochs, *reversed(epochs)],
        "y": [*above, *reversed(below)],
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": translucent(TRAINING, 0.2),
        "name": t("one standard deviation"),
        "hoverinfo": "skip",
    }


def _mean(means: Sequence[Spread], objective: Objective, t: Translator) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(1, len(means) + 1)),
        "y": [drawn(one.mean, objective) for one in means],
        "name": t("mean"),
        "line": {"color": TRAINING, "width": 3},
        "marker": {"color": TRAINING, "size": 8},
        "customdata": [[] for _ in means],
        "hovertemplate": f"<b>{value_form(objective)}</b><extra>%{{fullData.name}}</extra>",
    }
