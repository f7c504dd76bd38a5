"""Programs of Debian's that tests drive, beside the browser."""

import os
import shutil

import pytest

# Read before any test changes the environment.
_ALL_ARE_THERE = bool(os.environ.get("MNIST_LAB_REQUIRE_BROWSER"))


def need(program: str, package: str) -> str:
    """Return where a program is; skip without it, or fail where all are said to be there, as in CI."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if found is None:
        missing(f"needs {program} (Debian: apt-get install {package})")
    return str(found)


def missing(reason: str) -> None:
    """Skip a test that can't run here, or fail where each must."""
    if _ALL_ARE_THERE:
        pytest.fail(f"MNIST_LAB_REQUIRE_BROWSER is set, and this test {reason}")
    pytest.skip(reason)
