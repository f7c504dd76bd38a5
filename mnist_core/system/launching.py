"""Starting a process of ours, and ending it: workers, and children that compute one thing.

The end of a process's standard input means that the app is gone, or that nobody waits any more: it ends by itself then.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import psutil

from mnist_core.settings import Settings
from mnist_core.system.libraries import own_environment

_NOT_TOLD = {"admin_token", "secret_key", "metrics_token", "webhook_url"}  # what no other process needs
PROJECT = Path(__file__).resolve().parents[2]


def launch(
    module: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    output: BinaryIO | None,
    heard: bool = False,
) -> "subprocess.Popen[bytes]":
    """Start ``python -m module`` with an open input; raises `OSError` where that is not possible.

    Parameters
    ----------
    module : str
    arguments : sequence of str
    environment : mapping
        See `child_environment`.
    output : file or None
        Where its error output goes, and its standard output too; None is where that of this process goes.
    heard : bool
        Whether its standard output can be read from the process instead.
    """
    return subprocess.Popen(
        # What only goes into a log is there at once.
        [sys.executable, *([] if heard else ["-u"]), "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if heard else output,
        stderr=output,
        cwd=PROJECT,
        env=dict(environment),
        # Ctrl-C in the terminal shall reach the app only; its end closes the process's input, which ends it.
        start_new_session=True,
    )


def end_by_input(process: "subprocess.Popen[bytes]", timeout: float) -> None:
    """Close the input of a process, which ends it, and wait; kill it after `timeout` seconds."""
    if process.stdin is not None:
        try:
            process.stdin.close()
        except OSError:
            pass  # it is gone already
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def child_environment(settings: Settings, gpu: str | None = None) -> dict[str, str]:
    """Return the environment of a process of ours: these settings, but for what it need not know.

    What libraries read is ours too: see `mnist_core.system.libraries.own_environment`.
    """
    environment = own_environment(os.environ)
    for name in _NOT_TOLD:
        environment.pop(f"MNIST_LAB_{name.upper()}", None)
    for name, value in told_settings(settings).items():
        environment[f"MNIST_LAB_{name.upper()}"] = str(value)
    if gpu is not None:
        environment["CUDA_VISIBLE_DEVICES"] = gpu
    settings.temporary_dir.mkdir(parents=True, exist_ok=True)
    environment["TMPDIR"] = str(settings.temporary_dir)
    environment["PYTHONPATH"] = os.pathsep.join(path for path in (str(PROJECT), environment.get("PYTHONPATH")) if path)
    return environment


def told_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings that another process needs, as for JSON."""
    return settings.model_dump(mode="json", exclude_none=True, exclude=_NOT_TOLD)


def memory_of(pid: int) -> int:
    """Return the bytes of memory that a process takes; 0 once it is gone."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def limit_memory(pid: int, most: int) -> None:
    """Let the system refuse a process more than `most` bytes of memory of its own, where it can."""
    with suppress(ImportError, AttributeError, OSError, ValueError):  # Linux only; a process may be gone already
        import resource

        resource.prlimit(pid, resource.RLIMIT_DATA, (most, most))
