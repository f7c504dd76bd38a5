"""The film of a training: keyframes, which are moments of a network that were kept while it learned.

`mnist_core.training.filming` records them and `open_film` reads them, also while training goes on. A keyframe is a file
of its own in the folder ``film`` of a run, so what is there can always be read. Its figures are those of its kept
weights, in half precision, on fixed test images: see `keyframe` for the file, `schedule` for which moments are kept.

Knows how networks answer (ONNX Runtime), and not how they are trained. Nothing here asks for Keras.
"""

from mnist_core.film.answering import Judged, KeptWeights
from mnist_core.film.image_history import ImageHistory, history_of
from mnist_core.film.images import ANSWERED, JUDGED, answered, fixed_images
from mnist_core.film.inside import WATCHED, Inside, WatchedImage, look_inside, watched_places
from mnist_core.film.keyframe import (
    PICTURES,
    SIZES,
    WEIGHTS,
    Keyframe,
    LayerSizes,
    first_pictures,
    images_of,
    keyframe_of,
    weighted_layers,
    write_keyframe,
)
from mnist_core.film.reader import Film, FilmState, Moment, film_arrays, keyframes_of, open_film
from mnist_core.film.schedule import GRADIENT_IMAGES, MOST, Schedule, most_bytes_of, schedule_of, spread
from mnist_core.film.together import together
from mnist_core.film.weight_pictures import MOST_PICTURES, FilmPictures, film_pictures

__all__ = [
    "ANSWERED",
    "GRADIENT_IMAGES",
    "JUDGED",
    "MOST",
    "MOST_PICTURES",
    "PICTURES",
    "SIZES",
    "WATCHED",
    "WEIGHTS",
    "ImageHistory",
    "Film",
    "FilmPictures",
    "FilmState",
    "Inside",
    "Judged",
    "KeptWeights",
    "Keyframe",
    "LayerSizes",
    "Moment",
    "Schedule",
    "WatchedImage",
    "answered",
    "history_of",
    "film_arrays",
    "film_pictures",
    "first_pictures",
    "images_of",
    "fixed_images",
    "keyframe_of",
    "keyframes_of",
    "look_inside",
    "most_bytes_of",
    "open_film",
    "schedule_of",
    "spread",
    "together",
    "watched_places",
    "weighted_layers",
    "write_keyframe",
]
