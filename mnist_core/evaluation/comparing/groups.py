"""Runs that differ in their seed only: what they have in common, and how much is luck."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from mnist_core.config import RunConfig
from mnist_core.evaluation.comparing.lines import Line

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class MeanLine:
    """The mean of several curves, epoch by epoch, as far as the shortest goes: beyond, it would be one of other runs.

    Attributes
    ----------
    x, mean, deviation : ndarray of shape (n,), float64
        `deviation` is the standard deviation of a sample.
    """

    x: npt.NDArray[np.float64]
    mean: npt.NDArray[np.float64]
    deviation: npt.NDArray[np.float64]


def seed_groups(entries: Sequence[tuple[Entry, RunConfig]]) -> list[list[Entry]]:
    """Return those entries that differ in their seed only, group by group, in the order in which they came.

    Of several with the same seed too the first counts: they are the same once more, and no luck. An entry that has no
    other one like it is in no group.
    """
    groups: dict[str, dict[int, Entry]] = {}
    for entry, config in entries:
        alike = config.with_settings({"seed": 0}).fingerprint()
        groups.setdefault(alike, {}).setdefault(config.train.seed, entry)
    return [list(group.values()) for group in groups.values() if len(group) > 1]


def mean_line(lines: Sequence[Line]) -> MeanLine:
    """Return what several curves, at least two, have in common after each epoch that all of them reached."""
    ends = [np.flatnonzero(line.ends_epoch) for line in lines]
    n = min(map(len, ends))
    x = np.array([line.x[at[:n]] for line, at in zip(lines, ends, strict=True)])
    y = np.array([line.y[at[:n]] for line, at in zip(lines, ends, strict=True)])
    return MeanLine(x.mean(axis=0), y.mean(axis=0), y.std(axis=0, ddof=1))
