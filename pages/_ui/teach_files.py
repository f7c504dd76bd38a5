"""A visitor's drawings as files, out and in."""

from typing import Any

import streamlit as st

from mnist_core.datasets import DatasetSpec
from mnist_core.errors import LimitError
from mnist_core.personal import PersonalSet, read_csv, read_npz, write_csv, write_npz
from mnist_core.settings import get_settings
from mnist_core.store import shared_store
from pages._ui import session
from pages._ui.errors import errors_in_words
from pages._ui.i18n import t

_FILE = "teach_file"
_ZIP = b"PK"  # how every NPZ file begins


def downloads(drawings: PersonalSet, spec: DatasetSpec) -> None:
    """Show the buttons that download all drawings; a file is made when somebody clicks."""
    name = "my-handwriting" if spec.kind == "digits" else "my-drawings"
    for ending, write, mime in (("csv", write_csv, "text/csv"), ("npz", write_npz, "application/octet-stream")):
        st.download_button(
            t("Download as {format}", format=ending.upper()),
            lambda write=write: write(drawings.images, drawings.labels),
            file_name=f"{name}.{ending}",
            mime=mime,
            key=f"teach_{ending}",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
        )


def upload(spec: DatasetSpec) -> None:
    """Show the way to add drawings from a file, and add them; nothing where uploads are switched off."""
    if not get_settings().uploads:
        return
    generation = st.session_state.setdefault(_FILE, 0)
    with st.popover(t("Upload"), icon=":material/upload:", type="tertiary"):
        st.caption(
            t(
                "A CSV file with the columns label, pixel0 to pixel783, as Kaggle's Digit Recognizer has them, or an "
                "NPZ file with the arrays images and labels. What you downloaded here fits."
            )
        )
        # With a new key the box is empty again: what was added is not added twice.
        file = st.file_uploader(
            t("File with drawings"), type=["csv", "npz"], key=f"{_FILE}_{generation}", max_upload_size=10
        )
        if file is not None:
            with errors_in_words():
                added = _add(file, spec.kind)
                st.session_state[_FILE] = generation + 1
                st.toast(t("{n} drawings are added.", n=f"{added:,}"), icon=":material/check:")
                st.rerun()


def _add(file: Any, kind: str) -> int:
    """Add the drawings of a file, all or none, and return how many they are; the file itself is not kept."""
    owner = session.owner()
    most = get_settings().drawings_per_visitor
    left = most - shared_store().count_drawings(owner)
    if left <= 0:
        raise LimitError("At most {most} drawings can be kept. Delete some that you don't need.", most=f"{most:,}")
    data = file.getvalue()
    images, labels = (read_npz if data.startswith(_ZIP) else read_csv)(data, left)
    return len(shared_store().add_drawings(owner, kind, images, labels))
