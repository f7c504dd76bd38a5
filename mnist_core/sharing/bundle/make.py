"""Making a bundle. It takes seconds and TensorFlow: never in the app's process."""

import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path

from mnist_core.errors import ArtifactMissingError
from mnist_core.film import film_arrays
from mnist_core.models.network_files import read_network
from mnist_core.onnx.editing import with_metadata
from mnist_core.sharing.bundle import contents
from mnist_core.sharing.bundle.bundled import BundledRun, manifest_of
from mnist_core.sharing.bundle.describe import onnx_metadata
from mnist_core.sharing.bundle.evidence import Evidence, gather
from mnist_core.sharing.bundle.keras_formats import tflite_and_saved_model
from mnist_core.sharing.bundle.reading import reading_files
from mnist_core.sharing.bundle.readme import facts, readme
from mnist_core.sharing.bundle.report import report_html
from mnist_core.store import RunRecord, Store
from mnist_core.system.files import replacing, write_zip_entry
from mnist_core.system.saying import complain
from mnist_core.text import English, english

Report = Callable[[float], None]

# Shares of the time, measured on two cores: most of it is TensorFlow's import.
_GATHERED, _CONVERTED, _WRITTEN = 0.15, 0.85, 1.0


def make_bundle(
    record: RunRecord,
    store: Store,
    target: Path,
    *,
    saved_model: bool = False,
    t: English = english,
    report: Report = lambda _: None,
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
    t : English
        Of the reader: the report and ``README.md`` are in this language, and all that programs read is English.
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
    run = _bundled(evidence)
    files = run.entries() | _models(evidence, sure_from)
    left_out: dict[str, str] = {}
    if contents.MODEL not in files:
        left_out[contents.TFLITE] = t("only networks of Keras can be converted, and this run is none")
    elif run.weights is not None:
        left_out = _add_keras_formats(files, run, saved_model, t)
    if run.weights is None:
        left_out[contents.WEIGHTS] = t("they can't be read from this run's model")
    report(_CONVERTED)
    texts = {contents.REPORT: report_html(evidence, facts(evidence, t), t), **reading_files()}
    texts[contents.README] = readme(evidence, [*files, *texts], left_out, sure_from, t)
    everything = {name: text.encode() for name, text in texts.items()} | files
    with replacing(target) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(everything.items(), key=lambda item: ("/" in item[0], item[0])):
            write_zip_entry(archive, name, content)
    report(_WRITTEN)
    return target


def _bundled(evidence: Evidence) -> BundledRun:
    record, run = evidence.record, evidence.files
    try:
        weights = read_network(run, record.config.model, evidence.spec.num_classes)
    except ArtifactMissingError as error:
        complain(f"The weights of run {record.id} are left out of its bundle.", error.__cause__)
        weights = None
    return BundledRun(
        manifest=manifest_of(record),
        config=record.config,
        points=evidence.points,
        weights=weights,
        probabilities=evidence.probabilities,
        labels=evidence.labels,
        parts=run.read_parts() if run.parts.exists() else {},
        film=film_arrays(run, record.config),
    )


def _models(evidence: Evidence, sure_from: float) -> dict[str, bytes]:
    """Return the files of the run's network that are there for people, by their names in the bundle."""
    run = evidence.files
    graph = run.onnx
    try:
        found = {contents.ONNX: with_metadata(graph.read_bytes(), onnx_metadata(evidence.record, sure_from))}
    except (OSError, ValueError) as error:
        raise ArtifactMissingError(
            "The model of this run is missing or damaged. Train it again to get it back."
        ) from error
    if run.model.exists():
        found[contents.MODEL] = run.model.read_bytes()
    return found


def _add_keras_formats(files: dict[str, bytes], run: BundledRun, saved_model: bool, t: English) -> dict[str, str]:
    """Add what TensorFlow makes; return what could not be made, each with a sentence why."""
    try:
        files[contents.TFLITE], saved = tflite_and_saved_model(run, files[contents.ONNX], saved_model=saved_model)
    except Exception as error:  # TensorFlow may be missing, and its converters raise what they like
        traceback.print_exc()
        reason = (str(error).splitlines() or [""])[0][:200]
        why = t("it could not be made here ({error}: {reason})", error=type(error).__name__, reason=reason)
        return {contents.TFLITE: why} | ({contents.SAVED_MODEL: why} if saved_model else {})
    files |= {contents.SAVED_MODEL + name: content for name, content in saved.items()}
    return {}
