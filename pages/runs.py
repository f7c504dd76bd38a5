"""All runs: find one again, compare some, delete, train a variant, take one away."""

import streamlit as st

from mnist_core.store import shared_store
from mnist_core.store.listing import RunFilter
from mnist_core.store.runs import UnderWay
from mnist_core.store.study_rows import Line, StudyRow
from pages._ui.one_run import runs
from pages._ui.one_run.undo import undo_notice
from pages._ui.parts.components import empty_state, page_header
from pages._ui.runs.actions import actions
from pages._ui.runs.bundle import import_view
from pages._ui.runs.filter import filter_row, found
from pages._ui.runs.panel import run_panel
from pages._ui.runs.study_panel import study_panel
from pages._ui.runs.table import runs_table
from pages._ui.shell import access, session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t
from pages._ui.shell.visitor import admin_box, cleaning_notice

LOOK, LOOK_AT_OTHERS = 2.0, 10.0  # seconds between two looks at one's own runs that are under way, and at others'


def progress_of(progress: list[UnderWay]) -> None:
    """Renew the page when a run that is under way has gone on; on a busy lab one of somebody else's always has."""
    mine = any(run.owner == session.owner() for run in progress)

    @st.fragment(run_every=LOOK if mine else LOOK_AT_OTHERS)
    def look() -> None:
        if shared_store().runs.under_way(session.visitor()) != progress:
            st.rerun()

    look()


def nothing(which: RunFilter) -> None:
    """Say why the table is empty."""
    if which == RunFilter():
        empty_state(
            ":material/history:",
            t("No network has been trained yet"),
            t("Train one first. Every run is kept here with its settings and its result."),
            "home.py",
            t("Choose a recipe"),
        )
    elif which == RunFilter(mine=True):
        st.info(t("You have trained no network yet. Choose a recipe on the page Home."), icon=":material/history:")
    elif which == RunFilter(owners=which.owners):
        st.info(t("Nobody of your class has trained anything yet that you may see."), icon=":material/groups:")
    elif which == RunFilter(starred=True):
        st.info(t("No run is starred. Tick one of yours and star it to find it here."), icon=":material/star:")
    else:
        st.info(t("No run fits. Search for something else, or show all."), icon=":material/search_off:")


def details(line: Line) -> None:
    """Show the one run or study that is chosen."""
    with errors_in_words():  # it may just have been deleted or made private in another window
        if isinstance(line, StudyRow):
            study_panel(line)
            return
        record = access.look_up(line.id)
        runs.remember(record.id)
        run_panel(record)


def hints() -> None:
    """Say what the table is good for."""
    words = (
        t("Tick a run to see more of it, or several to compare, star or delete them."),
        t("A click on the title of a column sorts by it."),
        t("On the keyboard, arrow keys move in the table, Shift with Space ticks, and Escape unticks all."),
    )
    st.caption(" ".join(words))


page_header(t("Runs"), t("All that was trained here: find a run again, compare some, or train a variant of one."))
undo_notice()
cleaning_notice()
which = filter_row()
active = shared_store().runs.under_way(session.visitor())
rows = shared_store().listing.rows(session.visitor(), which)
one_by_one = found(rows, which)
asked = st.query_params.get("run")
if asked and asked not in {row.id for row in rows}:
    with errors_in_words():  # a link to a run that is gone or private says so
        access.look_up(asked)
if not rows:
    nothing(which)
else:
    alone = (asked,) if asked else ()
    chosen = runs_table(rows if one_by_one else shared_store().study_rows.folded(rows, session.visitor(), alone=alone))
    if len(chosen) != 1 or isinstance(chosen[0], StudyRow):
        st.query_params.pop("run", None)
    if len(chosen) == 1:
        details(chosen[0])
    elif chosen:
        actions(chosen)
    else:
        hints()
if active:
    progress_of(active)
import_view()
admin_box()
