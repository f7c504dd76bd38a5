"""The file of a shipped model: a zip with a manifest and the files of a run.

Knows the format only: neither how models are made nor where they go. The same content gives the same bytes, whenever
and wherever it is written.
"""

import hashlib
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from mnist_core.config import RunConfig
from mnist_core.errors import PackageError
from mnist_core.store import MetricPoint, Outcome
from mnist_core.store.artifacts import LABELS, LAYERS, MODEL, PARTS, PROBABILITIES
from mnist_core.system.files import output_file, plain_entry
from mnist_core.text import reason

MANIFEST = "package.json"
FILES = (MODEL, LAYERS, PARTS, PROBABILITIES, LABELS)
_MOST = 20_000_000  # bytes of one file: nobody's disk shall be filled by a file that is none of ours


class PackageManifest(BaseModel):
    """What a package says about its model.

    Attributes
    ----------
    name, title, summary, sources, run_id, version
        As of `ShippedModel`.
    model_size, model_crc : int
        Bytes and checksum of ``model.onnx``, which is not in the package: it is cut from ``layers.onnx``.
    outcome, points
        What was measured, by the very weights of the package; the curve.
    versions : dict of str to str
        Of the libraries that it was trained with.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: Literal[1] = 1
    name: str
    run_id: str
    version: int
    title: str
    summary: str
    sources: tuple[str, ...]
    config: RunConfig
    recipe: str | None
    created: datetime
    epoch: int
    step: int
    steps_per_epoch: int
    outcome: Outcome
    points: tuple[MetricPoint, ...]
    versions: dict[str, str]
    model_size: int
    model_crc: int


class Package:
    """An open package; closed by `with`.

    Raises
    ------
    PackageError
        If it is damaged, or of a format that this version does not know.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._archive = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise self._problem(error) from error
        try:
            self.entries = {info.filename: info for info in self._archive.infolist()}
            if set(self.entries) != {MANIFEST, *FILES} or any(i.file_size > _MOST for i in self.entries.values()):
                raise PackageError("The package {path} has other files than a model has.", path=path)
            self.manifest = PackageManifest.model_validate_json(self.read(MANIFEST))
        except ValidationError as error:
            self._archive.close()
            first = error.errors(include_url=False)[0]
            raise self._problem(f"{'.'.join(map(str, first['loc']))}: {reason(first)}") from error
        except PackageError:
            self._archive.close()
            raise

    def __enter__(self) -> "Package":
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def read(self, name: str) -> bytes:
        """Return the content of a file; its checksum is tried."""
        try:
            return self._archive.read(name)
        except Exception as error:  # zipfile and zlib raise half a dozen classes for damaged content
            raise self._problem(error) from error

    @property
    def digest(self) -> str:
        """12 hex digits that are equal for packages of equal content."""
        told = sorted((info.filename, info.CRC, info.file_size) for info in self.entries.values())
        return hashlib.sha256(repr(told).encode()).hexdigest()[:12]

    def _problem(self, why: Any) -> PackageError:
        return PackageError(
            "The package {path} can't be read: {reason}. Get it again with the program's files.",
            path=self.path,
            reason=str(why).rstrip(".") or type(why).__name__,
        )


def write_package(path: Path, manifest: PackageManifest, files: Mapping[str, bytes]) -> None:
    """Write a package; `files` has the content of all of `FILES`."""
    assert set(files) == set(FILES)
    with output_file(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, content in {MANIFEST: manifest.model_dump_json(indent=1).encode(), **files}.items():
            archive.writestr(plain_entry(name), content, zipfile.ZIP_BZIP2, 9)
