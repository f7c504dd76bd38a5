"""What takes long to make, made once for all processes that test side by side."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.waiting import wait_until


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a temporary folder of all processes that test side by side."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def made_once(name: str, make: Callable[[Path], object], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file or folder that `make` writes at the path it is given; nobody may change it."""
    shared = shared_folder(tmp_path_factory)
    made, mark, new = shared / name, shared / f"{name}.in-work", shared / f"new-{name}"
    while not made.exists():
        try:
            mark.mkdir()
        except FileExistsError:
            wait_until(lambda: made.exists() or not mark.exists(), 280, f"{name}, which another process makes")
            continue
        try:
            if not made.exists():
                shutil.rmtree(new, ignore_errors=True)  # of a try that failed
                new.unlink(missing_ok=True)
                make(new)
                new.rename(made)
        finally:
            mark.rmdir()
    return made
