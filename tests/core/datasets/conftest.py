"""A small dataset of our own on a web server of our own."""

import gzip
import hashlib
import io
import struct
import threading
import types
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pooch.core
import pytest

from mnist_core.config.datasets import RemoteFile
from mnist_core.config.kinds import DIGITS
from mnist_core.datasets import DATASETS, DatasetSpec
from mnist_core.settings import Settings


def idx(array, code=8):
    return bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@dataclass(frozen=True)
class Published:
    """A dataset as its publisher has it: what it is, its arrays, and its files by name."""

    spec: DatasetSpec
    arrays: dict[str, np.ndarray]
    files: dict[str, bytes]

    def write_to(self, folder):
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def _arrays(seed):
    rng = np.random.default_rng(seed)
    return {
        "x_train": rng.integers(0, 256, (300, 28, 28), dtype=np.uint8),
        "y_train": rng.integers(0, 10, 300, dtype=np.uint8),
        "x_test": rng.integers(0, 256, (20, 28, 28), dtype=np.uint8),
        "y_test": rng.integers(0, 10, 20, dtype=np.uint8),
    }


def _publish(dataset_id, arrays, files):
    return Published(
        DatasetSpec(
            id=dataset_id,
            title="Tiny set",
            summary="For tests.",
            kind=DIGITS,
            class_names=tuple("0123456789"),
            collection="digits",
            n_train=300,
            n_test=20,
            files=tuple(
                RemoteFile(
                    name=name,
                    url=f"http://publisher.invalid/{name}",
                    size=len(body),
                    checksum="sha256:" + hashlib.sha256(body).hexdigest(),
                    array=name.split("/")[-1].removesuffix(".gz"),
                )
                for name, body in files.items()
            ),
            format="idx" if len(files) > 1 else "npz",
            content_md5={name: hashlib.md5(array.tobytes()).hexdigest() for name, array in arrays.items()},
            licence="none",
            hub_licence="other",
            source="tests",
        ),
        arrays,
        files,
    )


@pytest.fixture
def one_file(monkeypatch):
    """Put a dataset in one npz file in the place of MNIST."""
    arrays = _arrays(1)
    published = _publish("mnist", arrays, {"tiny.npz": npz(**arrays)})
    monkeypatch.setitem(DATASETS, "mnist", published.spec)
    return published


@pytest.fixture
def four_files(monkeypatch):
    """Put a dataset in four IDX files in the place of Fashion-MNIST."""
    arrays = _arrays(2)
    names = ("y_train", "x_train", "y_test", "x_test")
    files = {f"tiny/{name}.gz": gzip.compress(idx(arrays[name]), 1) for name in names}
    published = _publish("fashion_mnist", arrays, files)
    monkeypatch.setitem(DATASETS, "fashion_mnist", published.spec)
    return published


@dataclass
class Server:
    """A web server and what it was asked.

    ``broken[path]`` are the ways in which the next answers for a path fail, in order: a status
    code, "cut" (half the body, then the end), or other bytes. Then come the files.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    broken: dict[str, list] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    with_length: bool = True
    url: str = ""

    def answer(self, handler):
        name = handler.path.lstrip("/")
        self.asked.append(name)
        fault = self.broken[name].pop(0) if self.broken.get(name) else None
        body = fault if isinstance(fault, bytes) else self.files.get(name)
        if isinstance(fault, int) or body is None:
            handler.send_error(fault if isinstance(fault, int) else 404)
            return
        handler.send_response(200)
        if self.with_length:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2] if fault == "cut" else body)


@pytest.fixture
def server():
    """Run a local web server without files."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.answer(self)

        def log_message(self, *_):
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{listener.server_port}/"
    # Looked at often, so that no test waits for the server's end.
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    listener.shutdown()
    listener.server_close()
    thread.join()


@pytest.fixture
def pauses(monkeypatch):
    """Take away the pauses between two tries of a download; return how long they would be."""
    taken = []
    monkeypatch.setattr(pooch.core, "time", types.SimpleNamespace(sleep=taken.append))
    return taken


@pytest.fixture
def online(server, pauses, monkeypatch):
    """Return settings that download from the local server, trying once."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return Settings(offline=False, data_url=server.url, download_retries=0)


@pytest.fixture
def leftovers():
    """Return a function that lists all files below the folder of the datasets."""

    def list_files(settings):
        return sorted(str(path.relative_to(settings.datasets_dir)) for path in settings.datasets_dir.rglob("*.*"))

    return list_files
