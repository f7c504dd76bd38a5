"""From the bytes of a file to a picture of a working size. Nothing is ever written to the disk."""

import threading
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import GifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from mnist_core.errors import ImageError
from mnist_core.photos.containers import Container, damaged, open_container

MOST_BYTES = 10 * 2**20
MOST_PIXELS = 25_000_000
LEAST_SIDE = 8  # pixels
MOST_STRETCHED = 20  # times as long as wide: a strip longer than that holds no photo
WORKING_PIXELS = 1_200 * 1_200  # photos are shrunk to so many pixels before anything is looked for

# Importing a plugin registers it; otherwise Pillow imports those of all formats at the first WebP file.
_PLUGINS = (GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin)
_STRIP = 4_000_000  # pixels that are converted at once
# Decoding a picture takes up to 4 bytes a pixel, and some formats several times that: one at a time.
_decoding = threading.Lock()
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Picture:
    """A picture as it is worked on.

    Attributes
    ----------
    colours : ndarray of shape (h, w, 3), uint8
        Turned upright, laid on white where it was transparent, at most `WORKING_PIXELS`.
    width, height : int
        Of the file, in pixels, before turning and shrinking.
    """

    colours: npt.NDArray[np.uint8]
    width: int
    height: int

    @property
    def grey(self) -> npt.NDArray[np.uint8]:
        """Brightness, of shape (h, w), uint8."""
        return np.asarray(Image.fromarray(self.colours).convert("L"))


def read_upload(data: bytes) -> Picture:
    """Return the picture in a file that somebody sent; of an animation, its first frame.

    What kind of file it is, is decided by its content alone. Size and kind are checked before anything is decoded.

    Parameters
    ----------
    data : bytes
        PNG, JPEG, WebP or GIF, at most 10 MB and 25 megapixels.

    Raises
    ------
    ImageError
        If it is anything else, too large, too small, damaged or cut off.
    """
    if len(data) > MOST_BYTES:
        raise ImageError(
            "The file has {size:.1f} MB; at most {most} MB are read. Make the picture smaller, or take another one.",
            size=len(data) / 2**20,
            most=MOST_BYTES // 2**20,
        )
    container = open_container(data)
    _check_size(container.width, container.height)
    with _decoding:
        try:
            small = _decoded(container)
        except ImageError:
            raise
        except Exception as error:  # Pillow and its decoders raise whatever a damaged file leads them to
            raise damaged() from error
    turn = _TURNS.get(container.orientation)
    upright = small.transpose(turn) if turn is not None else small
    return Picture(np.asarray(upright), container.width, container.height)


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise ImageError(
            "The picture has {width} × {height} pixels; at most {most} megapixels are read. Make it smaller.",
            width=width,
            height=height,
            most=MOST_PIXELS // 1_000_000,
        )
    if min(width, height) < LEAST_SIDE:
        raise ImageError(
            "The picture has {width} × {height} pixels; each side needs at least {least}.",
            width=width,
            height=height,
            least=LEAST_SIDE,
        )
    if max(width, height) > MOST_STRETCHED * min(width, height):
        raise ImageError(
            "The picture has {width} × {height} pixels, a very long strip. Cut out the part with the writing.",
            width=width,
            height=height,
        )


def _decoded(container: Container) -> Image.Image:
    """Return the picture in colours, shrunk to the working size."""
    image = Image.open(BytesIO(container.data), formats=[container.kind])
    _check_size(*image.size)  # what the decoder will make room for
    factor = max(int((image.width * image.height / WORKING_PIXELS) ** 0.5), 1)
    if factor > 1:
        # A JPEG can be decoded at a half, a quarter or an eighth of its size at once.
        image.draft("RGB", (-(-image.width // factor), -(-image.height // factor)))
    image.load()
    factor = max(int((image.width * image.height / WORKING_PIXELS) ** 0.5), 1)
    small = _in_colours(image, factor, "white")
    if image.has_transparency_data and len(set(small.convert("L").getextrema())) == 1:
        # Perhaps white ink on a transparent paper.
        small = _in_colours(image, factor, "black")
    scale = (WORKING_PIXELS / (small.width * small.height)) ** 0.5
    if scale < 1:
        sides = (max(int(small.width * scale), 1), max(int(small.height * scale), 1))
        small = small.resize(sides, Image.Resampling.BILINEAR)
    return small


def _in_colours(image: Image.Image, factor: int, paper: str) -> Image.Image:
    """Convert a decoded picture strip by strip, shrunk by a whole factor, so that no second large copy is made.

    Where it is transparent it is laid on `paper`.
    """
    size = (-(-image.width // factor), -(-image.height // factor))
    result = Image.new("RGB", size, "white")
    step = factor * max(_STRIP // (image.width * factor), 1)
    for top in range(0, image.height, step):
        strip = _rgb(image.crop((0, top, image.width, min(top + step, image.height))), paper)
        result.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    return result


def _rgb(strip: Image.Image, paper: str) -> Image.Image:
    if strip.mode.startswith("I"):
        # Pillow would cut 16 bits of grey off at 255.
        values = np.asarray(strip).astype(np.int32)
        clear = strip.info.get("transparency")
        strip = Image.fromarray((np.clip(values, 0, 65535) // 257).astype(np.uint8))
        if isinstance(clear, int):
            strip.putalpha(Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8)))
    if not strip.has_transparency_data:
        return strip.convert("RGB")
    laid = Image.new("RGBA", strip.size, paper)
    laid.alpha_composite(strip.convert("RGBA"))
    return laid.convert("RGB")
