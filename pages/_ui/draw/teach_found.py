"""A file of drawings on its way in: what is in it, kept in the session until it is added."""

import hashlib
from dataclasses import dataclass

import streamlit as st

from mnist_core.drawing.personal import Lie, find_lie, read_csv, read_npz
from mnist_core.drawing.personal.drawings import Images, Labels
from mnist_core.errors import LimitError
from mnist_core.inference import open_classifier
from mnist_core.settings import get_settings
from mnist_core.store import RunRecord, shared_store
from pages._ui.shell import session

FOUND = "teach_found"
_ZIP = b"PK"  # how every NPZ file begins


@dataclass(frozen=True)
class Found:
    """What is in a file, and how it lies for one network."""

    digest: str
    run: str
    images: Images
    labels: Labels
    lie: Lie


def read_file(data: bytes, record: RunRecord) -> Found:
    """Return what is in a file; read once, and the file itself is not kept."""
    digest = hashlib.sha256(data).hexdigest()
    known: Found | None = st.session_state.get(FOUND)
    if known is None or (known.digest, known.run) != (digest, record.id):
        most = get_settings().drawings_per_visitor
        left = most - shared_store().drawings.count(session.owner())
        if left <= 0:
            raise LimitError("At most {most:,} drawings can be kept. Delete some that you don't need.", most=most)
        images, labels = (read_npz if data.startswith(_ZIP) else read_csv)(data, left, record.config.spec.num_classes)
        lie = find_lie(images, labels, open_classifier(shared_store().files(record.id)).predict)
        known = st.session_state[FOUND] = Found(digest, record.id, images, labels, lie)
    return known
