"""Freed blocks go back to the system."""

import subprocess
import sys
from pathlib import Path

import pytest

# The first block, once freed, would raise glibc's limit; the pin would keep the heap's end in place.
SCRIPT = """
import psutil
from mnist_core.system.memory import return_large_blocks
assert return_large_blocks()
process = psutil.Process()
first = bytes([1]) * 31_000_000
del first
before = process.memory_info().rss
blocks = [bytes([1]) * 20_000_000 for _ in range(3)]
pin = bytes([1]) * 100_000
assert process.memory_info().rss - before > 50e6
del blocks
assert process.memory_info().rss - before < 5e6
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc only")
def test_large_blocks_are_returned_when_they_are_freed() -> None:
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
