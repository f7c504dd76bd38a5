"""Starting, finding and naming runs from pages."""

import streamlit as st

from mnist_core.config import RunConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.config.wording import variant_name
from mnist_core.engine import shared_supervisor
from mnist_core.models.speed import is_settings_of, resolved
from mnist_core.settings import get_settings
from mnist_core.sharing.shipped import DEFAULT
from mnist_core.store import RunRecord, RunState, shared_store
from mnist_core.system.instruments import CACHE_LOOKUPS, CACHE_MISSES
from mnist_core.text import plain
from pages._ui.one_run import replays
from pages._ui.one_run.badges import shipped_note
from pages._ui.one_run.titles import titles
from pages._ui.shell import access, i18n, membership, session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import name_of, t

OFFERED = 200  # so many of the newest runs a box offers; the page Runs has all
NEW = "new"  # stands in the address for a run that is still to be set up
# With what a page begins where nothing was chosen, by the key of its box; elsewhere with the visitor's newest run.
# Such a page keeps its own choice: what is looked at elsewhere does not take the place of what reads a drawing here.
BEGINS_WITH = {"draw_run": DEFAULT.run_id}


def start(config: RunConfig, recipe_id: str, *, again: bool = False, name: str | None = None) -> str:
    """Return the id of a run of this configuration: a finished one if there is one, else a new one.

    With `again` a new run is started in any case. Without a `name` it gets that of its recipe, and of what was changed
    in the form.
    """
    fingerprint = resolved(config, get_settings()).fingerprint()
    cached = None if again else shared_store().runs.find_completed(fingerprint, session.visitor())
    if not again:
        CACHE_LOOKUPS.add("runs")
        CACHE_MISSES.add("runs", amount=int(cached is None))
    if cached is not None:
        if membership.own_place() is not None:  # their teacher sees what they look at
            shared_store().classrooms.watch(session.owner(), cached.id)
        replays.found(cached.id)
        return cached.id
    run_id = shared_supervisor().submit(
        config, name or _name_of_form(config, recipe_id), visitor=session.visitor(), recipe=recipe_id
    )
    shared_supervisor().await_begin(run_id)
    replays.found(None)  # not before: what is refused leaves the page as it is
    return run_id


def _name_of_form(config: RunConfig, recipe_id: str) -> str:
    if (variant_of := session.draft_variant_of()) is not None:
        return variant_name(variant_of, i18n.current())
    if not is_settings_of(session.recipe_config(recipe_id), config.model_dump(mode="json"), get_settings()):
        return t("{name}, changed", name=t(RECIPES[recipe_id].title))
    return RECIPES[recipe_id].title


def with_model(dataset_id: str | None = None) -> list[RunRecord]:
    """Return the newest runs with a model, perhaps of one dataset.

    The visitor's own come first, then those that came with the program, then others'; each newest first.
    """
    trained = shared_store().runs.find(
        states=[RunState.COMPLETED, RunState.STOPPED], visible_to=session.visitor(), limit=OFFERED
    )
    mine = session.owner()
    records = [
        record
        for record in [*shared_store().runs.shipped(), *trained]
        if record.outcome.test_accuracy is not None and dataset_id in (None, record.config.data.dataset)
    ]
    return sorted(records, key=lambda record: record.owner != mine)


def pick(key: str, *, compact: bool = False) -> RunRecord | None:
    """Show a box to choose a run that has a model; remember it in the address (``?run=``).

    If `compact`, there is the box alone, whose label only screen readers say.
    """
    records = {record.id: record for record in with_model()}
    wanted = _wanted(key)
    if wanted and wanted not in records:
        with errors_in_words():  # a run that is gone or private must not turn into another one in silence
            asked = access.look_up(wanted)
            if asked.state.has_model and asked.outcome.test_accuracy is not None:
                records[asked.id] = asked  # an older one than the box offers by itself
            else:
                st.info(
                    t("“{name}” has no model yet. The page Train shows how far it is.", name=plain(name_of(asked))),
                    icon=":material/hourglass_empty:",
                )
    if not records:
        return None
    words = titles(list(records.values()))
    first = BEGINS_WITH.get(key)
    if first not in records:
        first = next(iter(records))
    missed = st.session_state.get(f"{key}_missed", (None, None))[0]
    if st.session_state.get(key) not in records or (wanted in records and wanted == missed):  # it is there by now
        st.session_state[key] = wanted if wanted in records else first
    chosen: str = st.selectbox(
        t("Run"),
        list(records),
        format_func=words.__getitem__,
        key=key,
        label_visibility="collapsed" if compact else "visible",
    )
    record = records[chosen]
    remember(chosen)
    st.session_state[f"{key}_own"] = chosen
    st.session_state[f"{key}_missed"] = (None if wanted in records else wanted, chosen)
    if record.shipped is not None:
        if not compact:
            shipped_note(record)
        if chosen == first:
            # Nobody chose it, so other pages begin with what is their own.
            st.session_state["current_run"] = None
    return record


def _wanted(key: str) -> str | None:
    """Return the run that the address asks for, or what was chosen last.

    What is shown in place of a run that can't be is in the address too. As long as nothing else is chosen, the first
    one is still what was asked for, so that the page says why it is not shown however often it is made anew.
    """
    own = st.session_state.get(f"{key}_own") if key in BEGINS_WITH else None
    wanted = st.query_params.get("run") or own or st.session_state.get("current_run")
    missed, shown = st.session_state.get(f"{key}_missed", (None, None))
    if missed and wanted == shown == st.session_state.get(key):
        wanted = missed
    return None if wanted == NEW else wanted


def choose(key: str, run_id: str) -> None:
    """Choose a run in the box of `pick`; for a button's callback."""
    st.session_state[key] = run_id
    remember(run_id)


def remember(run_id: str) -> None:
    """Make a run the one that all pages and the address point to."""
    st.session_state["current_run"] = run_id
    if st.query_params.get("run") != run_id:
        st.query_params["run"] = run_id
