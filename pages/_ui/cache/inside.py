"""What the newest moment of a run's film shows, found out once for all who look at it."""

from dataclasses import dataclass

from mnist_core.errors import ArtifactMissingError
from mnist_core.figures.explain import heat_sheet
from mnist_core.film import Film, FilmState, Inside, fixed_images, look_inside, open_film
from mnist_core.store import RunRecord, shared_store
from pages._ui.cache.results import dataset
from pages._ui.parts.dataset_status import is_ready
from pages._ui.parts.gallery import data_url
from pages._ui.shell.kept import kept


@dataclass(frozen=True)
class Seen:
    """The newest moment of a film, and its pictures as addresses.

    Attributes
    ----------
    inside : Inside
    images : tuple of str
        The images that are watched.
    sheet : str
        The first layer's weights as one picture; empty where that layer sees none.
    """

    inside: Inside
    images: tuple[str, ...]
    sheet: str


def newest(record: RunRecord, until: int | None = None) -> Seen | FilmState:
    """Return the newest moment of a run's film, or why there is none; with `until` as it was after so many batches."""
    film = open_film(shared_store().files(record.id), record.config, live=True)
    if until is not None:
        film = film.until(until)
    try:
        return _seen_in(record, film)
    except ArtifactMissingError:
        if not film.passes:
            raise
        # It has passed since.
        return _seen_in(record, open_film(shared_store().files(record.id), record.config))


def _seen_in(record: RunRecord, film: Film) -> Seen | FilmState:
    if film.state is not FilmState.THERE:
        return film.state
    dataset_id = record.config.data.dataset
    steps = tuple(moment.step for moment in film.moments)
    return _seen(record.id, steps, film.passes, dataset_id if is_ready(dataset_id) else None, film)


# 50 kB each; the moments and the images that there are say which it is. A class that looks at replays is at as many.
@kept(max_entries=128)
def _seen(run_id: str, steps: tuple[int, ...], passes: bool, dataset_id: str | None, _film: Film) -> Seen:
    labels, images = None, None
    if dataset_id is not None:
        data = dataset(dataset_id)
        places = fixed_images(data.y_test)
        labels, images = data.y_test[places], data.x_test[places]
    inside = look_inside(_film, labels)
    shown = tuple(data_url(images[each.place]) for each in inside.images) if images is not None else ()
    return Seen(inside, shown, data_url(heat_sheet(inside.pictures, inside.limit)) if len(inside.pictures) else "")
