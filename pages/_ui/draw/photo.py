"""Pictures instead of drawings: uploaded, or taken with the camera."""

import hashlib
from typing import Any

import streamlit as st

from mnist_core.datasets import DatasetSpec, get_spec
from mnist_core.engine import picture_pace
from mnist_core.inference import find_in
from mnist_core.photos import Found
from mnist_core.settings import get_settings
from mnist_core.store import RunRecord
from mnist_core.text import Sentence
from pages._ui.draw.photo_found import show_steps, show_thing, show_writing
from pages._ui.parts.components import switch
from pages._ui.reading.answers import in_large_type, sure_line
from pages._ui.reading.networks import read
from pages._ui.shell import access, session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t

SOURCES: dict[str, Sentence] = {"draw": "Draw", "upload": "Upload a picture", "camera": "Camera"}
_KEPT = "photo"


def choose_source() -> str:
    """Show the switch between canvas, upload and camera, and return what is chosen; the canvas where others are off."""
    if not get_settings().uploads:
        return "draw"
    return switch(
        t("Where the picture comes from"),
        SOURCES,
        key="draw_source",
        label_visibility="collapsed",
        persist_state="session",
    )


@access.fragment
def photo_board(source: str, record: RunRecord) -> None:
    """Show the upload or the camera, and what a run's network finds in the picture."""
    spec = get_spec(record.config.data.dataset)
    left, right = st.columns([2, 3], gap="large")
    with left:
        file = _ask(source, spec)
    found = None
    with right, errors_in_words():
        if file is None:
            st.session_state.pop(_KEPT, None)
            in_large_type("?", t("No picture yet"))
            st.markdown(t(spec.kind.words.photo_advice))
        else:
            found = _found(file.getvalue(), spec)
    if found is None:
        return
    reading = read(record, found.parts)
    if spec.kind.filled:
        show_thing(found, reading, spec, left, right)
    else:
        show_writing(found, reading, spec, right)
    show_steps(found, reading, spec)
    sure_line(record)


def _ask(source: str, spec: DatasetSpec) -> Any:
    if source == "camera":
        file = st.camera_input(t("Take a picture"), key="photo_camera", resolution="720p")
        st.caption(
            t(
                "If no camera appears: allow it in the browser. Browsers give it only to pages on this very computer "
                "or with an address that begins with https. Otherwise upload a photo."
            )
        )
    else:
        # Any name may be chosen: the content decides, and what is no picture gets advice of its own.
        file = st.file_uploader(t(spec.kind.words.photo), key="photo_file", max_upload_size=10)
    st.caption(t("The picture is read here and never kept: nothing is saved, and nothing is passed on."))
    return file


def _found(data: bytes, spec: DatasetSpec) -> Found:
    """Return what is in a picture; looked for once, and only the result is remembered while the page is open."""
    key = (hashlib.sha256(data).hexdigest(), spec.kind.reader)
    kept = st.session_state.get(_KEPT)
    if kept is None or kept[0] != key:
        st.session_state.pop(_KEPT, None)
        picture_pace().take(session.owner(), session.address())
        with st.spinner(t("Looking at the picture …")):
            kept = (key, find_in(data, spec.kind.reader))
        st.session_state[_KEPT] = kept
    found: Found = kept[1]
    return found
