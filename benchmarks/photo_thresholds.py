"""How much the thresholds of `mnist_core.photos` matter: each is made smaller and larger, and digits are counted.

``python -m benchmarks.photo_thresholds FILE [--photos N] [--writers check] [--only NAME ...] [--factors X ...]``
composes the photos of `benchmarks.photos` once, and finds the digits in them with one threshold changed at a time. For
each it prints the share of the digits that are found in their order and, after a plus, how many boxes there are around
anything else, by the digits.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import numpy as np

from benchmarks.photos import IN_A_LINE, LINES, matches
from mnist_core.errors import ImageError
from mnist_core.photos import find_digits, grouping, light, read_upload
from mnist_core.photos.upload import Picture
from tests.photo_files import SCENES, Photo, compose, recorded

MODULES = (grouping, light)


def main() -> None:
    """Print a line for each threshold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--photos", type=int, default=2, help="of each kind")
    parser.add_argument("--writers", choices=["development", "check"], default="development")
    parser.add_argument("--only", nargs="*", help="these thresholds")
    parser.add_argument("--factors", type=float, nargs="*", default=[0.5, 0.7, 1.4, 2.0])
    options = parser.parse_args()
    photos = list(_photos(options))
    print(f"{len(photos)} photos; threshold times " + ", ".join(map(str, options.factors)))
    for module in MODULES:
        for name, value in _thresholds(module, options.only):
            cells = []
            for factor in options.factors:
                with patch.object(module, name, type(value)(value * factor)):
                    found, extra = count(photos)
                cells.append(f"{found:.3f} + {extra:.3f}")
            print(f"{module.__name__.rsplit('.', 1)[-1]}.{name:12} {value:6}   " + "   ".join(cells), flush=True)


def count(photos: list[tuple[Photo, Picture]]) -> tuple[float, float]:
    """Return how many of the digits are found in their order, and how many other boxes there are, by the digits."""
    found = extra = 0
    for photo, picture in photos:
        try:
            digits = find_digits(picture)
        except ImageError:
            continue
        pairs = matches(photo, digits)
        places = [index for _, index in pairs]
        found += sum(index == max(places[: place + 1]) for place, index in enumerate(places))
        extra += len(digits.parts) - len(pairs)
    n = len(photos) * LINES * IN_A_LINE
    return found / n, extra / n


def _thresholds(module: ModuleType, only: list[str] | None) -> list[tuple[str, float]]:
    numbers = ((name, value) for name, value in vars(module).items() if isinstance(value, (int, float)))
    return [(name, value) for name, value in numbers if name[1:].isupper() and (only is None or name in only)]


def _photos(options: argparse.Namespace) -> Iterator[tuple[Photo, Picture]]:
    digits = recorded(options.file, int(options.writers == "check"))
    for scene in SCENES.values():
        for seed in range(options.photos):
            chosen = np.random.default_rng(seed).choice(len(digits), (LINES, IN_A_LINE), replace=False)
            photo = compose([[digits[index] for index in line] for line in chosen], scene, seed)
            yield photo, read_upload(photo.file())


if __name__ == "__main__":
    main()
