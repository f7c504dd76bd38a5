"""Importing a bundle in its turn."""

from typing import Any

import streamlit as st

from mnist_core.engine import picture_pace
from mnist_core.errors import BundleError
from mnist_core.sharing.bundle import look_at_import, request_import
from mnist_core.store import RunRecord, shared_store
from mnist_core.text import plain
from pages._ui.shell import asking, session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t
from pages._ui.shell.waiting import turn_words

MOST_MB = 50  # of an upload: server.maxUploadSize
DONE, GENERATION = "import_done", "import_file"
_LOOKS, _LOOK = 40, 0.5  # so often, each so many seconds: most are done by then, and nothing has to be asked again


def bring_back(file: Any) -> None:
    """Let a file be imported in its turn, and look how far that is until it is done."""
    key, asker = f"{session.owner()} {file.file_id}", asking.asker()
    if look_at_import(key, asker=asker) is None:
        if file.size > MOST_MB * 2**20:
            raise BundleError(
                "The file has {size:.0f} MB; at most {most} MB can be uploaded. The command “python -m mnist_core "
                "import” takes larger ones.",
                size=file.size / 2**20,
                most=MOST_MB,
            )
        picture_pace().take(session.owner(), session.address())
        request_import(
            key,
            file.getvalue(),
            shared_store(),
            session.owner(),
            most=MOST_MB * 2**20,
            asker=asker,
            address=session.address(),
        )
    with st.spinner(t("Checking the bundle, and trying its network …")):
        for _ in range(_LOOKS):
            task = look_at_import(key, asker=asker, wait=_LOOK)
            if task is None or task.state != "running" or task.ahead:  # who waits for a turn is told so
                break
    waiting = task is not None and task.state == "running"

    @st.fragment(run_every=0.5 if waiting else None)
    @errors_in_words()
    def body() -> None:
        task = look_at_import(key, asker=asker)
        if task is not None and task.state == "running":
            words = t("Checking the bundle, and trying its network …")
            st.progress(0.0, turn_words(task.ahead) if task.ahead else words)
            return
        if task is not None and task.problem is not None:
            raise task.problem
        if task is not None:
            st.session_state[DONE] = task.result
            st.session_state[GENERATION] += 1
        st.rerun()

    body()


def brought_back(record: RunRecord) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f":green[:material/check_circle:] {t('The run is back and belongs to you.')}", width="content")
        st.page_link(
            "train.py",
            label=t("Open “{name}”", name=plain(record.name)),
            icon=":material/arrow_forward:",
            query_params={"run": record.id},
        )
