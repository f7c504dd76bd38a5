"""What a stranger's bundle says about its run: manifest, settings and curve, each as a run can have it."""

import csv
import io
from collections.abc import Mapping
from itertools import islice
from math import isfinite

from pydantic import ValidationError

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.datasets import get_spec
from mnist_core.errors import BundleError, ConfigError
from mnist_core.models.cost import prediction_cost
from mnist_core.models.summary import parameter_count
from mnist_core.settings import Settings
from mnist_core.sharing.bundle.contents import Manifest
from mnist_core.store import METRIC_NAMES, MetricPoint
from mnist_core.text import one_line, reason

_MOST_POINTS = 200_000
# For a picture, a tenth of a second; networks that come with the program take 20 million.
_MOST_OPERATIONS = 2_000_000_000


def read_manifest(content: bytes) -> Manifest:
    """Return what is said about the run; raises `BundleError` where no run can have that."""
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BundleError(
            "What the bundle says about its run can't be read: {place}: {reason}",
            place=".".join(map(str, first["loc"]))[:60] or "manifest.json",
            reason=reason(first),
        ) from error
    outcome = manifest.outcome
    judged = [outcome.test_loss, outcome.test_accuracy, outcome.val_loss, outcome.val_accuracy]
    figures = [*judged, outcome.parameters, *outcome.seconds.values()]
    known = [figure for figure in [*figures, *outcome.epoch_seconds] if figure is not None]
    told = {**manifest.versions, **outcome.computed_with}
    texts = [outcome.device or "", *outcome.seconds, *told, *told.values()]
    if (
        outcome.test_accuracy is None
        or outcome.test_loss is None
        or not 0 <= outcome.test_accuracy <= 1
        or not all(0 <= figure < 1e12 for figure in known)  # as they are: no float holds a number of any length
        or len(outcome.epoch_seconds) > 1000
        or len(outcome.seconds) > 20
        or len(outcome.computed_with) > 40
        or any(len(text) > 200 for text in texts)
        or not one_line(manifest.name)
    ):
        raise BundleError("The bundle's figures are none that a run can have.")
    return manifest


def read_config(content: bytes, settings: Settings) -> RunConfig:
    """Return the settings; raises `BundleError` where they can't be used here."""
    try:
        config = RunConfig.from_json(content.decode())
        if isinstance(config.model, NetworkConfig):
            parameters = parameter_count(config.model, get_spec(config.data.dataset).num_classes)
            if parameters > settings.max_parameters:
                raise BundleError(
                    "This network has {n:,} parameters; at most {most:,} are possible here.",
                    n=parameters,
                    most=settings.max_parameters,
                )
            operations = prediction_cost(config.model, get_spec(config.data.dataset).num_classes).operations
            if operations > _MOST_OPERATIONS:
                raise BundleError(
                    "This network takes {n:,.0f} million multiplications for a picture; at most {most:,.0f} million "
                    "are possible for one that is brought along.",
                    n=operations / 1e6,
                    most=_MOST_OPERATIONS / 1e6,
                )
    except ConfigError as error:
        raise BundleError("The bundle's settings can't be used: {reason}", reason=error.phrase) from error
    except UnicodeDecodeError as error:
        raise BundleError("The bundle's settings are no text.") from error
    return config


def read_points(content: bytes, config: RunConfig) -> tuple[MetricPoint, ...]:
    """Return the curve; raises `BundleError` where settings give no such one."""
    try:
        # One row more than may be: a small file can hold millions of short ones.
        rows = list(islice(csv.DictReader(io.StringIO(content.decode()), strict=True), _MOST_POINTS + 1))
        if len(rows) > _MOST_POINTS:
            raise BundleError("The bundle's curve has more than {most:,} points.", most=_MOST_POINTS)
        points = tuple(_point(row) for row in rows)
    except (ValueError, KeyError, TypeError, csv.Error, OverflowError) as error:
        if isinstance(error, BundleError):
            raise
        raise BundleError("The bundle's curve (metrics.csv) can't be read.") from error
    most_epochs = max(config.train.epochs, getattr(config.model, "folds", 0))
    for point in points:
        figures = [point.seconds, *point.values.values()]
        if not all(isfinite(figure) and abs(figure) < 1e12 for figure in figures) or not 0 <= point.step < 10**9:
            raise BundleError("The bundle's curve (metrics.csv) holds values that are no numbers.")
        if point.kind not in ("batch", "epoch") or not 0 <= point.epoch <= most_epochs:
            raise BundleError("The bundle's curve (metrics.csv) goes on after the last epoch of its settings.")
    return points


def _point(row: Mapping[str, str]) -> MetricPoint:
    return MetricPoint(
        kind=row["kind"],
        step=int(row["step"]),
        epoch=int(row["epoch"]),
        seconds=float(row["seconds"]),
        values={name: float(row[name]) for name in METRIC_NAMES if row[name]},
    )
