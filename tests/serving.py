"""A dashboard in a process of its own, as `make run` starts it. Used by browser tests and benchmarks."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.untraced import uncounted
from tests.waiting import wait_until

ROOT = Path(__file__).parents[1]


@dataclass
class Server:
    """A running dashboard."""

    process: subprocess.Popen[bytes]
    url: str
    home: Path
    log: Path


# Below those that the system gives to whoever asks for any, as every connection does: a server listens only seconds
# after its port was chosen. Two processes that test side by side begin at places of their own.
_ports = iter(random.Random(os.getpid()).sample(range(10_000, 32_000), 10_000))


def free_port() -> int:
    """Return a port that nobody uses, nor will before the server listens."""
    for port in _ports:
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


@contextlib.contextmanager
def running_server(
    home: Path,
    *options: str,
    descriptors: int | None = None,
    root: Path = ROOT,
    before: Sequence[str] = (),
    **environment: str,
) -> Iterator[Server]:
    """Start the dashboard as `make run` does, and end it as a service manager does.

    Streamlit's `options` are added to the command; `descriptors` is all that the process may open (``ulimit -n``);
    `root` is another checkout to measure; `before` is what the command is run by (``setpriv ...``).
    """
    port = free_port()
    log = home.with_name(f"{home.name}-{port}.log")
    # Without coverage's own hook too: its memory is not the dashboard's.
    variables = {k: v for k, v in uncounted(os.environ).items() if not k.startswith("MNIST_LAB_")}
    variables |= {"MNIST_LAB_HOME": str(home), "MNIST_LAB_KERAS_DIR": str(home / "none"), "MNIST_LAB_OFFLINE": "1"}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", *options]
    if descriptors is not None:
        command = ["sh", "-c", f'ulimit -n {descriptors}; exec "$@"', "sh", *command]
    command = [*before, *command]
    given = dict(zip(options[::2], options[1::2], strict=True))
    base, address = given.get("--server.baseUrlPath", ""), given.get("--server.address", "127.0.0.1")
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=root, env=variables | environment, stdout=output, stderr=subprocess.STDOUT
        )
    host = f"[{address}]" if ":" in address else address
    server = Server(process, f"http://{host}:{port}" + (f"/{base}" if base else ""), home, log)

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(requests.ConnectionError, requests.Timeout):
            return requests.get(f"{server.url}/lab/health", timeout=5).ok
        return False

    try:
        wait_until(answers, 120, "the server's answer")
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
