"""The figures of a study: which there are for its kind, and each of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from mnist_core.config.study import Parameter, Question
from mnist_core.config.study.question import Objective
from mnist_core.config.study.words import parameter_title
from mnist_core.evaluation.studies import learning_curve
from mnist_core.figures.studies.contour import contour_alt, contour_figure
from mnist_core.figures.studies.coordinates import coordinates_alt, coordinates_figure
from mnist_core.figures.studies.history import history_alt, history_figure, trials_table
from mnist_core.figures.studies.intermediate import intermediate_alt, intermediate_figure, intermediate_table
from mnist_core.figures.studies.seeds import seeds_alt, seeds_figure, seeds_table
from mnist_core.figures.studies.sizes import sizes_alt, sizes_figure, sizes_table
from mnist_core.figures.studies.slice import slice_alt, slice_figure
from mnist_core.figures.studies.timeline import timeline_alt, timeline_figure, timeline_table
from mnist_core.store import StudyRecord, TrialRecord
from mnist_core.text import Sentence
from pages._ui.parts.components import switch
from pages._ui.parts.live_plot import live_plot
from pages._ui.shell import i18n, session
from pages._ui.shell.i18n import t, term
from pages._ui.studies.importance import importance_view
from pages._ui.studies.table import trials_csv

Trials = Sequence[TrialRecord]
Table = Callable[[Trials, Objective], Mapping[str, Sequence[Any]]]

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
            return ("seeds", "history", "timeline")
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
    figure = history_figure(trials, objective, **_look())
    hint = t("A star is the best; the line is the best so far.")
    _show(study, "history", figure, history_alt(trials, objective, i18n.current()), trials_table, hint)


def _slice(study: StudyRecord, trials: Trials) -> None:
    objective = study.question.objective
    over = study.question.over
    parameter = _parameter(study, t("Setting"), "slice", over, 0) if len(over) > 1 else over[0]
    figure = slice_figure(trials, parameter, objective, **_look())
    alt = slice_alt(trials, parameter, objective, i18n.current())
    hint = t("Each point is a run; the stronger its colour, the later it began.")
    _show(study, "slice", figure, alt, trials_table, hint, part=parameter.name)


def _contour(study: StudyRecord, trials: Trials) -> None:
    over, objective = study.question.over, study.question.objective
    across, up = over[0], over[1]
    if len(over) > 2:
        with st.container(horizontal=True):
            across = _parameter(study, t("Across"), "across", over, 0)
            up = _parameter(study, t("Upwards"), "up", [one for one in over if one.name != across.name], 0)
    figure = contour_figure(trials, across, up, objective, **_look())
    alt = contour_alt(trials, across, up, objective, i18n.current())
    hint = t("The stronger the colour, the better.")
    _show(study, "contour", figure, alt, trials_table, hint, part=f"{across.name}_{up.name}")


def _coordinates(study: StudyRecord, trials: Trials) -> None:
    over, objective = study.question.over, study.question.objective
    with st.container(key="compare_parallel_" + ("wide" if len(over) > 3 else "narrow")):
        figure = coordinates_figure(trials, over, objective, **_look())
        alt = coordinates_alt(trials, over, objective, i18n.current())
        live_plot(figure, key=f"study_coordinates_{study.id}", revision=study.id, alt=alt)
    st.caption(
        t("Each line is a trial. Drag along an axis to keep only the lines that pass there."),
        help=term("parallel_coordinates"),
    )
    trials_csv(study, "coordinates", trials_table)


def _importance(study: StudyRecord, trials: Trials) -> None:
    importance_view(study, trials)


def _curves(study: StudyRecord, trials: Trials) -> None:
    objective = _of_histories(study.question)
    figure = _named(study.question, intermediate_figure(trials, objective, **_look()))
    hint = t("The strong line is the best; dashed ones were ended early.")
    _show(study, "curves", figure, intermediate_alt(trials, objective, i18n.current()), intermediate_table, hint)


def _timeline(study: StudyRecord, trials: Trials) -> None:
    now = datetime.now(UTC)
    figure = timeline_figure(trials, now, **_look())
    alt = timeline_alt(trials, now, i18n.current())
    hint = t("Each bar is a run, from its beginning to its end.")
    _show(study, "timeline", figure, alt, lambda found, _: timeline_table(found), hint)


def _seeds(study: StudyRecord, trials: Trials) -> None:
    objective = _of_histories(study.question)
    figure = _named(study.question, seeds_figure(trials, objective, **_look()))
    hint = t("Each faint line is a run with another seed.")
    _show(study, "seeds", figure, seeds_alt(trials, objective, i18n.current()), seeds_table, hint)


def _sizes(study: StudyRecord, trials: Trials) -> None:
    whole = study.question.base.spec.n_train
    curve = learning_curve(trials, whole=whole)
    figure = sizes_figure(curve, **_look())
    alt = sizes_alt(curve, i18n.current())
    hint = t("Each faint point is a run. The mean has its 95% interval where there are several seeds.")
    _show(study, "sizes", figure, alt, lambda found, _: sizes_table(learning_curve(found, whole=whole)), hint)


_VIEWS: dict[str, Callable[[StudyRecord, Trials], None]] = {
    "history": _history,
    "slice": _slice,
    "contour": _contour,
    "coordinates": _coordinates,
    "importance": _importance,
    "seeds": _seeds,
    "sizes": _sizes,
    "curves": _curves,
    "timeline": _timeline,
}


def _look() -> dict[str, Any]:
    return {"theme": session.page_theme(), "t": i18n.current()}


def _show(
    study: StudyRecord, name: str, figure: dict[str, Any], alt: str, table: Table, hint: str, *, part: str = ""
) -> None:
    """Show a figure that changes in place, with its numbers; zoom and legend belong to the study and the `part`."""
    key = f"study_{name}_{study.id}"
    clicked = live_plot(figure, key=key, revision=f"{study.id} {part}", alt=alt, clickable=True)
    if clicked:
        st.switch_page("train.py", query_params={"run": clicked[0]})
    st.caption(f"{hint} {t('A click on a point opens its run.')}")
    trials_csv(study, name, table)


def _parameter(study: StudyRecord, label: str, name: str, over: Sequence[Parameter], at: int) -> Parameter:
    """Show a box for one of the settings, and return what is chosen."""
    known = {parameter.name: parameter for parameter in over}
    chosen: str = st.selectbox(
        label,
        list(known),
        index=at,
        format_func=lambda one: parameter_title(one, i18n.current()),
        key=f"study_{name}_{study.id}_{'_'.join(known)}",
    )
    return known[chosen]


def _of_histories(question: Question) -> Objective:
    """Return what the curves of trials hold: the test set is looked at once, at the end."""
    return question.objective if question.objective == "val_loss" else "val_accuracy"


def _named(question: Question, figure: dict[str, Any]) -> dict[str, Any]:
    """Return a figure of curves that says so where no images are held back, so that only training is measured."""
    if question.objective == "test_accuracy" and not question.base.uses_validation:
        figure["layout"]["yaxis"]["title"] = {"text": t("training accuracy (%)")}
    return figure
