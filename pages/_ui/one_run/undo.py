"""Deleting with a way back."""

from collections.abc import Callable, Sequence

import streamlit as st

from mnist_core.errors import RunNotFoundError
from mnist_core.store import StudyRecord, shared_store
from mnist_core.text import plain
from pages._ui.shell import session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import name_of, t


def delete(run_ids: Sequence[str]) -> None:
    """Delete runs of the visitor, all or none; for a button's callback. `undo_notice` brings them back."""
    with errors_in_words():
        remove(run_ids)


def remove(run_ids: Sequence[str]) -> None:
    """Delete runs as `delete` does; raises as `Bin.delete_all`."""
    shared_store().bin.delete_all(run_ids, session.visitor())
    for run_id in run_ids:
        session.forget_run(run_id)


def delete_studies(study_ids: Sequence[str]) -> None:
    """Delete studies of the visitor with their runs; for a button's callback. `undo_notice` brings them back."""
    with errors_in_words():
        for study_id in study_ids:
            remove_study(study_id)


def remove_study(study_id: str) -> None:
    """Delete a study with the runs that it asked for; raises as `Studies.delete`."""
    shared_store().studies.delete(study_id, session.visitor())
    for trial in shared_store().trials.of(study_id):
        if trial.run_id and not trial.cached:
            session.forget_run(trial.run_id)


def undo_notice() -> None:
    """Say what the visitor deleted last, and offer to bring it back while that is possible."""
    store = shared_store()
    studies = store.studies.deleted(session.visitor())
    if studies:
        study_notice(studies[0], _undo_study)
    with_them = {study.id for study in studies}
    deleted = [
        record
        for record in store.bin.runs(session.visitor())
        if store.bin.seconds_left(record) > 0 and record.study not in with_them
    ]
    if not deleted:
        return
    last = [record for record in deleted if record.deleted == deleted[0].deleted]
    minutes = int(store.bin.seconds_left(last[0]) / 60) + 1
    words = (
        t("“{name}” is deleted.", name=plain(name_of(last[0])))
        if len(last) == 1
        else t.plural("{n:,} run is deleted.", "{n:,} runs are deleted.", len(last))
    )
    words += " " + (
        t.plural(
            "You can bring it back for {n:,} more minute.", "You can bring it back for {n:,} more minutes.", minutes
        )
        if len(last) == 1
        else t.plural(
            "You can bring them back for {n:,} more minute.", "You can bring them back for {n:,} more minutes.", minutes
        )
    )
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="undo_notice"):
        st.markdown(f":material/delete: {words}", width="stretch")
        ids = [record.id for record in last]
        st.button(t("Undo"), key="undo_delete", icon=":material/undo:", on_click=_undo, args=(ids,))


def study_notice(study: StudyRecord, undo: Callable[[str], None]) -> None:
    """Say that a study was deleted; a button calls `undo` with its id."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="undo_study_notice"):
        name, n = plain(study.name), shared_store().studies.deleted_with(study.id)
        words = (
            t.plural(
                "“{name}” is deleted with its {n:,} run.", "“{name}” is deleted with its {n:,} runs.", n, name=name
            )
            if n
            else t("“{name}” is deleted.", name=name)
        )
        words += " " + t("You can bring it back for ten minutes.")
        st.markdown(f":material/delete: {words}", width="stretch")
        st.button(t("Undo"), key="undo_study", icon=":material/undo:", on_click=undo, args=(study.id,))


def _undo_study(study_id: str) -> None:
    with errors_in_words():
        shared_store().studies.undelete(study_id, session.visitor())


def _undo(run_ids: Sequence[str]) -> None:
    with errors_in_words():
        gone = None
        for run_id in run_ids:
            try:
                shared_store().bin.undelete(run_id, session.visitor())
            except RunNotFoundError as error:  # its time was over just now, or another window was faster
                gone = error
        if gone is not None:
            raise gone
