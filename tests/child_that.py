"""A child process that misbehaves as it is told: ``python -m tests.child_that eats FILE``."""

import os
import sys
import time
from pathlib import Path

from mnist_core.system.children import Voice


def main() -> int:
    """Do what the first argument says, after the process's id was written to a file."""
    what, path = sys.argv[1:]
    voice = Voice()
    temporary = Path(path).with_suffix(".new")
    temporary.write_text(str(os.getpid()))
    temporary.rename(path)
    voice.fraction(0.1)
    kept: list[bytearray] = []
    if what == "eats":
        return voice.exit_code_of(
            lambda: [kept.append(bytearray(50_000_000)) for _ in range(200)], "There was no room."
        )
    if what == "touches":  # what is asked for at once, and only used little by little
        room = bytearray(1)
        while len(room) < 10_000_000_000:
            room.extend(b"x" * 20_000_000)
    while what == "sleeps":
        time.sleep(0.1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
