"""Finding one piece of clothing in a photo with a plain background."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from mnist_core.drawing import Part, prepare_clothes
from mnist_core.errors import ImageError
from mnist_core.photos.components import components
from mnist_core.photos.found import Found
from mnist_core.photos.upload import Picture

Floats = npt.NDArray[np.float32]

_SIDE = 300  # pixels of the longest side: ten times what the network sees
_FAR = 24.0  # difference from the background in one colour that is more than noise and uneven light
_LEAST = 0.02  # share of the picture that a piece covers
_MOST = 0.9
_FURTHER = 0.05  # of the largest part's size: smaller parts are dirt
_FAINTEST = 12  # grey value of the lightest cloth: it must not become background


def find_clothes(picture: Picture) -> Found:
    """Return the one piece of clothing in a photo, as Fashion-MNIST shows them: light on black, brightness inverted.

    It has the steps "piece", "box" and "centred".

    Parameters
    ----------
    picture : Picture
        As `read_upload` returns it. Its background has one colour, which may become darker to one side.

    Raises
    ------
    ImageError
        If nothing stands out of the background, or if there is no plain background.
    """
    return _found(
        picture,
        ImageError(
            "No single piece of clothing was found in this picture. Lay one piece on a plain, light ground, without a "
            "shadow, and leave some room around it."
        ),
    )


def find_thing(picture: Picture) -> Found:
    """Return the one thing in a photo, found and prepared like a piece of clothing; raises as `find_clothes`."""
    return _found(
        picture,
        ImageError(
            "No single thing was found in this picture. Lay one thing on a plain, light ground, without a shadow, and "
            "leave some room around it."
        ),
    )


def _found(picture: Picture, missing: ImageError) -> Found:
    whole = Image.fromarray(picture.colours)
    scale = min(_SIDE / max(whole.size), 1.0)
    small = whole.resize((max(round(whole.width * scale), 1), max(round(whole.height * scale), 1)))
    colours = np.asarray(small.filter(ImageFilter.MedianFilter(3)), dtype=np.float32)
    piece = _foreground(np.abs(colours - _background(colours)).max(axis=2))
    share = float(piece.mean())
    if share < _LEAST or share > _MOST:
        raise ImageError(missing.template)  # a new one: an error that its own frames hold keeps the picture with it
    grey = np.asarray(small.convert("L"))
    ink = np.where(piece, np.maximum(255 - grey, _FAINTEST), 0).astype(np.uint8)
    rows, columns = np.flatnonzero(piece.any(axis=1)), np.flatnonzero(piece.any(axis=0))
    corners = np.array([rows[0], columns[0], rows[-1] + 1, columns[-1] + 1]) / scale
    top, left, bottom, right = np.rint(corners).astype(int).tolist()
    prepared = prepare_clothes(ink)
    steps = (("piece", ink), *prepared.steps[1:])
    part = Part(image=prepared.image, steps=steps, box=(top, left, bottom, right))
    return Found((part,), (("picture", picture.colours),))


def _background(colours: Floats) -> Floats:
    """Return the background's colours: a plane through the picture's border, where most of it lies."""
    height, width, _ = colours.shape
    down, across = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    plane = np.stack([np.ones_like(down), down, across], axis=-1)
    border = np.zeros((height, width), np.bool_)
    margin = max(min(height, width) // 20, 1)
    border[:margin] = border[-margin:] = True
    border[:, :margin] = border[:, -margin:] = True
    x, y = plane[border], colours[border]
    kept = np.abs(y - np.median(y, axis=0)).max(axis=1) < 4 * _FAR
    for _ in range(3):
        if kept.sum() < 10:
            break
        factors, *_ = np.linalg.lstsq(x[kept], y[kept], rcond=None)
        kept = np.abs(y - x @ factors).max(axis=1) < _FAR
    else:
        return np.asarray(plane @ factors, dtype=np.float32)
    return np.broadcast_to(np.median(y, axis=0), colours.shape)


def _foreground(difference: Floats) -> npt.NDArray[np.bool_]:
    """Return the large parts that stand out, with their holes closed where they are small."""
    parts = components(difference > _FAR)
    if not len(parts.areas):
        return np.zeros(difference.shape, np.bool_)
    large = parts.areas >= _FURTHER * parts.areas.max()
    return np.concatenate([[False], large])[parts.labels]
