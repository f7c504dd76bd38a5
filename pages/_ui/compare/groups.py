"""Runs that differ in their seed only, taken together."""

from collections.abc import Sequence
from os.path import commonprefix

import streamlit as st

from mnist_core.config.table import SETTINGS
from mnist_core.evaluation.comparing import Line, RunResult, seed_groups
from mnist_core.evaluation.spread import Spread, spread
from mnist_core.figures.overlay import Group
from mnist_core.store import StudyRecord, shared_store
from mnist_core.text import plain
from pages._ui.compare.choice import Compared, add_runs
from pages._ui.compare.run_table import run_table
from pages._ui.parts.downloads import csv_button
from pages._ui.shell import session
from pages._ui.shell.i18n import t, term

_LISTED = 50  # repetitions, the newest ones


def groups_of(compared: Sequence[Compared]) -> list[list[Compared]]:
    """Return the runs that differ in their seed only, group by group."""
    return seed_groups([(run, run.record.config) for run in compared])


def group_name(group: Sequence[Compared]) -> str:
    """Return what the names of all runs of a group begin with; the first one's where they have nothing in common."""
    shared = commonprefix([run.name for run in group]).rstrip(" ·,(")
    return shared.removesuffix(t(SETTINGS["seed"].title)).rstrip(" ·,(") or group[0].name


def drawn_groups(lines: Sequence[tuple[Compared, Line]]) -> list[Group]:
    """Return the groups among runs with their curves, those without a curve left out, as figures want to know them."""
    places = {run.record.id: place for place, (run, line) in enumerate(lines) if len(line.x)}
    found = groups_of([run for run, line in lines if len(line.x)])
    return [((group_name(group), group[0].style), [places[run.record.id] for run in group]) for group in found]


def add_a_repetition() -> None:
    """Let all runs of a study that repeated one network be chosen at once; nothing where there is none."""
    found = shared_store().studies.find(visible_to=session.visitor(), limit=_LISTED)
    studies = {study.id: study for study in found if study.question.kind == "repeat"}
    if not studies:
        return
    with st.popover(t("Add a repetition"), icon=":material/replay:", help=term("study")):
        for study in studies.values():
            words = f"{plain(study.name)} · {t.moment(study.created)}"
            st.button(words, key=f"compare_add_{study.id}", type="tertiary", on_click=_add, args=(study,))


def _add(study: StudyRecord) -> None:
    trials = shared_store().trials.of(study.id)
    add_runs([trial.run_id for trial in trials if trial.run_id is not None])


def spread_view(results: Sequence[tuple[Compared, RunResult]]) -> None:
    """Show what the runs of each group reached together, where there is a group with at least two results."""
    known = {run.record.id: result.accuracy for run, result in results if result.accuracy is not None}
    groups = [group for group in groups_of([run for run, _ in results if run.record.id in known]) if len(group) > 1]
    if not groups:
        return
    title = t("Runs that differ in their seed only, together")
    st.markdown(f"**{title}**", help=term("standard_deviation"))
    spreads = [spread([known[run.record.id] for run in group]) for group in groups]
    names = [group_name(group) for group in groups]
    run_table(
        title,
        list(zip(names, [group[0].style for group in groups], strict=True)),
        {
            t("Runs"): ("number", [t.number(one.n, ",") for one in spreads]),
            t("Mean test accuracy"): ("number", [t.number(one.mean, ".2%") for one in spreads]),
            t("Standard deviation"): ("number", [t.number(one.standard_deviation or 0.0, ".2%") for one in spreads]),
            t("95% interval of the mean"): ("number", [_interval(one) for one in spreads]),
        },
    )
    st.caption(t("What differs within a group is luck: it shows how much luck can do."), help=term("seed"))
    csv_button(
        lambda: {
            "group": names,
            "runs": [one.n for one in spreads],
            "mean_test_accuracy": [one.mean for one in spreads],
            "standard_deviation": [one.standard_deviation for one in spreads],
            "low_95": [one.low for one in spreads],
            "high_95": [one.high for one in spreads],
        },
        "compare_groups",
        of=[run.record.id for group in groups for run in group],
    )


def _interval(one: Spread) -> str:
    low, high = max(one.low or 0.0, 0.0), min(one.high or 0.0, 1.0)  # whatever Student's t allows
    return f"{t.number(low, '.2%')} – {t.number(high, '.2%')}"
