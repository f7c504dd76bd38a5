"""Films that several visitors may look at: what is read of one, and computed of it, once for all of them."""

import hashlib
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.analysis.explain import FilmMap, film_map, follow
from mnist_core.film import Film, FilmPictures, ImageHistory, film_pictures, fixed_images, history_of, open_film
from mnist_core.store import RunRecord, shared_store
from mnist_core.system.background import Report
from pages._ui.cache.results import dataset
from pages._ui.shell.kept import kept

Image = npt.NDArray[np.uint8]
Call = tuple[Hashable, tuple[Callable[..., Any], *tuple[Any, ...]]]
"""A key and what computes its result, for `when_done`."""


def film_of(record: RunRecord) -> Film:
    """Return the film of a run as it is now."""
    return open_film(shared_store().files(record.id), record.config)


def pictures(record: RunRecord) -> FilmPictures | None:
    """Return the weights of a film's first layer as pictures; None where it sees none."""
    return _pictures(record.id, len(film_of(record)))


@kept(max_entries=8)  # at most 0.6 MB each
def _pictures(run_id: str, _moments: int) -> FilmPictures | None:
    return film_pictures(film_of(shared_store().runs.get(run_id)))


@kept(max_entries=8)
def mapped_images(dataset_id: str, answered: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Return which test images all films of a dataset show on their map, and their labels."""
    labels = dataset(dataset_id).y_test
    places = fixed_images(labels)[:answered]
    return places, np.asarray(labels[places])


def map_call(record: RunRecord, film: Film) -> Call:
    """Return what computes the map of the last hidden layer: a `FilmMap`, or None."""
    return ("film_map", record.id, len(film)), (_map, record)


def follow_call(record: RunRecord, film: Film, image: Image) -> Call:
    """Return what computes the way of an image through a film: a `Followed`, or None."""
    return ("film_image", record.id, len(film), _digest(image)), (_follow, record, image)


def history_call(record: RunRecord, film: Film, image: Image) -> Call:
    """Return what computes the answers to an image: a `ImageHistory`."""
    return ("film_history", record.id, len(film), _digest(image)), (_history, record, image)


def _map(report: Report, record: RunRecord) -> FilmMap | None:
    film = film_of(record)
    name = record.config.data.dataset
    places, _ = mapped_images(name, len(film.answers(0)))
    return film_map(report, film, np.asarray(dataset(name).x_test[places]))


def _follow(report: Report, record: RunRecord, image: Image) -> Any:
    return follow(report, film_of(record), image)


def _history(report: Report, record: RunRecord, image: Image) -> ImageHistory:
    return history_of(report, film_of(record), image)


def _digest(image: Image) -> str:
    return hashlib.blake2b(image.tobytes(), digest_size=12).hexdigest()
