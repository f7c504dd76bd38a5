"""How well digits in photos are found and read, by the path that an upload takes.

``python -m benchmarks.photos FILE [--run RUN] [--photos N] [--writers check] [--clothes RUN] [--json]``

FILE is a UNIPEN file like ``pendigits-orig.tra.gz``. Its strokes are written on paper of many kinds, in uneven light,
with shadows, noise and blur, and saved as JPEG (``tests/photo_files.py``). Beside it stands what the same network says
to the same strokes on the canvas. ``--clothes`` names a run on Fashion-MNIST: instead of digits, its test images are
laid on a plain ground, photographed, found and read.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.handwriting import WAYS, as_drawn
from mnist_core.config.datasets import FASHION_MNIST, MNIST
from mnist_core.datasets import load_dataset
from mnist_core.drawing import prepare_digit
from mnist_core.drawing.strokes import RecordedDigit
from mnist_core.errors import ImageError
from mnist_core.inference import Classifier, open_classifier
from mnist_core.photos import Found, find_clothes, find_digits, read_upload
from mnist_core.settings import get_settings
from mnist_core.store import RunState, shared_store
from tests.photo_files import SCENES, Photo, Scene, clothing_photo, compose, recorded

LINES, IN_A_LINE = 3, 5


def main() -> None:
    """Print how many digits are found and read in each kind of photo."""
    options = _options()
    if options.clothes:
        print(json.dumps(measure_clothes(options.clothes, options.photos)))
        return
    digits = recorded(options.file, int(options.writers == "check"))
    run = options.run or _newest()
    network = open_classifier(shared_store().files(run))
    results = {}
    for name in options.scene or SCENES:
        results[name] = measure(SCENES[name], digits, network, options.photos)
        print(f"\r{len(results)} kinds measured", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if options.json:
        print(json.dumps({"run": run, "writers": options.writers, "scenes": results}))
        return
    print(f"{options.photos} photos of each kind, {LINES * IN_A_LINE} digits each; run {run}")
    columns = tuple(results[name])
    print(f"{'':12}" + "".join(f"{column:>11}" for column in columns))
    results["mean"] = {column: float(np.mean([result[column] for result in results.values()])) for column in columns}
    for name, result in results.items():
        print(f"{name:12}" + "".join(f"{result[column]:>11.4f}" for column in columns))


def measure(scene: Scene, digits: tuple[RecordedDigit, ...], network: Classifier, photos: int) -> dict[str, float]:
    """Return shares of all digits of some photos.

    Returns
    -------
    dict
        "found": exactly one box, over at least half of it; "extra": boxes around anything else; "read": found and
        read rightly; "plain pen": the same without fitting the pen's width; "strokes": read rightly as drawn on the
        canvas; "seconds": for a photo, from its file to the images, the median.
    """
    totals = dict.fromkeys(("found", "extra", "read", "plain pen", "strokes"), 0)
    seconds = []
    for seed in range(photos):
        chosen = [
            digits[index] for index in np.random.default_rng(seed).choice(len(digits), LINES * IN_A_LINE, replace=False)
        ]
        photo = compose([chosen[start : start + IN_A_LINE] for start in range(0, len(chosen), IN_A_LINE)], scene, seed)
        file = photo.file()
        start = time.perf_counter()
        try:
            found = find_digits(read_upload(file))
        except ImageError:
            found = None
        seconds.append(time.perf_counter() - start)
        labels = np.array([digit.label for digit in chosen])
        if found is not None:
            pairs = matches(photo, found)
            totals["found"] += len(pairs)
            totals["extra"] += len(found.parts) - len(pairs)
            truth = labels[[true for true, _ in pairs]]
            indices = [index for _, index in pairs]
            for name, images in (("read", found.images), ("plain pen", _without_fitting(found))):
                totals[name] += int((network.predict(images[indices]).argmax(axis=1) == truth).sum())
        strokes = np.stack([WAYS["strokes"](as_drawn(digit, 18.0)).image for digit in chosen])
        totals["strokes"] += int((network.predict(strokes).argmax(axis=1) == labels).sum())
    n = photos * LINES * IN_A_LINE
    return {name: total / n for name, total in totals.items()} | {"seconds": float(np.median(seconds))}


def measure_clothes(run: str, photos: int) -> dict[str, float]:
    """Return shares of the first so many test images that are found, read in a photo, and read as they are."""
    dataset = load_dataset(FASHION_MNIST.id, get_settings())
    images, labels = dataset.x_test[:photos], dataset.y_test[:photos]
    network = open_classifier(shared_store().files(run))
    found = right = 0
    for index, (image, label) in enumerate(zip(images, labels, strict=True)):
        try:
            piece = find_clothes(read_upload(clothing_photo(np.asarray(image), index).file()))
        except ImageError:
            continue
        found += 1
        right += int(network.predict(piece.images).argmax() == label)
    as_it_is = float((network.predict(images).argmax(axis=1) == labels).mean())
    return {"photos": photos, "found": found / photos, "read": right / photos, "test images": as_it_is}


def matches(photo: Photo, found: Found) -> list[tuple[int, int]]:
    """Return pairs of a true and a found digit whose boxes have more than half of their union in common."""
    scale = (found.steps[0][1].shape[1]) / photo.image.width
    pairs = []
    for true, box in enumerate(np.array(photo.boxes) * scale):
        for index, digit in enumerate(found.parts):
            other = np.array(digit.box)
            common = np.prod(np.clip(np.minimum(box[2:], other[2:]) - np.maximum(box[:2], other[:2]), 0, None))
            both = np.prod(box[2:] - box[:2]) + np.prod(other[2:] - other[:2]) - common
            # A thin 1 lies in a box of few pixels, where one more is a lot.
            if common > (0.5 if min(box[2:] - box[:2]) > 12 else 0.3) * both:
                pairs.append((true, index))
    return pairs


def _without_fitting(found: Found) -> npt.NDArray[np.uint8]:
    ink = dict(found.steps)["ink"]
    boxes = [digit.box for digit in found.parts if digit.box is not None]
    cut = (ink[top:bottom, left:right] for top, left, bottom, right in boxes)
    return np.stack([prepare_digit(np.ascontiguousarray(piece)).image for piece in cut])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--run", help="id of a run on digits; the newest one on MNIST if not given")
    parser.add_argument("--clothes", metavar="RUN", help="id of a run on Fashion-MNIST: photos of clothes instead")
    parser.add_argument("--photos", type=int, default=20, help="of each kind")
    parser.add_argument("--writers", choices=("development", "check"), default="check")
    parser.add_argument("--scene", nargs="+", choices=SCENES, help="only these kinds")
    parser.add_argument("--json", action="store_true", help="print one JSON object, last")
    return parser.parse_args()


def _newest() -> str:
    for record in shared_store().runs.find(states=[RunState.COMPLETED]):
        if record.config.data.dataset == MNIST.id:
            return record.id
    sys.exit("There is no finished run on MNIST here. Train one: python -m mnist_core train --recipe small-cnn")


if __name__ == "__main__":
    main()
