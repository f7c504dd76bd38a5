"""A run's repository: which files lie in it, as a zip or as a folder."""

import contextlib
import io
import json
import os
import re
import secrets
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.datasets import DatasetSpec, get_spec, load_dataset
from mnist_core.errors import ArtifactMissingError, RunNotFoundError, StorageError
from mnist_core.sharing.hub.card import CardFacts, model_card
from mnist_core.sharing.of_study import study_told
from mnist_core.store import RunFiles, RunRecord, Store
from mnist_core.store.run_files import MODEL, ONNX
from mnist_core.system.files import output_file, write_zip_entry, written_or_told
from mnist_core.text import English, english

# What Keras reads of a repository ("hf://..."), and what a .keras file holds: the same three.
_KERAS_FILES = ("config.json", "metadata.json", "model.weights.h5")
_MOST_METADATA = 10_000  # bytes: Keras writes a hundred
_MOST = 300_000_000  # bytes of a repository that is made in memory
_LARGE = "".join(f"{name} filter=lfs diff=lfs merge=lfs -text\n" for name in ("*.keras", "*.h5", "*.onnx"))


def card_facts(store: Store, record: RunRecord, labels: npt.NDArray[np.integer] | None = None) -> CardFacts:
    """Return what a run's card is made of.

    Parameters
    ----------
    store : Store
    record : RunRecord
    labels : ndarray of shape (n_test,), int, optional
        Of the test set, where they are at hand; otherwise they are looked up.

    Raises
    ------
    ArtifactMissingError
        If the run has no model, or its predictions are missing or not of its dataset.
    DataError
        If there are no labels to judge it by.
    """
    files = store.files(record.id)
    if not has_card(files, record):
        raise ArtifactMissingError("This run has no model, so there is nothing to tell about it. Let it finish first.")
    if labels is None:
        labels = files.read_labels().get("test")
    if labels is None:
        labels = load_dataset(record.config.data.dataset, store.settings).y_test
    table = files.read_probabilities().get("test")
    classes = get_spec(record.config.data.dataset).num_classes
    if table is None or table.shape != (len(labels), classes):
        raise ArtifactMissingError("The predictions of this run don't belong to its images. Train it again.")
    return CardFacts(
        record=record,
        probabilities=table,
        labels=labels,
        base=_base(store, record.config),
        keras_version=_keras_metadata(files).get("keras_version"),
        study=study_told(record, store),
    )


def repository(files: RunFiles, facts: CardFacts, t: English = english) -> dict[str, bytes]:
    """Return the content of every file of a run's repository, by name.

    Card and licence are in the language of `t`; what programs read is English.

    Raises
    ------
    ArtifactMissingError
        If the model is damaged, or too large to be put together in memory (300 MB).
    """
    config = facts.record.config
    if (_size(files, config) or 0) > _MOST:
        raise ArtifactMissingError(
            "This network is too large to be packed here. Its files lie in {folder}.", folder=files.folder
        )
    paths = [files.onnx, files.model] if MODEL in _model_names(config) else [files.onnx]
    try:
        content = {path.name: path.read_bytes() for path in paths}
        if MODEL in content:
            with zipfile.ZipFile(io.BytesIO(content[MODEL])) as archive:
                content |= {name: archive.read(name) for name in _KERAS_FILES}
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise ArtifactMissingError("The model of this run is missing or damaged. Train it again.") from error
    texts = {
        "README.md": model_card(facts, t),
        "LICENSE": _licence(config.spec, t),
        "preprocessor_config.json": _json(_preprocessor(config)),
        "mnist_lab.json": _json({"run": facts.record.id, "config": json.loads(config.to_json())}),
        ".gitattributes": _LARGE,
    }
    return content | {name: text.encode() for name, text in texts.items()}


def has_card(files: RunFiles, record: RunRecord) -> bool:
    """Whether there is a model to write a card of."""
    return record.state.has_model and files.size_of(ONNX) is not None


def can_pack(files: RunFiles, record: RunRecord) -> bool:
    """Whether all of a run's model is there, and small enough for `repository`."""
    size = _size(files, record.config)
    return size is not None and size <= _MOST


def folder_name(name: str) -> str:
    """Return what a run's folder is called, which may be the name of a repository: ``small-network``."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:60].strip("-") or "my-network"


def zip_repository(content: Mapping[str, bytes], folder: str) -> bytes:
    """Return the files as a zip with one folder."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in content.items():
            write_zip_entry(archive, f"{folder}/{name}", data)
    return stream.getvalue()


def write_repository(content: Mapping[str, bytes], folder: Path) -> None:
    """Write the files into a folder: all of them, or none.

    Raises
    ------
    StorageError
        If there is something at `folder` already, or it can't be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StorageError("There is something in {folder} already. Name a folder that is new or empty.", folder=folder)
    with written_or_told(folder):
        target = Path(os.path.realpath(folder))
        there = target.exists()
        # An empty folder stays the one that it is: its permissions, and whoever stands in it.
        work = target if there else target.with_name(f".writing-{secrets.token_hex(8)}")
        work.mkdir(parents=True, exist_ok=True)
        try:
            for name, data in content.items():
                (work / name).write_bytes(data)
            if not there:
                os.replace(work, target)
        except BaseException:
            for name in content:
                with contextlib.suppress(OSError):
                    (work / name).unlink()
            if not there:
                shutil.rmtree(work, ignore_errors=True)
            raise


def write_card(text: str, path: Path) -> None:
    """Write a card; a file of that name is replaced."""
    with output_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _model_names(config: RunConfig) -> list[str]:
    return [ONNX, MODEL] if isinstance(config.model, NetworkConfig) else [ONNX]


def _size(files: RunFiles, config: RunConfig) -> int | None:
    """Return the bytes of a repository, in which Keras's files are twice; None where some of the model is missing."""
    sizes = [files.size_of(name) for name in _model_names(config)]
    return None if None in sizes else 2 * sum(size or 0 for size in sizes)


def _licence(spec: DatasetSpec, t: English) -> str:
    source = f"{t(spec.title)}: {t(spec.source)}"
    lines = (
        t(
            "This network may be used under the licence {licence}, that of the data it learned from ({source}).",
            licence=spec.hub_licence,
            source=source,
        ),
        fill(
            t(
                "Whether weights are bound by the licence of their data is not settled everywhere. If you trained it "
                'and know better, change this file and the line "license" in README.md.'
            ),
            120,
        ),
    )
    return "\n".join(lines) + "\n"


def _base(store: Store, config: RunConfig) -> RunRecord | None:
    try:
        base = store.runs.get(config.fine_tune.base) if config.fine_tune is not None else None
    except RunNotFoundError:
        return None
    # Who fine-tuned a network may publish its name only where everybody may see it anyway.
    return base if base is not None and base.shared else None


def _keras_metadata(files: RunFiles) -> dict[str, str]:
    path = files.model
    try:
        with zipfile.ZipFile(path) as archive, archive.open("metadata.json") as stream:
            found = json.loads(stream.read(_MOST_METADATA))
    except Exception:  # a baseline has none, an imported one's may be of any content; a card can do without
        return {}
    return {name: text for name, text in found.items() if isinstance(text, str)} if isinstance(found, dict) else {}


def _preprocessor(config: RunConfig) -> dict[str, Any]:
    spec = get_spec(config.data.dataset)
    return {
        "do_resize": True,
        "size": {"height": 28, "width": 28},
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": False,
        "channels": "none: images are of shape (28, 28), grey, 0 is the ground",
        "description": spec.kind.notes.expects,
        "id2label": {str(label): name for label, name in enumerate(spec.class_names)},
    }


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
