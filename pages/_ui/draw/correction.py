"""What a drawing really is: the visitor says it, and it is kept to teach networks with."""

import hashlib

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.datasets import DatasetSpec
from mnist_core.errors import MnistLabError
from mnist_core.store import shared_store
from pages._ui.shell import session
from pages._ui.shell.errors import show_error
from pages._ui.shell.i18n import class_words, t


def correction(image: npt.NDArray[np.uint8], answer: int, spec: DatasetSpec, key: str) -> None:
    """Ask whether an answer is right, keep the drawing with what it really is, and say thanks.

    Parameters
    ----------
    image : ndarray of shape (28, 28), uint8
        As the network saw it.
    answer : int
        What the network took it for.
    spec : DatasetSpec
        Its classes.
    key : str
        Names the question on its page.
    """
    digest = hashlib.sha256(image.tobytes()).hexdigest()[:16]
    with st.container(key=f"correction_{key}", gap="xsmall"):
        problem = st.session_state.pop(f"{key}_problem", None)
        if problem is not None:
            show_error(problem)
        # It may be gone: deleted in another window, or to make room.
        if digest in _kept() and shared_store().drawings.has(session.owner(), _kept()[digest][0]):
            _thanks(digest, spec, key)
        else:
            _question(image, digest, answer, spec, key)
    if st.session_state.pop(f"{key}_changed", False):
        st.rerun()  # the collection is shown elsewhere on the page too


def _question(image: npt.NDArray[np.uint8], digest: str, answer: int, spec: DatasetSpec, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(t("Is that right?"), width="content")
        st.button(
            t("Yes"),
            key=f"{key}_yes",
            icon=":material/check:",
            on_click=_keep,
            args=(image, digest, answer, spec.collection, key),
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"correction_{key}_classes"):
        st.markdown(t("No, that was a …"), width="content")
        for label, name in enumerate(class_words(spec.class_names)):
            st.button(
                name,
                key=f"{key}_was_{label}",
                on_click=_keep,
                args=(image, digest, label, spec.collection, key),
                disabled=label == answer,
            )


def _thanks(digest: str, spec: DatasetSpec, key: str) -> None:
    drawing, label, _ = _kept()[digest]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            t(
                ":material/favorite: Thanks! It is kept as “{name}”, for you alone. Collected so far: {n:,}.",
                name=t(spec.class_names[label]),
                n=shared_store().drawings.count(session.owner(), spec.collection),
            ),
            width="content",
        )
        st.button(
            t("Undo"),
            key=f"{key}_undo_correction",
            icon=":material/undo:",
            type="tertiary",
            on_click=_take_back,
            args=(drawing, digest, spec.collection, key),
        )


def _kept() -> dict[str, tuple[int, int, int | None]]:
    """Return id and label of what this session kept, and the label that it had before, by the image's hash."""
    kept: dict[str, tuple[int, int, int | None]] = st.session_state.setdefault("corrections", {})
    return kept


def _keep(image: npt.NDArray[np.uint8], digest: str, label: int, collection: str, key: str) -> None:
    known = shared_store().drawings.read(session.owner(), collection)
    same = np.flatnonzero((known.images == image).all(axis=(1, 2)))
    before = int(known.labels[same[0]]) if len(same) else None
    try:
        (drawing,) = shared_store().drawings.add(
            session.owner(), collection, image[None], np.array([label], np.uint8), address=session.address()
        )
    except MnistLabError as error:
        st.session_state[f"{key}_problem"] = error
    else:
        _kept()[digest] = (drawing, label, before)
        st.session_state[f"{key}_changed"] = True


def _take_back(drawing: int, digest: str, collection: str, key: str) -> None:
    """Forget a drawing, or that it was said to be something else than before."""
    _, _, before = _kept().pop(digest, (drawing, 0, None))
    drawings = shared_store().drawings.read(session.owner(), collection)
    if before is None or drawing not in drawings.ids:
        shared_store().drawings.delete(session.owner(), [drawing])
    else:
        image = drawings.images[drawings.ids.index(drawing)]
        shared_store().drawings.add(
            session.owner(), collection, image[None], np.array([before], np.uint8), address=session.address()
        )
    st.session_state[f"{key}_changed"] = True


def forget_corrections() -> None:
    """Ask anew about drawings that are not kept any more."""
    st.session_state.pop("corrections", None)
