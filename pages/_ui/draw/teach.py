"""What a visitor collected, and teaching a network with it."""

from contextlib import suppress

import streamlit as st

from mnist_core.drawing.personal import ENOUGH, PersonalSet
from mnist_core.engine import check_base, fine_tune_config, shared_supervisor
from mnist_core.errors import MnistLabError, NotOwnerError, RunNotFoundError
from mnist_core.store import RunRecord, RunState, shared_store
from mnist_core.text import plain
from pages._ui.draw.teach_files import downloads
from pages._ui.draw.teach_gallery import clear_all, drawings_gallery
from pages._ui.draw.teach_upload import upload
from pages._ui.draw.teaching_progress import teaching_progress
from pages._ui.parts.components import need_dataset, training_notice
from pages._ui.shell import access, session
from pages._ui.shell.errors import show_error
from pages._ui.shell.i18n import class_words, name_of, t, term

_RUN = "taught_run"


@access.fragment
def teach_view(record: RunRecord) -> None:
    """Show the visitor's drawings of the network's classes, and what can be done with them."""
    spec = record.config.spec
    drawings = shared_store().drawings.read(session.owner(), spec.collection)
    st.header(t(spec.kind.words.collection), anchor=False, divider="gray")
    if not len(drawings):
        st.caption(
            t(
                "Say whether an answer is right, and the drawing is kept here, for you alone. With a few of them a "
                "network learns how you write."
            )
        )
        upload(record)
        return
    counts = " · ".join(
        t("{n} × “{name}”", n=n, name=name)
        for name, n in zip(class_words(spec.class_names), drawings.counts(spec.num_classes), strict=True)
        if n
    )
    st.markdown(t("Collected so far, seen by you alone: {n:,} ({counts})", n=len(drawings), counts=counts))
    _teaching(record, drawings)
    st.markdown(f"**{t('All that you collected')}**")
    drawings_gallery(drawings, spec)
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads(drawings, spec)
        clear_all(spec)
    upload(record)


def _teaching(record: RunRecord, drawings: PersonalSet) -> None:
    """Show the button that makes a new network, and how far it is or what it brought."""
    try:
        check_base(record, session.visitor(), shared_store())
    except MnistLabError as error:
        show_error(error)
        return
    st.caption(_plan(record, drawings), help=term("fine_tuning"))
    if training_notice() or not need_dataset(record.config.data.dataset):
        return
    under_way = _current()
    busy = under_way is not None and not under_way.state.is_finished
    spec = record.config.spec
    if st.button(t(spec.kind.words.teach), key="teach_start", type="primary", icon=":material/school:", disabled=busy):
        st.session_state[_RUN] = _start(record, drawings)
        st.rerun()
    # What a network for digits learned is no answer below one for clothes.
    if under_way is not None and (busy or under_way.config.spec.collection == spec.collection):
        teaching_progress(under_way)


def _plan(record: RunRecord, drawings: PersonalSet) -> str:
    """Say what fine-tuning will do."""
    kept_back = int(drawings.held_out.sum())
    words = t(
        "Fine-tuning makes a new network that begins where “{name}” is. It learns from your drawings, varied a little, "
        "and from images that it knows, so that it does not forget. This takes about ten seconds; “{name}” stays as it "
        "is.",
        name=plain(name_of(record)),
    )
    if kept_back:
        held = t("Held back to see what it brings: {held} of your {n} drawings.", held=kept_back, n=len(drawings))
    else:
        held = t("Too few drawings to hold any back as a test: that takes {n} of one class.", n=ENOUGH)
    return f"{words} {held}"


def _start(record: RunRecord, drawings: PersonalSet) -> str:
    """Return the id of a run that learns from these drawings: a finished one if there is one, else a new one."""
    config = fine_tune_config(record, drawings, shared_store())
    cached = shared_store().runs.find_completed(config.fingerprint(), session.visitor())
    if cached is not None:
        return cached.id
    name = t(record.config.spec.kind.words.taught, name=name_of(record))
    run_id = shared_supervisor().fine_tune(record, drawings, name, visitor=session.visitor())
    shared_supervisor().await_begin(run_id)
    return run_id


def _current() -> RunRecord | None:
    """Return the fine-tuning that this session asked for last, else one of the visitor's that is under way."""
    run_id = st.session_state.get(_RUN)
    if run_id:
        with suppress(RunNotFoundError, NotOwnerError):
            return access.look_up(run_id)
    active = shared_store().runs.find(states=[RunState.QUEUED, RunState.RUNNING], owner=session.owner())
    return next((record for record in active if record.config.fine_tune is not None), None)
