"""Making a bundle. It takes seconds and TensorFlow: never in the app's process."""

import csv
import io
import json
import traceback
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.errors import ArtifactMissingError
from mnist_core.models.onnx_reader import read_weights
from mnist_core.models.weights import Weights, is_whole, weights_of
from mnist_core.onnx.editing import with_metadata
from mnist_core.sharing.bundle import contents
from mnist_core.sharing.bundle.describe import onnx_metadata, versions
from mnist_core.sharing.bundle.evidence import Evidence, gather
from mnist_core.sharing.bundle.keras_formats import tflite_and_saved_model
from mnist_core.sharing.bundle.reading import reading_files
from mnist_core.sharing.bundle.readme import facts, readme
from mnist_core.sharing.bundle.report import report_html
from mnist_core.store import METRIC_NAMES, MetricPoint, RunRecord, Store
from mnist_core.system.files import replacing, write_zip_entry
from mnist_core.system.libraries import load_keras

Report = Callable[[float], None]

# Shares of the time, measured on two cores: most of it is TensorFlow's import.
_GATHERED, _CONVERTED, _WRITTEN = 0.15, 0.85, 1.0


def make_bundle(
    record: RunRecord, store: Store, target: Path, *, saved_model: bool = False, report: Report = lambda _: None
) -> Path:
    """Write the bundle of a run and return its path.

    Parameters
    ----------
    record : RunRecord
    store : Store
    target : Path
        Where to; it is there whole or not at all.
    saved_model : bool
        Whether TensorFlow's own format comes along.
    report : callable
        Is told the share that is done.

    Raises
    ------
    RunStateError
        If the run has no model.
    ArtifactMissingError
        If one of its files is missing or damaged.
    StorageError
        If the file can't be written.
    """
    evidence = gather(record, store)
    sure_from = evidence.sureness()
    report(_GATHERED)
    files = _network_files(evidence, sure_from)
    left_out: dict[str, str] = {}
    if contents.MODEL in files:
        left_out = _add_keras_formats(files, evidence, saved_model)
    else:
        left_out[contents.TFLITE] = "only networks of Keras can be converted, and this run is none"
    if contents.WEIGHTS not in files:
        left_out[contents.WEIGHTS] = "they can't be read from this run's model"
    report(_CONVERTED)
    texts = {
        contents.CONFIG: json.dumps(record.config.model_dump(mode="json"), indent=1) + "\n",
        contents.METRICS: metrics_csv(evidence.points),
        contents.REPORT: report_html(evidence, facts(evidence)),
        contents.MANIFEST: _manifest(record).model_dump_json(indent=1),
        **reading_files(),
    }
    texts[contents.README] = readme(evidence, [*files, *texts], left_out, sure_from)
    everything = {name: text.encode() for name, text in texts.items()} | files
    with replacing(target) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(everything.items(), key=lambda item: ("/" in item[0], item[0])):
            write_zip_entry(archive, name, content)
    report(_WRITTEN)
    return target


def metrics_csv(points: Sequence[MetricPoint]) -> str:
    """Return a curve as CSV, one row for each point, empty where nothing was measured."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("kind", "step", "epoch", "seconds", *METRIC_NAMES))
    for point in points:
        values = [point.values.get(name, "") for name in METRIC_NAMES]
        writer.writerow((point.kind, point.step, point.epoch, point.seconds, *values))
    return stream.getvalue()


def _network_files(evidence: Evidence, sure_from: float) -> dict[str, bytes]:
    """Return the files of the run itself by their names in the bundle."""
    run = evidence.files
    try:
        onnx = run.onnx.read_bytes()
        found = {contents.ONNX: with_metadata(onnx, onnx_metadata(evidence.record, sure_from))}
    except (OSError, ValueError) as error:
        raise ArtifactMissingError(
            "The model of this run is missing or damaged. Train it again to get it back."
        ) from error
    found[contents.PROBABILITIES] = _archive(evidence.probabilities)
    if evidence.labels:
        found[contents.LABELS] = _archive(evidence.labels)
    if run.model.exists():
        found[contents.MODEL] = run.model.read_bytes()
    if run.parts.exists():
        found[contents.PARTS] = _archive(run.read_parts())
    weights = _weights(onnx, evidence)
    if weights is not None:
        found[contents.WEIGHTS] = _archive(weights)
    return found


def _weights(onnx: bytes, evidence: Evidence) -> Weights | None:
    """Return what the network learned; None where it can't be read."""
    run, config = evidence.files, evidence.record.config
    try:
        found = read_weights(onnx, config.model, evidence.spec.num_classes)
        if is_whole(found) or not run.model.exists():
            return found
        # A graph of an earlier version, with less than all: Keras's file has it.
        return weights_of(load_keras("tensorflow").models.load_model(run.model, compile=False))
    except Exception:  # Keras, zipfile and HDF5 raise a dozen classes for damaged content
        traceback.print_exc()
        return None


def _add_keras_formats(files: dict[str, bytes], evidence: Evidence, saved_model: bool) -> dict[str, str]:
    """Add what TensorFlow makes; return what could not be made, each with a sentence why."""
    try:
        files[contents.TFLITE], saved = tflite_and_saved_model(evidence.files, saved_model=saved_model)
    except Exception as error:  # TensorFlow may be missing, and its converters raise what they like
        traceback.print_exc()
        reason = (str(error).splitlines() or [""])[0][:200]
        why = f"it could not be made here ({type(error).__name__}: {reason})"
        return {contents.TFLITE: why} | ({contents.SAVED_MODEL: why} if saved_model else {})
    files |= {contents.SAVED_MODEL + name: content for name, content in saved.items()}
    return {}


def _archive(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def _manifest(record: RunRecord) -> contents.Manifest:
    return contents.Manifest(
        run_id=record.id,
        name=record.name[: contents.MOST_NAME],  # what is trained on has a few words more
        state="completed" if record.state.value == "completed" else "stopped",
        recipe=record.recipe,
        created=record.created,
        made=datetime.now(UTC),
        epoch=record.epoch,
        step=record.step,
        steps_per_epoch=record.steps_per_epoch,
        outcome=record.outcome,
        versions=versions(),
    )
