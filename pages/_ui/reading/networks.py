"""A drawing or picture as one network reads it, and from which confidence on the network counts as sure."""

from collections.abc import Sequence

from mnist_core.analysis.explain import expected_seconds
from mnist_core.datasets import get_spec, shared_provider
from mnist_core.drawing import Part
from mnist_core.inference import USUAL_SURENESS, Reading, measure_sureness, open_classifier, read_parts
from mnist_core.store import RunRecord, shared_store
from mnist_core.system.background import Report, shared_background
from pages._ui.shell import asking

_IMAGES = 2000  # that `sure_from` looks at


def read(record: RunRecord, parts: Sequence[Part]) -> Reading:
    """Return what a run's network says; raises `ArtifactMissingError`."""
    return read_from(record, parts, least_sureness(record))


def read_from(record: RunRecord, parts: Sequence[Part], sureness: float) -> Reading:
    """Return the same where no page runs that could ask for the network's own sureness."""
    predict = open_classifier(shared_store().files(record.id)).predict
    return read_parts(parts, predict, get_spec(record.config.data.dataset).class_names, sureness)


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
    return measure_sureness(shared_store().files(record.id), data, record.config.data)
