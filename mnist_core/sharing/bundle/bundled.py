"""A run as it lies in a bundle: all that brings it back, as values. Written here, read in `read`."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.config import RunConfig
from mnist_core.models.network_files import network_files
from mnist_core.models.weights import Weights
from mnist_core.sharing.bundle import contents
from mnist_core.sharing.bundle.arrays import arrays_file
from mnist_core.sharing.bundle.describe import versions
from mnist_core.store import METRIC_NAMES, Finished, MetricPoint, RunRecord, RunState, run_files


@dataclass(frozen=True, kw_only=True)
class BundledRun:
    """What a bundle brings back.

    Attributes
    ----------
    weights : mapping of str to ndarray or None
        None, when a bundle is made of a run whose weights can't be read.
    probabilities : dict of str to ndarray of shape (n, classes), float32 or float16
        By split.
    labels : dict of str to ndarray of shape (n,), uint8
        By split, as far as they are known.
    parts : dict of str to ndarray
        See `RunFiles.read_parts`; may be empty.
    film : dict of str to (dict of str to ndarray)
        Keyframes by the names of their files, as the arrays of `mnist_core.film.keyframe`; may be empty.
    """

    manifest: contents.Manifest
    config: RunConfig
    points: Sequence[MetricPoint]
    weights: Weights | None
    probabilities: Mapping[str, npt.NDArray[np.floating[Any]]]
    labels: Mapping[str, npt.NDArray[np.uint8]]
    parts: Mapping[str, npt.NDArray[np.floating[Any]]]
    film: Mapping[str, Mapping[str, npt.NDArray[Any]]] = field(default_factory=dict)

    def entries(self) -> dict[str, bytes]:
        """Return the content of each file in the bundle by its name."""
        arrays: dict[str, Mapping[str, npt.NDArray[Any]] | None] = {
            contents.WEIGHTS: self.weights,
            contents.PROBABILITIES: self.probabilities,
            contents.LABELS: self.labels,
            contents.PARTS: self.parts,
            **{contents.KEYFRAMES + name: arrays for name, arrays in self.film.items()},
        }
        return {
            contents.CONFIG: (json.dumps(self.config.model_dump(mode="json"), indent=1) + "\n").encode(),
            contents.METRICS: _metrics_csv(self.points).encode(),
            contents.MANIFEST: self.manifest.model_dump_json(indent=1).encode(),
        } | {name: arrays_file(each) for name, each in arrays.items() if each}

    @cached_property
    def files(self) -> dict[str, bytes]:
        """The content of each file in the run's folder by its name: none are bytes that came with the bundle."""
        assert self.weights is not None, "a bundle without weights is not read"
        tables = {name: np.asarray(table, np.float32) for name, table in self.probabilities.items()}
        arrays: dict[str, Mapping[str, npt.NDArray[Any]]] = {
            run_files.PROBABILITIES: tables,
            run_files.LABELS: self.labels,
            run_files.PARTS: self.parts,
            **{f"{run_files.FILM}/{name}": arrays for name, arrays in self.film.items()},
        }
        return dict(network_files(self.config.model, self.weights, self.config.spec.num_classes)) | {
            name: arrays_file(each) for name, each in arrays.items() if each
        }

    def finished(self, name: str, recipe: str | None) -> Finished:
        """Return the run on its way into the record, under a name."""
        manifest = self.manifest
        return Finished(
            name=name,
            config=self.config,
            outcome=manifest.outcome,
            points=self.points,
            epoch=manifest.epoch,
            step=manifest.step,
            steps_per_epoch=manifest.steps_per_epoch,
            size=sum(map(len, self.files.values())),
            recipe=recipe,
        )


def manifest_of(record: RunRecord) -> contents.Manifest:
    """Return what a bundle says about a run."""
    return contents.Manifest(
        run_id=record.id,
        name=record.name[: contents.MOST_NAME],  # what is trained on has a few words more
        state="completed" if record.state is RunState.COMPLETED else "stopped",
        recipe=record.recipe,
        created=record.created,
        made=datetime.now(UTC),
        epoch=record.epoch,
        step=record.step,
        steps_per_epoch=record.steps_per_epoch,
        outcome=record.outcome,
        versions=versions(),
    )


def _metrics_csv(points: Sequence[MetricPoint]) -> str:
    """Return a curve as CSV, one row for each point, empty where nothing was measured."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("kind", "step", "epoch", "seconds", *METRIC_NAMES))
    for point in points:
        values = [point.values.get(name, "") for name in METRIC_NAMES]
        writer.writerow((point.kind, point.step, point.epoch, point.seconds, *values))
    return stream.getvalue()
