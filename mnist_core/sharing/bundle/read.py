"""Reading a bundle that a stranger sends: everything is checked, nothing is written, nothing in it is run.

Of a network only settings and weights are read, as numbers. The files that libraries open are made of them here.
"""

from mnist_core.datasets import get_spec
from mnist_core.errors import BundleError
from mnist_core.settings import Settings
from mnist_core.sharing.bundle import contents
from mnist_core.sharing.bundle.archive import Archive
from mnist_core.sharing.bundle.bundled import BundledRun
from mnist_core.sharing.bundle.measured import (
    MOST_RELATED,
    bundled_film,
    bundled_labels,
    bundled_parts,
    bundled_probabilities,
    bundled_weights,
    check_accuracy,
)
from mnist_core.sharing.bundle.texts import read_config, read_manifest, read_points
from mnist_core.text import Phrase

MOST_ENTRIES = 200
MOST_TEXT = 200_000  # bytes of settings and manifest
MOST_CURVE = 30_000_000  # bytes of the curve: 200 epochs of 60,000 batches are never measured one by one
_UNPACKED = 3  # times the size of the file: weights hardly shrink, probabilities do
_COPIES = 7  # of the weights: four for Keras with what an optimizer remembers, ONNX, LiteRT, and themselves


def most_bytes(settings: Settings) -> int:
    """Return how large a bundle may be: that of the largest network that may be trained here."""
    return _COPIES * 4 * settings.max_parameters + MOST_RELATED


def read_bundle(data: bytes, settings: Settings, most: int | None = None) -> BundledRun:
    """Return the run in a bundle, whose parts fit together.

    Parameters
    ----------
    data : bytes
        Of any content.
    settings : Settings
        What this installation allows.
    most : int, optional
        Most bytes of the file; by default as `most_bytes`. Unpacked it may have three times as many.

    Raises
    ------
    BundleError
        One sentence about the first thing that is wrong.
    """
    archive = _opened(data, min(most or most_bytes(settings), most_bytes(settings)))
    manifest = read_manifest(archive.read(contents.MANIFEST, MOST_TEXT))
    config = read_config(archive.read(contents.CONFIG, MOST_TEXT), settings)
    spec = get_spec(config.data.dataset)
    points = read_points(archive.read(contents.METRICS, MOST_CURVE), config)
    tables = bundled_probabilities(archive, config, spec)
    weights = bundled_weights(archive, config, spec)
    labels = bundled_labels(archive, tables, spec) if contents.LABELS in archive.entries else {}
    check_accuracy(manifest.outcome, tables, labels.get("test"))
    return BundledRun(
        manifest=manifest,
        config=config,
        points=points,
        weights=weights,
        probabilities=tables,
        labels=labels,
        parts=bundled_parts(archive, config, spec) if contents.PARTS in archive.entries else {},
        film=bundled_film(archive, config, spec, settings.film_mb * 1e6),
    )


def _opened(data: bytes, most: int) -> Archive:
    """Return the zip of a bundle: nothing lies in it that doesn't belong there, and what is needed does."""
    if len(data) > most:
        raise BundleError(
            "The file has {size:.0f} MB; at most {most:.0f} MB are read.",
            size=len(data) / 1e6,
            most=most / 1e6,
        )
    archive = Archive(data, Phrase("bundle"), most_entries=MOST_ENTRIES, most_bytes=_UNPACKED * most)
    archive.check_names(
        lambda name: (
            name in contents.READ
            or name in contents.IGNORED
            or name.startswith((*contents.FOLDERS, contents.KEYFRAMES))
        )
    )
    needed = (*contents.NEEDED, *((contents.WEIGHTS,) if contents.ONNX not in archive.entries else ()))
    for name in needed:
        if name not in archive.entries:
            raise BundleError("This zip is no bundle of MNIST Lab: {name} is missing.", name=name)
    return archive
