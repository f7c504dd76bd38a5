"""When each trial of a study ran."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mnist_core.figures.studies.looks import STATE_COLORS, STATES, link
from mnist_core.figures.theme import Theme, layout
from mnist_core.store.study_records import TrialRecord
from mnist_core.text import Sentence, Translator

_ROW, _LEAST, _MOST = 16, 160, 640  # pixels of a trial, and of all of them
_UNITS: tuple[tuple[float, float, Sentence], ...] = (  # from how many seconds on, seconds of each, and words
    (7200, 3600, "hours since the first trial began"),
    (180, 60, "minutes since the first trial began"),
    (0, 1, "seconds since the first trial began"),
)
# Beside colours, for eyes that see none.
_PATTERNS = ("", "/", "x", ".")


def timeline_figure(trials: Sequence[TrialRecord], now: datetime, *, theme: Theme, t: Translator) -> dict[str, Any]:
    """Return a bar for each trial from its begin to its end, the first trial at the top.

    Parameters
    ----------
    trials : sequence of TrialRecord
    now : datetime
        In UTC: where the bars of running trials end.
    theme : Theme
    t : Translator

    Returns
    -------
    dict with keys "data" and "layout"
    """
    first, seconds = _whole(trials, now)
    unit, words = next((unit, t(words)) for least, unit, words in _UNITS if seconds >= least)
    traces = [
        _bars([trial for trial in trials if trial.state == state], first, now, unit, t)
        | {"name": t(name), "marker": _marker(STATE_COLORS[state], pattern, theme)}
        for (state, name), pattern in zip(STATES.items(), _PATTERNS, strict=True)
    ]
    return {
        "data": [trace for trace in traces if trace["y"]],
        "layout": layout(
            theme,
            height=min(_MOST, max(_LEAST, 110 + _ROW * len(trials))),
            margin={"l": 10, "r": 10, "t": 44, "b": 10},
            barmode="overlay",
            hovermode="closest",
            showlegend=True,
            xaxis={"title": {"text": words}, "zeroline": False},
            yaxis={"title": {"text": t("trial")}, "autorange": "reversed", "tickformat": "d", "zeroline": False},
        ),
    }


def timeline_alt(trials: Sequence[TrialRecord], now: datetime, t: Translator) -> str:
    """Return one sentence that says how long all trials took, and how many ran at once."""
    if not trials:
        return t("Times of the trials; none has begun yet.")
    _, seconds = _whole(trials, now)
    return t(
        "Times of {trials} within {duration}; at most {most:,} at once.",
        trials=t.plural("{n:,} trial", "{n:,} trials", len(trials)),
        duration=t.duration(seconds),
        most=_at_once(trials, now),
    )


def timeline_table(trials: Sequence[TrialRecord]) -> Mapping[str, list[Any]]:
    """Return when each trial ran as columns; times are UTC."""
    return {
        "trial": [trial.number for trial in trials],
        "run": [trial.run_id for trial in trials],
        "state": [trial.state.value for trial in trials],
        "began": [trial.began.isoformat() for trial in trials],
        "ended": [trial.ended.isoformat() if trial.ended else None for trial in trials],
        "seconds": [(trial.ended - trial.began).total_seconds() if trial.ended else None for trial in trials],
    }


def _bars(trials: Sequence[TrialRecord], first: datetime, now: datetime, unit: float, t: Translator) -> dict[str, Any]:
    took = [max(0.0, ((trial.ended or now) - trial.began).total_seconds()) for trial in trials]
    return {
        "type": "bar",
        "orientation": "h",
        "base": [round((trial.began - first).total_seconds() / unit, 3) for trial in trials],
        "x": [round(seconds / unit, 3) for seconds in took],
        "y": [trial.number for trial in trials],
        "width": 0.8,
        "customdata": [link(trial) for trial in trials],
        "text": [t.duration(seconds) for seconds in took],
        "textposition": "none",
        "hovertemplate": t("trial") + " %{y}: <b>%{text}</b><extra>%{fullData.name}</extra>",
    }


def _marker(color: str, pattern: str, theme: Theme) -> dict[str, Any]:
    """Return the look of a bar; its line shows what took no time, as a run that was there before."""
    return {
        "color": color,
        "line": {"color": color, "width": 1},
        "pattern": {"shape": pattern, "fillmode": "overlay", "fgcolor": theme.scale[0], "solidity": 0.2},
    }


def _whole(trials: Sequence[TrialRecord], now: datetime) -> tuple[datetime, float]:
    """Return when the first trial began, and how many seconds the last one ended later."""
    first = min((trial.began for trial in trials), default=now)
    return first, max(0.0, (max((trial.ended or now for trial in trials), default=now) - first).total_seconds())


def _at_once(trials: Sequence[TrialRecord], now: datetime) -> int:
    # At one moment those that end go first: a slot is free before it is taken.
    changes = sorted((when, step) for trial in trials for when, step in ((trial.began, 1), (trial.ended or now, -1)))
    most = running = 0
    for _, step in changes:
        running += step
        most = max(most, running)
    return max(most, 1)
