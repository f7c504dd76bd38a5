"""An object store of the tests: moto's S3 server, behind a door that can be shut, jammed or filled up."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

BUCKET = "lab"
_REFUSAL = b"<Error><Code>XMinioStorageFull</Code><Message>Disk full</Message></Error>"
_FULL = (
    b"HTTP/1.1 507 Insufficient Storage\r\nContent-Type: application/xml\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_REFUSAL), _REFUSAL)
)


class S3Server:
    """The server, as its owner and as an accident see it.

    Attributes
    ----------
    endpoint : str
        Where the program asks.
    client
        Asks the server itself, whatever the door does.
    """

    def __init__(self, server: str) -> None:
        import boto3
        from botocore.config import Config

        self.client = boto3.client(
            "s3",
            endpoint_url=server,
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            config=Config(retries={"total_max_attempts": 3}),
        )
        host, _, port = server.removeprefix("http://").partition(":")
        self._server = (host, int(port))
        self._door: socket.socket | None = None
        self._port = 0
        self._full, self._delay = False, 0.0
        self.open()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def open(self) -> None:
        """Let requests through, at the address that was always known."""
        self._full, self._delay = False, 0.0
        if self._door is None:
            self._door = socket.create_server(("127.0.0.1", self._port))
            self._port = self._door.getsockname()[1]
            threading.Thread(target=self._serve, args=(self._door,), daemon=True).start()

    def shut(self) -> None:
        """Be gone: nobody answers at the address."""
        if self._door is not None:
            self._door.shutdown(socket.SHUT_RDWR)
            self._door.close()
            self._door = None

    def fill(self) -> None:
        """Refuse to take anything."""
        self._full = True

    def slow_down(self, seconds: float) -> None:
        """Wait before each piece of an answer."""
        self._delay = seconds

    def keys(self, run_id: str = "") -> list[str]:
        """Return what there is of a run, or of all."""
        found = self.client.list_objects_v2(Bucket=BUCKET, Prefix=f"some/where/runs/{run_id}").get("Contents", [])
        return [entry["Key"] for entry in found]

    def key_of(self, run_id: str, name: str) -> str:
        """Return the key of one of a run's files."""
        (key,) = [key for key in self.keys(run_id) if key.endswith(f"/{name}")]
        return key

    def damage(self, run_id: str, name: str) -> None:
        """Let an object have another content of the same size."""
        key = self.key_of(run_id, name)
        size = self.client.head_object(Bucket=BUCKET, Key=key)["ContentLength"]
        self.client.put_object(Bucket=BUCKET, Key=key, Body=b"x" * size)

    def lose(self, run_id: str, name: str) -> None:
        """Let an object be gone."""
        self.client.delete_object(Bucket=BUCKET, Key=self.key_of(run_id, name))

    def empty(self) -> None:
        """Be as new."""
        self.open()
        for key in self.keys():
            self.client.delete_object(Bucket=BUCKET, Key=key)

    def _serve(self, door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                asking, _ = door.accept()
                threading.Thread(target=self._pass_on, args=(asking, door), daemon=True).start()

    def _pass_on(self, asking: socket.socket, door: socket.socket) -> None:
        with suppress(OSError), asking, socket.create_connection(self._server) as server:
            back = threading.Thread(target=self._copy, args=(server, asking, door), daemon=True)
            back.start()
            while (data := asking.recv(1 << 16)) and self._door is door:
                if self._full and data.startswith((b"PUT ", b"POST ")) and b"?delete" not in data.split(b"\r\n")[0]:
                    asking.sendall(_FULL)
                    return
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)
            back.join(5)

    def _copy(self, server: socket.socket, asking: socket.socket, door: socket.socket) -> None:
        with suppress(OSError):
            while (data := server.recv(1 << 16)) and self._door is door:
                time.sleep(self._delay)
                asking.sendall(data)
        with suppress(OSError):
            asking.shutdown(socket.SHUT_RDWR)


@contextmanager
def running_store() -> Iterator[S3Server]:
    """Start a server of this process with one bucket."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    store = S3Server(f"http://{host}:{port}")
    store.client.create_bucket(Bucket=BUCKET)
    try:
        yield store
    finally:
        store.shut()
        server.stop()


def use(store: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process, and those that it starts, keep files of runs there."""
    store.empty()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "MNIST_LAB_FILES_URL": f"s3://{BUCKET}/some/where",
        "MNIST_LAB_FILES_ENDPOINT": store.endpoint,
    }.items():
        monkeypatch.setenv(name, value)
