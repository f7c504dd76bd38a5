"""A run as a zip to take away, and the way back."""

from pathlib import Path

import streamlit as st

from mnist_core.engine import bundle_pace
from mnist_core.settings import get_settings
from mnist_core.sharing.bundle import file_name, forget_bundle, ready_bundle, request_bundle
from mnist_core.store import RunRecord, shared_store
from pages._ui.parts.downloads import download_button
from pages._ui.runs.bring_back import DONE, GENERATION, MOST_MB, bring_back, brought_back
from pages._ui.shell import access, asking, i18n, session
from pages._ui.shell.errors import errors_in_words, show_error
from pages._ui.shell.i18n import t, term
from pages._ui.shell.waiting import turn_words

_WANTED, _PROBLEM = "bundle_wanted", "bundle_problem"


def bundle_part(record: RunRecord) -> None:
    """Show the way to a run's bundle: a button, how far it is, and the download."""
    st.markdown(f"**{t('Everything in one zip')}**", help=term("bundle"))
    if record.outcome.test_accuracy is None or not record.state.has_model:
        st.caption(t("Once the run has a model, you can take it along here."))
        return
    st.caption(
        t(
            "The network for Keras, ONNX and LiteRT, a program that reads any photo or drawing exactly as these "
            "pages do, all settings, the curve, and a report that opens offline."
        )
    )
    saved_model = st.toggle(
        t("With TensorFlow's SavedModel"),
        key=f"bundle_saved_{record.id}",
        disabled=record.config.model.kind != "network",
        help=t(
            "A folder that TensorFlow Serving and other programs of TensorFlow read. It doubles the network's size."
        ),
    )
    path = ready_bundle(record, shared_store(), saved_model=saved_model, language=i18n.current().language)
    if path is not None:
        _download(record, path)
        return
    if st.session_state.get(_WANTED) == (record.id, saved_model):
        _progress(record, saved_model)
        return
    if (problem := st.session_state.pop(_PROBLEM, None)) is not None:
        show_error(problem)
    if st.button(t("Make the bundle"), key=f"bundle_make_{record.id}", icon=":material/inventory_2:"):
        bundle_pace().take(session.owner(), session.address())
        st.session_state[_WANTED] = (record.id, saved_model)
        st.rerun()


def _download(record: RunRecord, path: Path) -> None:
    download_button(
        t("Download the bundle ({size})", size=t.size(path.stat().st_size)),
        path.read_bytes,
        of=[record.id],
        file_name=file_name(record),
        mime="application/zip",
        key=f"bundle_download_{record.id}",
        type="primary",
        icon=":material/download:",
    )


def _progress(record: RunRecord, saved_model: bool) -> None:
    @st.fragment(run_every=0.5)
    @errors_in_words()
    def body() -> None:
        access.look_up(record.id)
        language = i18n.current().language
        asker = asking.asker()
        task = request_bundle(record, shared_store(), saved_model=saved_model, language=language, asker=asker)
        if task.state == "running":
            words = t("Making the bundle: about a quarter of a minute …")
            st.progress(task.progress, turn_words(task.ahead) if task.ahead else words)
            return
        st.session_state.pop(_WANTED, None)
        if task.problem is not None:
            st.session_state[_PROBLEM] = task.problem
            forget_bundle(record, shared_store(), saved_model=saved_model, language=language)
        st.rerun()

    body()


def import_view() -> None:
    """Show the way to bring a run of a bundle back; nothing where uploads are switched off."""
    if not get_settings().uploads:
        return
    generation = st.session_state.setdefault(GENERATION, 0)
    with st.expander(t("Bring a run back"), icon=":material/unarchive:"):
        # With a new key the box is empty again: what was imported is not imported twice.
        file = st.file_uploader(
            t("A bundle that MNIST Lab made (zip)"),
            type=["zip"],
            key=f"{GENERATION}_{generation}",
            max_upload_size=MOST_MB,
            help=term("bundle"),
        )
        st.caption(
            t(
                "Every part is checked before anything is kept, and no program in it is run. The run becomes yours; "
                "its figures are marked as imported."
            )
        )
    if file is not None:
        with errors_in_words():
            bring_back(file)
    elif (run_id := st.session_state.get(DONE)) is not None:
        with errors_in_words():
            brought_back(access.look_up(run_id))
