"""Learn: training a lesson's recipe for real, and its curve, log and figures.

What was trained before with the same settings is played back, and said to be so.
"""

import time
from contextlib import suppress

import pandas as pd
import streamlit as st

from mnist_core.config.recipes import RECIPES
from mnist_core.engine import why_no_training
from mnist_core.errors import NotOwnerError, RunNotFoundError
from mnist_core.lessons import Lesson, LessonStep
from mnist_core.models.speed import resolved
from mnist_core.settings import get_settings
from mnist_core.store import RunRecord, RunState, shared_store
from pages._ui.learn.results import RUN_VIEWS, curves_of, figures_view
from pages._ui.one_run import replays, runs
from pages._ui.one_run.status import pace_of, run_status
from pages._ui.parts.components import need_dataset
from pages._ui.shell import access, session
from pages._ui.shell.errors import errors_in_words, show_error
from pages._ui.shell.i18n import t

_PACE = 0.4  # seconds between two looks at a replay
_REPLAYS = "lesson_replays"  # since when a finished run is played again, by its id; 0 once it is skipped


def run_of(recipe_id: str) -> RunRecord | None:
    """Return the run of a recipe that the visitor may look at: one that is under way, else a finished one."""
    fingerprint = resolved(session.recipe_config(recipe_id), get_settings()).fingerprint()
    active = (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED)
    mine = shared_store().runs.find(states=active, owner=session.owner(), limit=20)
    return next(
        (record for record in mine if record.fingerprint == fingerprint),
        None,
    ) or shared_store().runs.find_completed(fingerprint, session.visitor())


def train_view(lesson: Lesson, step: LessonStep) -> None:
    """Let the recipe be trained by one click, and show how it learns."""
    recipe_id = lesson.recipe_of(step)
    record = run_of(recipe_id)
    begun = st.session_state.setdefault(_REPLAYS, {})
    if record is None or (record.state.is_finished and record.id not in begun):
        _start_button(recipe_id)
        return
    replaying = record.state.is_finished and begun[record.id] > 0
    st.fragment(_learning, run_every=_PACE if replaying else pace_of(record))(record, recipe_id, replaying)


def _start_button(recipe_id: str) -> None:
    _why_it_failed(recipe_id)
    off = why_no_training(get_settings())
    ready = need_dataset(session.recipe_config(recipe_id).data.dataset)
    if off is not None:
        show_error(off)
    title = t("Train “{name}”", name=t(RECIPES[recipe_id].title))
    clicked = st.button(
        title, key="lesson_train", type="primary", icon=":material/play_arrow:", disabled=off is not None or not ready
    )
    if clicked:
        with errors_in_words():
            run_id = runs.start(session.recipe_config(recipe_id), recipe_id, name=RECIPES[recipe_id].title)
            st.session_state[_REPLAYS][run_id] = time.monotonic()
            st.rerun()


def _why_it_failed(recipe_id: str) -> None:
    """Say why the run that was begun here last did not come to its end."""
    for run_id in reversed(st.session_state[_REPLAYS]):
        with suppress(RunNotFoundError, NotOwnerError):
            record = access.look_up(run_id)
            if record.recipe == recipe_id:
                if record.error is not None:
                    run_status(record, [])
                return


@errors_in_words()
def _learning(record: RunRecord, recipe_id: str, replaying: bool) -> None:
    run_id, before = record.id, record.state
    record = access.look_up(run_id)
    if record.state is not before:
        st.rerun()  # the whole step: another pace, and its result is there now
    points = shared_store().metrics.points(run_id)
    if not record.state.is_finished:
        st.session_state[_REPLAYS][run_id] = 0.0  # seen live: no replay of it
        run_status(record, points)
    elif replaying:
        began = st.session_state[_REPLAYS][run_id]
        played = replays.recording(run_id).at(time.monotonic() - began)
        if not began or played.is_over:
            _skip(run_id)
            st.rerun()  # the whole step, which does not look again by itself any more
        st.markdown(replays.words(record))
        st.button(t("Skip to the end"), key="lesson_skip", icon=":material/skip_next:", on_click=_skip, args=(run_id,))
        points = played.points
    curves_of(record, points)
    if record.state.is_finished and not replaying:
        figures_view(record, recipe_id)


def _skip(run_id: str) -> None:
    st.session_state[_REPLAYS][run_id] = 0.0


def view_of_run(view: str, lesson: Lesson, step: LessonStep) -> None:
    """Show a view of the recipe's finished run; where there is none yet, the button that trains it."""
    recipe_id = lesson.recipe_of(step)
    record = run_of(recipe_id)
    if record is None or not record.state.is_finished:
        st.info(t("Train it first: what is shown here comes from that training."), icon=":material/school:")
        train_view(lesson, step)
        return
    RUN_VIEWS[view](record, recipe_id)


def compare_view(lesson: Lesson, step: LessonStep) -> None:
    """Show the runs of the lesson's recipe and of the step's side by side."""
    rows = []
    for recipe_id in dict.fromkeys((lesson.recipe, lesson.recipe_of(step))):
        record = run_of(recipe_id)
        if record is None or not record.state.is_finished:
            st.info(t("“{name}” is not trained yet.", name=t(RECIPES[recipe_id].title)), icon=":material/school:")
            continue
        rows.append((record, RECIPES[recipe_id]))
    if rows:
        accuracies = [record.outcome.test_accuracy for record, _ in rows]
        table = {
            t("Recipe"): [t(recipe.title) for _, recipe in rows],
            t("Test accuracy"): ["–" if value is None else t.number(value, ".2%") for value in accuracies],
            t("Parameters"): ["–" if r.outcome.parameters is None else t.number(r.outcome.parameters) for r, _ in rows],
        }
        st.dataframe(pd.DataFrame(table), hide_index=True, width="content")
