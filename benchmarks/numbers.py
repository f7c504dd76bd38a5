"""Digits side by side, and when the Draw page says that it is not sure, on strangers' handwriting and on scribbles.

``python -m benchmarks.numbers FILE [--run RUN ...] [--writers check] [--numbers 1000]``

FILE is a UNIPEN file like ``pendigits-orig.tra.gz``. Single digits must stay whole; digits of one writer set side by
side, each with a little more or less height and a little up or down, must be told apart. A scribble is one to four
smooth lines past points at random. Without runs only the separation is measured.
"""

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.handwriting import CANVAS, as_drawn, chosen_digits, read
from mnist_core.datasets import load_dataset
from mnist_core.drawing import Stroke, prepare_parts, prepare_strokes, read_canvas, separate, write_canvas
from mnist_core.drawing.strokes import RecordedDigit
from mnist_core.inference import open_classifier, sure_from
from mnist_core.store import shared_store

GAPS = {
    "natural": (0.08, 0.5),
    "narrow": (0.02, 0.08),
    "touching or overlapping": (-0.08, 0.02),
}  # shares of the height
SCRIBBLES = 500
PEN = 10.0


def main() -> None:
    """Print what is told apart, and how often each run is sure and right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--run", nargs="*", default=[])
    parser.add_argument("--writers", choices=("development", "check", "all"), default="check")
    parser.add_argument("--numbers", type=int, default=1000)
    options = parser.parse_args()
    digits = chosen_digits(read(options.file), options.writers, None)
    whole = [len(separate(digit.strokes)) == 1 for digit in digits]
    print(f"single digits that stay whole: {np.mean(whole):.4f} of {len(whole)} ({options.writers} writers)")
    for name, gap in GAPS.items():
        print(f"numbers of 2 to 4 digits told apart, {name} gaps: {_told_apart(digits, gap, options.numbers):.4f}")
    for run in options.run:
        _sureness(run, digits)


def _told_apart(digits: list[RecordedDigit], gap: tuple[float, float], most: int) -> float:
    rng = np.random.default_rng(0)
    writers = sorted({digit.writer for digit in digits if digit.writer is not None})
    by_writer = {writer: [digit for digit in digits if digit.writer == writer] for writer in writers}
    right = 0
    for _ in range(most):
        own = by_writer[writers[rng.integers(len(writers))]]
        chosen = [own[index] for index in rng.integers(0, len(own), rng.integers(2, 5))]
        strokes, owners = _in_a_row(chosen, gap, rng)
        right += separate(read_canvas(write_canvas(strokes, PEN), CANVAS).strokes) == owners
    return right / most


def _in_a_row(
    digits: list[RecordedDigit], gap: tuple[float, float], rng: np.random.Generator
) -> tuple[list[Stroke], tuple[tuple[int, ...], ...]]:
    """Return the strokes of digits side by side on the canvas, and which strokes are whose."""
    height = float(np.mean([np.ptp(np.concatenate(digit.strokes)[:, 1]) for digit in digits]))
    strokes: list[Stroke] = []
    owners, x = [], 0.0
    for digit in digits:
        points = np.concatenate(digit.strokes)
        low, extent, scale = points.min(axis=0), np.ptp(points, axis=0), rng.uniform(0.88, 1.12)
        drop = (height - extent[1] * scale) / 2 + rng.uniform(-0.08, 0.08) * height
        owners.append(tuple(range(len(strokes), len(strokes) + len(digit.strokes))))
        strokes += [(stroke - low) * scale + [x, drop] for stroke in digit.strokes]
        x += extent[0] * scale + rng.uniform(*gap) * height
    points = np.concatenate(strokes)
    scale = (CANVAS - 30) / float(np.ptp(points, axis=0).max())
    return [(stroke - points.min(axis=0)) * scale + 15 for stroke in strokes], tuple(owners)


def _sureness(run: str, digits: list[RecordedDigit]) -> None:
    record = shared_store().runs.get(run)
    predict = open_classifier(shared_store().files(run)).predict
    data = load_dataset(record.config.data.dataset, shared_store().settings)
    images, labels = data.split("validation", record.config.data)
    if not len(labels):
        images, labels = data.split("test", record.config.data)
    least = sure_from(predict, images, labels)
    prepared = [prepare_parts(as_drawn(digit, 18.0), CANVAS, "digits")[0].image for digit in digits]
    probabilities = predict(np.stack(prepared))
    right = probabilities.argmax(axis=1) == [digit.label for digit in digits]
    sure = probabilities.max(axis=1) >= least
    print(f"\n{record.name} ({run}): sure from {least:.4f} on, right about {right.mean():.4f} of the drawings")
    print(f"  sure of {sure.mean():.4f} of them, and right about {right[sure].mean():.4f} of those")
    print(f"  not sure of the rest, and right about {right[~sure].mean():.4f} of it")
    scribbles = predict(np.stack([prepare_strokes(_scribble(seed)).image for seed in range(SCRIBBLES)]))
    print(f"  not sure of {np.mean(scribbles.max(axis=1) < least):.4f} of {SCRIBBLES} scribbles")


def _scribble(seed: int) -> list[Stroke]:
    rng = np.random.default_rng(seed)
    lines = [_smooth(rng.uniform(20, CANVAS - 20, (rng.integers(4, 9), 2))) for _ in range(rng.integers(1, 5))]
    return list(read_canvas(write_canvas(lines, PEN), CANVAS).strokes)


def _smooth(corners: npt.NDArray[np.float64]) -> Stroke:
    """Return a line past corners: each is passed half-way, as the canvas does it."""
    return np.concatenate([corners[:1], (corners[:-1] + corners[1:]) / 2, corners[-1:]])


if __name__ == "__main__":
    main()
