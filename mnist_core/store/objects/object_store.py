"""Object storage by the protocol of S3: objects by key. Knows no runs and no database."""

import hashlib
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mnist_core.errors import ConfigError, ObjectStoreError
from mnist_core.system.instruments import ERRORS
from mnist_core.system.saying import complain
from mnist_core.text import Phrase, Sentence

if TYPE_CHECKING:
    from s3fs import S3FileSystem

_CONNECT = 3.0  # seconds until it is said that nobody answers
_READ, _WRITE = 10.0, 60.0  # seconds without a byte: a page waits for the first, a worker for the second
_TRIES = 2
_PART = 8_000_000  # bytes of one part of a larger object; less than 5 MB is not allowed
_AT_ONCE = 2  # parts under way: on a slow line each has to get through within `_WRITE`
_BREAK = 5.0  # seconds in which nobody tries again what just failed: a page with ten files shall not wait ten times
_NOT_FOUND = ("NoSuchKey", "404")


@dataclass(frozen=True)
class StoredObject:
    """An object as a list of the bucket has it; `modified` is in seconds since 1970."""

    key: str
    bytes: int
    modified: float


class ObjectStore:
    """Objects below one address. Safe to use from several threads; all methods raise `ObjectStoreError`.

    Credentials, region and certificates are those of AWS's usual variables and files. The library is imported with the
    first request: it takes half a second, and 40 MB.

    Parameters
    ----------
    url : str
        Such as ``s3://bucket/prefix``.
    endpoint : str or None
        Address of a server that is not Amazon's.

    Raises
    ------
    ConfigError
        If the library is not installed.
    """

    def __init__(self, url: str, endpoint: str | None) -> None:
        if find_spec("s3fs") is None:
            raise ConfigError(
                "MNIST_LAB_FILES_URL needs libraries that are not installed. Install them: "
                "pip install -r requirements-server.txt"
            )
        self._root = url.removeprefix("s3://").strip("/")
        self._endpoint = endpoint
        self._failed_at = -_BREAK
        self._lock = threading.Lock()

    def put(self, key: str, path: Path, sha256: str) -> None:
        """Write a file as an object: all of it or nothing. `sha256` is that of its content, in hexadecimal digits."""
        whole = {}
        if path.stat().st_size < 2 * _PART:  # sent at once, so the server can compare; parts are compared by size
            whole["ChecksumSHA256"] = b64encode(bytes.fromhex(sha256)).decode()
        with self._asked(_TAKES_NONE):
            system, address = self._writing, f"{self._root}/{key}"
            system.put_file(str(path), address, chunksize=_PART, max_concurrency=_AT_ONCE, **whole)
            if not whole and system.info(address)["size"] != path.stat().st_size:
                raise OSError(f"{key} did not arrive whole")

    def get(self, key: str, path: Path) -> str | None:
        """Write an object into a file; return the SHA-256 of what came, None where there is no such object."""
        with self._asked(_GIVES_NONE):
            try:
                self._reading.get_file(f"{self._root}/{key}", str(path))
            except FileNotFoundError as error:
                if _code(error) not in _NOT_FOUND:  # of the bucket, say
                    raise
                return None
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def objects(self, prefix: str) -> list[StoredObject]:
        """Return all objects whose keys begin with `prefix`, which ends with a slash or is empty."""
        with self._asked(_GIVES_NONE):
            try:
                found = self._reading.find(f"{self._root}/{prefix}", detail=True)
            except FileNotFoundError as error:
                if _code(error) not in _NOT_FOUND:
                    raise
                return []
        return [
            StoredObject(address.removeprefix(self._root + "/"), entry["size"], entry["LastModified"].timestamp())
            for address, entry in found.items()
        ]

    def folders(self, prefix: str) -> list[str]:
        """Return the names between `prefix` and the next slash of all keys."""
        with self._asked(_GIVES_NONE):
            try:
                found = self._reading.ls(f"{self._root}/{prefix}", detail=False)
            except FileNotFoundError as error:
                if _code(error) not in (*_NOT_FOUND, None):
                    raise
                return []
        return [address.rstrip("/").rpartition("/")[2] for address in found]

    def remove(self, keys: list[str]) -> None:
        """Remove at most 1000 objects; those that are not there any more are none the less removed."""
        bucket, _, prefix = self._root.partition("/")
        objects = [{"Key": f"{prefix}/{key}".lstrip("/")} for key in keys]
        if objects:
            with self._asked(_TAKES_NONE):
                self._writing.call_s3("delete_objects", Bucket=bucket, Delete={"Objects": objects, "Quiet": True})

    @cached_property
    def _reading(self) -> "S3FileSystem":
        return self._opened(_READ)

    @cached_property
    def _writing(self) -> "S3FileSystem":
        return self._opened(_WRITE)

    def _opened(self, patience: float) -> "S3FileSystem":
        from s3fs import S3FileSystem

        config = {
            "connect_timeout": _CONNECT,
            "read_timeout": patience,
            "retries": {"total_max_attempts": 1},  # s3fs tries again itself
            # Servers other than Amazon's don't know its newer checksums; ours are SHA-256, see `put`.
            "request_checksum_calculation": "when_required",
            "response_checksum_validation": "when_required",
        }
        system = S3FileSystem(
            endpoint_url=self._endpoint, config_kwargs=config, use_listings_cache=False, skip_instance_cache=True
        )
        system.retries = _TRIES
        return system

    @contextmanager
    def _asked(self, problem: Sentence) -> Iterator[None]:
        """Turn what goes wrong with a request into an error in words; the log has the details."""
        if time.monotonic() - self._failed_at < _BREAK:
            raise ObjectStoreError(problem, reason=_NO_ANSWER)
        try:
            with self._lock:
                system = self._reading, self._writing  # made once
            del system
            yield
        except FileNotFoundError as error:
            raise ObjectStoreError(problem, reason=Phrase("there is no such bucket")) from error
        except _errors() as error:
            reason = _reason(error)
            if reason is _NO_ANSWER:
                self._failed_at = time.monotonic()
            ERRORS.add("object_store")
            complain(f"The object store s3://{self._root} failed.", error)
            raise ObjectStoreError(problem, reason=reason) from error


_TAKES_NONE = Sentence(
    "The object store takes no files at the moment: {reason}. Nothing is lost: they stay on this computer. Try again "
    "in a few minutes."
)
_GIVES_NONE = Sentence(
    "The object store that has the files of this run gives none at the moment: {reason}. Nothing is lost. Try again "
    "in a few minutes."
)
_NO_ANSWER = Phrase("it can't be reached")


def _code(error: BaseException) -> str | None:
    """Return what the server called an error, of which s3fs made one of the system."""
    response: Any = getattr(error.__cause__, "response", None)
    return response["Error"].get("Code") if response else None


def _reason(error: Exception) -> Phrase:
    from botocore.exceptions import NoCredentialsError

    code = _code(error)
    if isinstance(error, (PermissionError, NoCredentialsError)):
        return Phrase("it refuses access")
    if code is not None:
        return Phrase("it refuses with the words “{code}”", code=code)
    return _NO_ANSWER


def _errors() -> tuple[type[Exception], ...]:
    """Return what the libraries below s3fs raise, which has no common base."""
    from aiohttp import ClientError
    from botocore.exceptions import BotoCoreError

    return OSError, TimeoutError, ClientError, BotoCoreError
