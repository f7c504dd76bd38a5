"""The figures of a study: which there are for its kind, and those of time, seeds and images."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from mnist_core.config.study import Question
from mnist_core.config.study.question import Objective
from mnist_core.evaluation.studies import learning_curve
from mnist_core.figures.studies.history import history_alt, history_figure, trials_table
from mnist_core.figures.studies.intermediate import intermediate_alt, intermediate_figure, intermediate_table
from mnist_core.figures.studies.seeds import seeds_alt, seeds_figure, seeds_table
from mnist_core.figures.studies.sizes import sizes_alt, sizes_figure, sizes_table
from mnist_core.figures.studies.timeline import timeline_alt, timeline_figure, timeline_table
from mnist_core.store import StudyRecord
from mnist_core.text import Sentence
from pages._ui.parts.components import switch
from pages._ui.shell import i18n
from pages._ui.shell.i18n import t
from pages._ui.studies.by_setting import contour_view, coordinates_view, slice_view
from pages._ui.studies.importance import importance_view
from pages._ui.studies.shown import Trials, look, show

_NAMES: dict[str, Sentence] = {
    "history": "Trial by trial",
    "slice": "By value",
    "contour": "Two settings",
    "coordinates": "All settings",
    "importance": "What mattered",
    "seeds": "Mean and spread",
    "sizes": "By images",
    "curves": "All curves",
    "timeline": "Time line",
}


def views_of(question: Question) -> tuple[str, ...]:
    """Return the views that make sense for a study, the most telling first."""
    many = len(question.over) > 1
    match question.kind:
        case "try":
            return ("contour", "slice", "curves", "timeline") if many else ("slice", "curves", "timeline")
        case "search" if many:
            return ("history", "slice", "contour", "coordinates", "importance", "curves", "timeline")
        case "search":
            return ("history", "slice", "curves", "timeline")
        case "repeat":
            return ("seeds", "timeline")
        case "sizes":
            return ("sizes", "curves", "timeline")
        case _:
            return ()  # a learning rate test has a view of its own


def figures_view(study: StudyRecord, trials: Trials) -> None:
    """Show one figure of the study, chosen above it; a click on a point opens its run."""
    names = views_of(study.question)
    chosen = switch(
        t("Figure"), {name: _NAMES[name] for name in names}, f"study_view_{study.id}", label_visibility="collapsed"
    )
    _VIEWS[chosen](study, trials)


def _history(study: StudyRecord, trials: Trials) -> None:
    objective = study.question.objective
    figure = history_figure(trials, objective, **look())
    hint = t("A star is the best; the line is the best so far.")
    show(study, "history", figure, history_alt(trials, objective, i18n.current()), trials_table, hint)


def _curves(study: StudyRecord, trials: Trials) -> None:
    objective = _of_histories(study.question)
    figure = _named(study.question, intermediate_figure(trials, objective, **look()))
    hint = t("The strong line is the best; dashed ones were ended early.")
    show(study, "curves", figure, intermediate_alt(trials, objective, i18n.current()), intermediate_table, hint)


def _timeline(study: StudyRecord, trials: Trials) -> None:
    now = datetime.now(UTC)
    figure = timeline_figure(trials, now, **look())
    alt = timeline_alt(trials, now, i18n.current())
    hint = t("Each bar is a run, from its beginning to its end.")
    show(study, "timeline", figure, alt, lambda found, _: timeline_table(found), hint)


def _seeds(study: StudyRecord, trials: Trials) -> None:
    objective = _of_histories(study.question)
    figure = _named(study.question, seeds_figure(trials, objective, **look()))
    hint = t("Each faint line is a run with another seed.")
    show(study, "seeds", figure, seeds_alt(trials, objective, i18n.current()), seeds_table, hint)


def _sizes(study: StudyRecord, trials: Trials) -> None:
    whole = study.question.base.spec.n_train
    curve = learning_curve(trials, whole=whole)
    figure = sizes_figure(curve, **look())
    alt = sizes_alt(curve, i18n.current())
    hint = t("Each faint point is a run. The mean has its 95% interval where there are several seeds.")
    show(study, "sizes", figure, alt, lambda found, _: sizes_table(learning_curve(found, whole=whole)), hint)


_VIEWS: dict[str, Callable[[StudyRecord, Trials], None]] = {
    "history": _history,
    "slice": slice_view,
    "contour": contour_view,
    "coordinates": coordinates_view,
    "importance": importance_view,
    "seeds": _seeds,
    "sizes": _sizes,
    "curves": _curves,
    "timeline": _timeline,
}


def _of_histories(question: Question) -> Objective:
    """Return what the curves of trials hold: the test set is looked at once, at the end."""
    return question.objective if question.objective == "val_loss" else "val_accuracy"


def _named(question: Question, figure: dict[str, Any]) -> dict[str, Any]:
    """Return a figure of curves that says so where no images are held back, so that only training is measured."""
    if question.objective == "test_accuracy" and not question.base.uses_validation:
        figure["layout"]["yaxis"]["title"] = {"text": t("training accuracy (%)")}
    return figure
