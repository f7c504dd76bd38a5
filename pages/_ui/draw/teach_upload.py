"""Drawings from a file: looked at, turned where they lie otherwise than a network expects, and added."""

from collections.abc import Mapping

import streamlit as st

from mnist_core.datasets import DatasetSpec, get_spec
from mnist_core.drawing.personal import turned
from mnist_core.drawing.personal.drawings import Images
from mnist_core.settings import get_settings
from mnist_core.store import RunRecord, shared_store
from mnist_core.text import Sentence, plain
from pages._ui.draw.teach_found import FOUND, Found, read_file
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.shell import session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import name_of, t

_FILE = "teach_file"
_SHOWN = 12  # drawings before they are added
_TURNS: Mapping[str, Sentence] = {
    "none": "As they are",
    "transposed": "Rows and columns swapped",
    "left": "Turned to the left",
    "right": "Turned to the right",
    "around": "Turned upside down",
    "mirrored": "Left and right swapped",
    "upside_down": "Top and bottom swapped",
    "transposed_around": "Rows and columns swapped, upside down",
}


def upload(record: RunRecord) -> None:
    """Show the way to add drawings from a file; nothing where uploads are switched off."""
    if not get_settings().uploads:
        return
    generation = st.session_state.setdefault(_FILE, 0)
    # With a new key the bubble closes: it would lie over the drawings that were found.
    key = f"teach_bubble_{FOUND in st.session_state}"
    with st.popover(t("Upload"), icon=":material/upload:", type="tertiary", key=key):
        st.caption(
            t(
                "A CSV file with a label and 784 pixels in each row, as Kaggle's Digit Recognizer and Fashion-MNIST "
                "have them, or an NPZ file with the arrays images and labels. What you downloaded here fits."
            )
        )
        # With a new key the box is empty again: what was added is not added twice.
        file = st.file_uploader(
            t("File with drawings"), type=["csv", "npz"], key=f"{_FILE}_{generation}", max_upload_size=10
        )
    if file is None:
        st.session_state.pop(FOUND, None)
        return
    with errors_in_words(), st.container(border=True):
        known = FOUND in st.session_state
        found = read_file(file.getvalue(), record)
        if not known:
            st.rerun()
        _look(found, record, generation)


def _look(found: Found, record: RunRecord, generation: int) -> None:
    """Say what is odd, offer to turn it, show the drawings as they will be kept, and add them."""
    spec, key = get_spec(record.config.data.dataset), f"{found.digest[:8]}_{record.id}"
    _say_what_is_odd(found, record)
    invert = st.toggle(t("Swap light and dark"), value=bool(found.lie.inverted.any()), key=f"teach_invert_{key}")
    turn: str = st.selectbox(
        t("How they are turned"),
        list(_TURNS),
        index=list(_TURNS).index(found.lie.turn),
        format_func=lambda turn: t(_TURNS[turn]),
        key=f"teach_turn_{key}",
        width=340,
    )
    # Where none seems dark on light, who asks for it means all.
    inverted = found.lie.inverted if found.lie.inverted.any() else ~found.lie.inverted
    images = turned(found.images, turn, inverted if invert else None)
    _preview(images, found, spec)
    if st.button(
        t.plural("Add {n:,} drawing", "Add {n:,} drawings", len(images)),
        key="teach_add",
        type="primary",
        icon=":material/add:",
    ):
        added = shared_store().drawings.add(
            session.owner(), spec.collection, images, found.labels, address=session.address()
        )
        st.session_state[_FILE] = generation + 1
        st.session_state.pop(FOUND, None)
        st.toast(t.plural("{n:,} drawing is added.", "{n:,} drawings are added.", len(added)), icon=":material/check:")
        st.rerun()


def _say_what_is_odd(found: Found, record: RunRecord) -> None:
    lie, total = found.lie, len(found.images)
    name = plain(name_of(record))
    if lie.inverted.any():
        st.warning(
            t(
                "{n:,} of {total:,} are dark on light, but the networks here know light on dark. Added as they are, "
                "they would teach something wrong.",
                n=int(lie.inverted.sum()),
                total=total,
            ),
            icon=":material/invert_colors:",
        )
    few = {"few": lie.right["none"], "n": lie.judged, "name": name}
    if lie.turn != "none":
        st.warning(
            t(
                "As they are, “{name}” reads {few} of {n} right. With “{turn}” it reads {many}: so they seem to lie "
                "otherwise in the file.",
                **few,
                turn=t(_TURNS[lie.turn]),
                many=lie.right[lie.turn],
            ),
            icon=":material/screen_rotation:",
        )
    else:
        st.caption(t("“{name}” reads {few} of {n} right.", **few))


def _preview(images: Images, found: Found, spec: DatasetSpec) -> None:
    st.markdown(t("As they will be kept:"))
    tiles = [
        Tile(image, t(spec.class_names[label]))
        for image, label in zip(images[:_SHOWN], found.labels[:_SHOWN], strict=True)
    ]
    gallery(tiles, size="m")
    if len(images) > _SHOWN:
        st.caption(t("… and {n:,} more.", n=len(images) - _SHOWN))
