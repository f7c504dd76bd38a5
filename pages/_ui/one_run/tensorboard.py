"""A run's TensorBoard logs, to open or to take away."""

from functools import partial

import streamlit as st

from mnist_core.store import RunRecord, shared_store
from mnist_core.tensorboard.serving import log_paths, zip_logs
from pages._ui.parts.downloads import download_button
from pages._ui.shell import session
from pages._ui.shell.i18n import t, term


def tensorboard_part(record: RunRecord) -> None:
    """Show how a run is opened in TensorBoard, and its logs as a file; nothing to who may not look at it."""
    if not session.visitor().may_see(record):
        return
    files = shared_store().files(record.id)
    st.markdown(f"**{t('TensorBoard')}**", help=term("tensorboard"))
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
