"""A study to take away: as a script that asks the same."""

import streamlit as st

from mnist_core.errors import ConfigError
from mnist_core.script import search_code
from mnist_core.store import StudyRecord, shared_store
from pages._ui.parts.downloads import download_button
from pages._ui.shell import i18n, session
from pages._ui.shell.errors import in_words
from pages._ui.shell.i18n import t


def script_button(study: StudyRecord) -> None:
    """Show a button that downloads the study as a script of Optuna and Keras, or say why there is none."""
    if study.question.kind == "rate":  # its run has a script of its own
        return
    visitor, words = session.visitor(), i18n.current()

    def make() -> str:
        return search_code(shared_store().studies.seen(study.id, visitor).question, words)

    try:
        search_code(study.question, words)
    except ConfigError as error:
        st.caption(in_words(error))
        return
    download_button(
        t("The same as a script"),
        make,
        of=(),
        file_name=f"study-{study.id}.py",
        mime="text/x-python",
        key=f"study_script_{study.id}",
        icon=":material/code:",
        help=t("A program of less than 100 lines with Optuna and Keras, and nothing of MNIST Lab."),
    )
