"""What can be done with several lines of the table of runs at once."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.store import RunState
from mnist_core.store.listing import RunRow
from mnist_core.store.study_rows import Line, StudyRow
from pages._ui.one_run.undo import delete, delete_studies
from pages._ui.runs.panel import star
from pages._ui.runs.study_panel import left_out, star_studies
from pages._ui.shell import session
from pages._ui.shell.i18n import t

MOST_COMPARED = 100  # so many ids fit into an address everywhere


def actions(chosen: Sequence[Line]) -> None:
    """Show what can be done with what is chosen; a study stands for its runs."""
    # A run may stand beside the line of its study.
    runs = list({run.id: run for line in chosen for run in (line.runs if isinstance(line, StudyRow) else (line,))})
    mine = [line for line in chosen if line.may_change(session.visitor())]
    resting = [line for line in mine if not _trains(line)]
    with st.container(horizontal=True, vertical_alignment="center", key="runs_actions"):
        st.markdown(t.plural("**{n:,} run chosen**", "**{n:,} runs chosen**", len(runs)), width="content")
        if st.button(
            t("Compare"),
            key="runs_compare",
            type="primary",
            icon=":material/compare_arrows:",
            disabled=len(runs) > MOST_COMPARED,
            help=t("At most {n} at once.", n=MOST_COMPARED) if len(runs) > MOST_COMPARED else None,
        ):
            st.switch_page("compare.py", query_params={"runs": ",".join(runs)})
        starred = all(line.starred for line in mine)
        st.button(
            t("Unstar") if mine and starred else t("Star"),
            key="runs_star",
            icon=":material/star_border:",
            disabled=not mine,
            on_click=_star,
            args=(mine, not starred),
        )
        st.button(
            t("Delete {n}", n=_how_many(resting)) if resting else t("Delete"),
            key="runs_delete",
            icon=":material/delete:",
            disabled=not resting,
            help=t("You can undo this.") if resting else None,
            on_click=_delete,
            args=(resting,),
        )
        _kept(chosen, mine, resting)
        left_out(line for line in mine if isinstance(line, StudyRow))


def _kept(chosen: Sequence[Line], mine: Sequence[Line], resting: Sequence[Line]) -> None:
    """Say what of the chosen can't be changed."""
    shipped = [line for line in chosen if isinstance(line, RunRow) and line.shipped]
    kept = {
        t("runs of others"): any(line not in mine and line not in shipped for line in chosen),
        t("runs that train"): len(resting) < len(mine),
        t("networks that came with MNIST Lab"): bool(shipped),
    }
    if any(kept.values()):
        kinds = t.all_of([kind for kind, there in kept.items() if there])
        st.caption(t("{kinds} stay as they are.", kinds=kinds[0].upper() + kinds[1:]), width="content")


def _trains(line: Line) -> bool:
    return line.trains if isinstance(line, StudyRow) else line.state is RunState.RUNNING


def _how_many(lines: Sequence[Line]) -> int:
    """Return how many runs are deleted with these lines; a run may stand beside the line of its study."""
    runs, studies = _ids(lines)
    beside = sum(isinstance(line, RunRow) and line.study in studies for line in lines)
    return len(runs) - beside + sum(line.of for line in lines if isinstance(line, StudyRow))


def _star(lines: Sequence[Line], starred: bool) -> None:
    runs, studies = _ids(lines)
    star(runs, starred)
    star_studies(studies, starred)


def _delete(lines: Sequence[Line]) -> None:
    runs, studies = _ids(lines)
    if runs:
        delete(runs)
    if studies:
        delete_studies(studies)


def _ids(lines: Sequence[Line]) -> tuple[list[str], list[str]]:
    """Return the ids of the runs that stand alone, and those of studies."""
    studies = [line.id for line in lines if isinstance(line, StudyRow)]
    return [line.id for line in lines if isinstance(line, RunRow)], studies
