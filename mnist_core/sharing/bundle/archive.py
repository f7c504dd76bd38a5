"""Opening a stranger's zip: everything that its directory claims is checked before anything is unpacked."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath

from mnist_core.errors import BundleError
from mnist_core.text import Phrase, Plural

_MOST_DIRECTORY = 200_000  # bytes of the list of files: a thousand names
_END = struct.Struct("<4s4H2LH")  # end of central directory record
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Archive:
    """A zip whose directory has been checked.

    Parameters
    ----------
    data : bytes
    what : str or Phrase
        How it is called in errors: "bundle", "model.keras".
    most_entries : int
    most_bytes : int
        Of all files unpacked, as the directory claims.

    Raises
    ------
    BundleError
        One sentence about the first thing that is wrong.
    """

    def __init__(self, data: bytes, what: str | Phrase, *, most_entries: int, most_bytes: int) -> None:
        self.what = what
        if not data.startswith(b"PK\3\4"):
            raise BundleError("This is no zip file. Choose a bundle that MNIST Lab made.")
        self._check_end(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except Exception as error:  # zipfile and struct raise half a dozen classes for damaged content
            raise self._damaged() from error
        if len(entries) > most_entries:
            raise BundleError(
                Plural(
                    "The {what} holds {n:,} file; at most {most:,} are read.",
                    "The {what} holds {n:,} files; at most {most:,} are read.",
                ),
                what=what,
                n=len(entries),
                most=most_entries,
            )
        self.entries: dict[str, zipfile.ZipInfo] = {}
        seen: set[str] = set()
        for entry in entries:
            self._check_entry(entry)
            if entry.filename.casefold() in seen:
                raise BundleError("The {what} holds two files with one name.", what=what)
            seen.add(entry.filename.casefold())
            self.entries[entry.filename] = entry
        claimed = sum(entry.file_size for entry in entries)
        if claimed > most_bytes:
            raise BundleError(
                "The {what} would take {size:,.1f} MB unpacked; at most {most:,.1f} MB are read.",
                what=what,
                size=claimed / 1e6,
                most=most_bytes / 1e6,
            )

    def check_names(self, known: Callable[[str], bool]) -> None:
        """Raise `BundleError` where a file is none that belongs here."""
        for name in self.entries:
            if not known(name):
                raise BundleError(
                    "The {what} holds a file that doesn't belong there: {name}", what=self.what, name=shown(name)
                )

    def read(self, name: str, most: int) -> bytes:
        """Return the content of a file of at most `most` bytes; its real size and its checksum are tried."""
        entry = self.entries[name]
        if entry.file_size > most:
            raise BundleError(
                "{name} would take {size:,.1f} MB; at most {most:,.1f} MB are read.",
                name=shown(name),
                size=entry.file_size / 1e6,
                most=most / 1e6,
            )
        try:
            with self._zip.open(entry) as stream:
                # Never more than is claimed, whatever the packed bytes would become; the checksum tells the rest.
                content = stream.read(entry.file_size + 1)
        except Exception as error:  # zipfile and zlib raise half a dozen classes for damaged content
            raise self._damaged() from error
        if len(content) != entry.file_size:
            raise self._damaged()
        return content

    def begins_with(self, name: str, content: bytes) -> bool:
        """Whether a file begins so; nothing more of it is unpacked."""
        try:
            with self._zip.open(self.entries[name]) as stream:
                return stream.read(len(content)) == content
        except Exception as error:  # as in `read`
            raise self._damaged() from error

    def _check_end(self, data: bytes) -> None:
        """Try the record at the very end: how long the list of files is, before it is read."""
        end = data[-_END.size :]
        if len(end) < _END.size or not end.startswith(b"PK\5\6"):
            raise self._damaged()
        _, disk, first, here, total, size, _, comment = _END.unpack(end)
        if disk or first or here != total or comment or data[-_END.size - 20 :].startswith(b"PK\6\7"):
            raise self._damaged()
        if size > _MOST_DIRECTORY:
            raise BundleError("The {what} holds far too many files.", what=self.what)

    def _check_entry(self, entry: zipfile.ZipInfo) -> None:
        name = entry.filename
        # zipfile cuts names at a NUL and turns backslashes on Windows only: what was written counts.
        written = entry.orig_filename
        path = PurePosixPath(name)
        if (
            name != written
            or "\\" in name
            or ":" in name
            or len(name) > 200
            or not name.isprintable()
            or path.is_absolute()
            or ".." in path.parts
            or str(path) != name.rstrip("/")
        ):
            raise BundleError(
                "The {what} holds a file whose name would lead out of its folder: {name}",
                what=self.what,
                name=shown(written),
            )
        mode = entry.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG) or name.endswith("/"):
            raise BundleError(
                "The {what} holds a link or folder instead of a file: {name}", what=self.what, name=shown(name)
            )
        if entry.flag_bits & 0x1:
            raise BundleError("The {what} is encrypted.", what=self.what)
        if entry.compress_type not in _METHODS:
            raise BundleError("The {what} is packed in a way that is not read here.", what=self.what)

    def _damaged(self) -> BundleError:
        return BundleError("The {what} is damaged or cut off. Get it again.", what=self.what)


def shown(name: str) -> str:
    """Return a stranger's name for a sentence: short, and with nothing that can't be printed."""
    return ascii(name)[1:-1][:60]
