"""All runs: find one again, compare some, delete, train a variant, take one away."""

import streamlit as st

from mnist_core.store import RunState, shared_store
from mnist_core.store.listing import RunFilter, RunRow
from mnist_core.store.runs import UnderWay
from pages._ui.one_run import runs
from pages._ui.one_run.undo import delete, undo_notice
from pages._ui.parts.components import empty_state, page_header
from pages._ui.runs.bundle import import_view
from pages._ui.runs.filter import filter_row, found
from pages._ui.runs.panel import run_panel, star
from pages._ui.runs.table import runs_table
from pages._ui.shell import access, session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t
from pages._ui.shell.visitor import admin_box, cleaning_notice

LOOK, LOOK_AT_OTHERS = 2.0, 10.0  # seconds between two looks at one's own runs that are under way, and at others'
MOST_COMPARED = 100  # so many ids fit into an address everywhere


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
    elif which == RunFilter(starred=True):
        st.info(t("No run is starred. Tick one of yours and star it to find it here."), icon=":material/star:")
    else:
        st.info(t("No run fits. Search for something else, or show all."), icon=":material/search_off:")


def actions(chosen: list[RunRow]) -> None:
    """Show what can be done with several runs at once."""
    visitor = session.visitor()
    mine = [row for row in chosen if row.may_change(visitor)]
    resting = [row.id for row in mine if row.state is not RunState.RUNNING]
    with st.container(horizontal=True, vertical_alignment="center", key="runs_actions"):
        st.markdown(t.plural("**{n:,} run chosen**", "**{n:,} runs chosen**", len(chosen)), width="content")
        if st.button(
            t("Compare"),
            key="runs_compare",
            type="primary",
            icon=":material/compare_arrows:",
            disabled=len(chosen) > MOST_COMPARED,
            help=t("At most {n} at once.", n=MOST_COMPARED) if len(chosen) > MOST_COMPARED else None,
        ):
            st.switch_page("compare.py", query_params={"runs": ",".join(row.id for row in chosen)})
        starred = all(row.starred for row in mine)
        st.button(
            t("Unstar") if mine and starred else t("Star"),
            key="runs_star",
            icon=":material/star_border:",
            disabled=not mine,
            on_click=star,
            args=([row.id for row in mine], not starred),
        )
        st.button(
            t("Delete {n}", n=len(resting)) if resting else t("Delete"),
            key="runs_delete",
            icon=":material/delete:",
            disabled=not resting,
            help=t("You can undo this.") if resting else None,
            on_click=delete,
            args=(resting,),
        )
        kept = {
            t("runs of others"): any(not row.shipped and row not in mine for row in chosen),
            t("runs that train"): len(resting) < len(mine),
            t("networks that came with MNIST Lab"): any(row.shipped for row in chosen),
        }
        if any(kept.values()):
            kinds = t.all_of([kind for kind, there in kept.items() if there])
            st.caption(t("{kinds} stay as they are.", kinds=kinds[0].upper() + kinds[1:]), width="content")


def details(run_id: str) -> None:
    """Show the one run that is chosen."""
    with errors_in_words():  # it may just have been deleted or made private in another window
        record = access.look_up(run_id)
        runs.remember(record.id)
        run_panel(record)


page_header(t("Runs"), t("All that was trained here: find a run again, compare some, or train a variant of one."))
undo_notice()
cleaning_notice()
which = filter_row()
active = shared_store().runs.under_way(session.visitor())
rows = shared_store().listing.rows(session.visitor(), which)
found(len(rows), which)
asked = st.query_params.get("run")
if asked and asked not in {row.id for row in rows}:
    with errors_in_words():  # a link to a run that is gone or private says so
        access.look_up(asked)
if not rows:
    nothing(which)
else:
    chosen = runs_table(rows)
    if len(chosen) == 1:
        details(chosen[0].id)
    else:
        st.query_params.pop("run", None)
        if chosen:
            actions(chosen)
        else:
            hints = (
                t("Tick a run to see more of it, or several to compare, star or delete them."),
                t("A click on the title of a column sorts by it."),
                t("On the keyboard, arrow keys move in the table, Shift with Space ticks, and Escape unticks all."),
            )
            st.caption(" ".join(hints))
if active:
    progress_of(active)
import_view()
admin_box()
