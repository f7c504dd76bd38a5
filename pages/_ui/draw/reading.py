"""Draw: a drawing as one network reads it."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.analysis.explain import expected_seconds
from mnist_core.datasets import DatasetSpec, get_spec, shared_provider
from mnist_core.drawing import Drawing, Prepared, prepare_parts
from mnist_core.errors import EmptyImageError
from mnist_core.evaluation import Answer, read_answer
from mnist_core.evaluation.robustness import USUAL_SURENESS
from mnist_core.inference import classifier, sureness
from mnist_core.store import RunRecord, shared_store
from mnist_core.system.background import Report, shared_background
from pages._ui.canvas.steps import SIZE
from pages._ui.shell import asking

_PREPARED = "draw_prepared"
_IMAGES = 2000  # that `sure_from` looks at


@dataclass(frozen=True)
class Reading:
    """What a network says to each part of a drawing.

    Attributes
    ----------
    record : RunRecord
    spec : DatasetSpec
        What the network knows.
    answers : tuple of Answer
        One for each digit from left to right, or one for a piece of clothing.
    probabilities : ndarray of shape (n, classes), float32
    """

    record: RunRecord
    spec: DatasetSpec
    answers: tuple[Answer, ...]
    probabilities: npt.NDArray[np.float32]

    @property
    def words(self) -> str:
        """The digits of the number, or the name of the piece of clothing."""
        return "".join(self.spec.class_names[answer.label] for answer in self.answers)

    @property
    def sure(self) -> bool:
        """Whether the network is sure of every part."""
        return all(answer.sure for answer in self.answers)


def prepared_parts(drawing: Drawing, kind: str) -> tuple[Prepared, ...]:
    """Return each part of a drawing made ready, once for each change of it; none if all that was drawn is erased."""
    known = st.session_state.get(_PREPARED)
    if known is None or known[0] is not drawing or known[1] != kind:
        parts: tuple[Prepared, ...] = ()
        with suppress(EmptyImageError):
            parts = prepare_parts(drawing, SIZE, kind)
        known = st.session_state[_PREPARED] = (drawing, kind, parts)
    prepared: tuple[Prepared, ...] = known[2]
    return prepared


def read(record: RunRecord, parts: tuple[Prepared, ...]) -> Reading:
    """Return what a run's network says; raises `ArtifactMissingError`."""
    predicted = classifier(shared_store().files(record.id)).predict(np.stack([part.image for part in parts]))
    least = least_sureness(record)
    answers = tuple(read_answer(row, least) for row in predicted)
    return Reading(record, get_spec(record.config.data.dataset), answers, predicted)


def least_sureness(record: RunRecord) -> float:
    """Return the confidence from which on a network counts as sure: the usual one until its own is known."""
    own = own_sureness(record)
    return USUAL_SURENESS if own is None else own


def own_sureness(record: RunRecord) -> float | None:
    """Return a network's own such confidence, None until it is worked out, or without its dataset."""
    if shared_provider().status(record.config.data.dataset).state != "ready":
        return None
    background = shared_background()
    key, seconds = ("sureness", record.id), expected_seconds(record.config, _IMAGES)
    return background.request(key, _own_sureness, record, asker=asking.asker(), seconds=seconds).result


def _own_sureness(_report: Report, record: RunRecord) -> float:
    data = shared_provider().get(record.config.data.dataset)
    return sureness(shared_store().files(record.id), data, record.config.data)
