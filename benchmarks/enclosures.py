"""How well digits on tiles, in frames, boxes and tables and on ruled paper are read, by the path that an upload takes.

``python -m benchmarks.enclosures FILE [--run RUN] [--pictures N] [--kind KIND ...] [--json]``

FILE is a UNIPEN file like ``pendigits-orig.tra.gz``. Half of the digits are its check writers', half are MNIST's test
images; only those that the network reads when they stand alone on white paper are taken, so that what is measured is
the finding. A picture counts as right if all of its digits are read in their order, and nothing else is
(``tests/enclosure_files.py`` composes them).
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.photos import _newest
from mnist_core.datasets import load_dataset
from mnist_core.errors import ImageError
from mnist_core.inference import Classifier, open_classifier
from mnist_core.photos import find_digits, read_upload
from mnist_core.settings import get_settings
from mnist_core.store import shared_store
from tests.enclosure_files import KINDS, Enclosed, Glyph, Sheet, enclosed, from_image, from_strokes
from tests.photo_files import recorded

_TRIED = 500  # glyphs of each source


def main() -> None:
    """Print the share of pictures of each kind that are read right."""
    options = _options()
    network = open_classifier(shared_store().files(options.run or _newest()))
    glyphs = readable(options.file, network)
    print(f"{len(glyphs)} digits", file=sys.stderr)
    results = {
        kind: measure(kind, glyphs, network, options.pictures, options.show, options.seed)
        for kind in options.kind or KINDS
    }
    mean = {key: float(np.mean([result[key] for result in results.values()])) for key in ("right", "seconds")}
    if options.json:
        print(json.dumps({"kinds": results, "mean": mean}))
        return
    for kind, result in {**results, "mean": mean}.items():
        print(f"{kind:22}{result['right']:8.3f}{result['seconds']:8.3f}")


def measure(
    kind: str, glyphs: list[Glyph], network: Classifier, pictures: int, show: Path | None = None, begin: int = 0
) -> dict[str, float]:
    """Return the share of pictures of a kind that are read right, and the median of seconds that one takes."""
    right, seconds = 0, []
    for seed in range(begin, begin + pictures):
        picture = enclosed(kind, glyphs, seed)
        file = picture.file()
        start = time.perf_counter()
        read = reading(file, network)
        seconds.append(time.perf_counter() - start)
        right += read == picture.labels
        if show and read != picture.labels:
            told, true = ("".join(map(str, labels)) or "-" for labels in (read, picture.labels))
            picture.image.save(show / f"{kind.replace(' ', '_')}_{seed}_{true}_as_{told}.png")
    return {"right": right / pictures, "seconds": float(np.median(seconds))}


def reading(file: bytes, network: Classifier) -> tuple[int, ...]:
    """Return all digits that are read in a picture, none where nothing is found."""
    try:
        found = find_digits(read_upload(file))
    except ImageError:
        return ()
    return tuple(network.predict(found.images).argmax(axis=1).tolist())


def readable(file: Path, network: Classifier) -> list[Glyph]:
    """Return digits of both sources that the network reads when they stand alone on white paper."""
    dataset = load_dataset("mnist", get_settings())
    rng = np.random.default_rng(0)
    chosen = rng.choice(len(dataset.y_test), _TRIED, replace=False)
    glyphs = [from_image(int(dataset.y_test[i]), np.asarray(dataset.x_test[i])) for i in chosen]
    digits = recorded(file, 1)
    glyphs += [from_strokes(digits[i], rng.uniform(0.06, 0.14)) for i in rng.choice(len(digits), _TRIED, replace=False)]
    return [glyph for glyph in glyphs if reading(alone(glyph), network) == (glyph.label,)]


def alone(glyph: Glyph) -> bytes:
    """Return a picture file of a digit on white paper."""
    sheet = Sheet(200, 200, (255, 255, 255))
    sheet.write(glyph, (0, 0, 200, 200), (0, 0, 0), 0.6)
    return Enclosed(sheet.image.resize((200, 200)), (glyph.label,)).file()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--run", help="id of a run on digits; the newest one on MNIST if not given")
    parser.add_argument("--pictures", type=int, default=20, help="of each kind")
    parser.add_argument("--seed", type=int, default=0, help="of the first picture of each kind")
    parser.add_argument("--kind", nargs="+", choices=KINDS, metavar="KIND", help="only these kinds")
    parser.add_argument("--show", type=Path, help="a folder for the pictures that are read wrongly")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args()


if __name__ == "__main__":
    main()
