"""A run's TensorBoard logs, to open or to take away; those of a study to open."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from mnist_core.store import RunRecord, StudyRecord, shared_store
from mnist_core.tensorboard.boards import OpenBoard, shared_boards
from mnist_core.tensorboard.serving import log_paths, zip_logs
from pages._ui.parts.downloads import download_button
from pages._ui.shell import session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.framed_board import address_of
from pages._ui.shell.i18n import t, term

_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_HTML = '<a target="_blank" rel="noopener"></a><iframe></iframe>'
_OPEN = "open_tensorboard"


def tensorboard_part(record: RunRecord) -> None:
    """Show how a run is opened in TensorBoard, and its logs as a file; nothing to who may not look at it."""
    if not session.visitor().may_see(record):
        return
    files = shared_store().files(record.id)
    st.markdown(f"**{t('TensorBoard')}**", help=term("tensorboard"))
    if record.state.has_model or log_paths(files):
        _here(record.id, record.name, lambda: shared_boards().open(record))
    if log_paths(files):
        st.caption(
            t("Curves, the network as a graph, its surest mistakes and its settings, as TensorBoard reads them.")
        )
        download_button(
            t("Download the logs"),
            partial(zip_logs, files),
            of=[record.id],
            file_name=f"tensorboard-{record.id}.zip",
            mime="application/zip",
            key=f"tensorboard_{record.id}",
            icon=":material/download:",
        )
        st.caption(t("Unpack them and show them, wherever TensorBoard is installed:"))
        st.code(f"tensorboard --logdir {record.id}", language=None, wrap_lines=True)
        st.caption(t("On the computer that MNIST Lab runs on, this is enough; without a run it opens all of them:"))
    elif record.state.has_model:
        st.caption(t("This run kept no logs. On the computer that MNIST Lab runs on, this makes them of its curve:"))
    else:
        st.caption(t("The logs begin with the training, and can be looked at while it goes on."))
        return
    st.code(f"python -m mnist_core tensorboard {record.id}", language=None, wrap_lines=True)


def study_board(study: StudyRecord) -> None:
    """Show how the runs of a study, which the visitor may look at, are opened in TensorBoard."""
    visitor = session.visitor()
    st.markdown(f"**{t('TensorBoard')}**", help=term("tensorboard"))
    st.caption(
        t(
            "The curves of all its runs that have ended, one over the other. Its view HParams lists what was tried "
            "beside what came of it."
        )
    )
    _here(study.id, study.name, lambda: shared_boards().open_study(study, visitor))
    st.caption(t("On the computer that MNIST Lab runs on, this opens it:"))
    st.code(f"python -m mnist_core tensorboard --study {study.id}", language=None, wrap_lines=True)


def _here(shown_id: str, name: str, open_board: Callable[[], OpenBoard]) -> None:
    """Let TensorBoard be opened within the page, where the computer has a place for one."""
    if not shared_boards().most:
        return
    if st.session_state.get(_OPEN) != shown_id:
        if st.button(t("Open TensorBoard here"), icon=":material/monitoring:", key=f"open_tensorboard_{shown_id}"):
            st.session_state[_OPEN] = shown_id
            st.rerun(scope="app")
        return
    with errors_in_words():
        address = address_of(open_board())
        component = st.components.v2.component("tensorboard", html=_HTML, js=_JS, isolate_styles=False)
        with st.container(key="tensorboard_frame"):
            component(
                key=f"tensorboard_frame_{shown_id}",
                data={
                    "url": address,
                    "title": t("TensorBoard of “{name}”", name=name),
                    "alone": t("Open it in a tab of its own"),
                },
            )
