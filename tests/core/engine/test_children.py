"""A child and who listens to it."""

import subprocess
import sys

from mnist_core.system.children import EXIT_ORPHANED, follow
from mnist_core.system.launching import PROJECT, end_by_input

# Slow to end, as one is that has to take TensorFlow down.
SLOW_END = """
import time
from mnist_core.system.children import Voice
def main():
    voice = Voice()
    print("a library's own line", flush=True)
    voice.fraction(0.5)
    voice.fraction(1.0)
main()
time.sleep(0.5)
"""
ENDLESS = "import time; from mnist_core.system.children import Voice; Voice().fraction(0.1); time.sleep(600)"


def child(program: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def test_a_child_that_is_slow_to_end_is_listened_to_until_its_exit_code():
    process, heard = child(SLOW_END), []
    assert follow(process, heard.append) is None
    end_by_input(process, 30)
    assert heard == [0.5, 1.0]
    assert process.returncode == 0


def test_a_child_ends_when_nobody_waits():
    process = child(ENDLESS)
    assert process.stdout is not None
    assert b"0.1" in process.stdout.readline()
    end_by_input(process, 30)
    assert process.returncode == EXIT_ORPHANED
