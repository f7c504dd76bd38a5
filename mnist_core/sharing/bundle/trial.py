"""Trying a stranger's network in a process of its own: ``python -m mnist_core.sharing.bundle.trial FOLDER``.

The folder holds ``model.onnx``, perhaps ``layers.onnx``, and ``images.npy`` of shape (n, 28, 28), uint8. What the
model says to them is written to ``said.npy``. Memory and time are limited, so a graph that makes room for a terabyte,
or never ends, ends this process and nothing else.

Exit codes: 0 it works, 1 it doesn't, 4 nobody waits.
"""

import mnist_core.as_program  # noqa: F401

# isort: split
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np

from mnist_core.system.patience import end_with_the_input

# Bytes of address space: what works here within them takes a few hundred megabytes at most of a page's process. The
# libraries map 0.7 GB.
_MEMORY = 1_200_000_000
_COPIES = 10  # of the files: weights are read, parsed and laid out for the processor
_SECONDS = 40  # of the processor


def main(arguments: list[str]) -> int:
    """Try the models of a folder and return the exit code."""
    folder = Path(arguments[0])
    _limit(_MEMORY + _COPIES * sum(path.stat().st_size for path in folder.glob("*.onnx")))
    from mnist_core.inference import open_session

    scaled = np.load(folder / "images.npy", allow_pickle=False).astype(np.float32) / np.float32(255)
    for name in ("layers.onnx", "model.onnx"):
        if not (folder / name).exists():
            continue
        session = open_session(folder / name)
        outputs = sorted(output.name for output in session.get_outputs())
        said = session.run(outputs, {session.get_inputs()[0].name: scaled})
        if any(len(output) != len(scaled) for output in said):
            return 1
    np.save(folder / "said.npy", said[-1], allow_pickle=False)
    return 0


def _limit(memory: int) -> None:
    with suppress(ImportError, ValueError, OSError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))


if __name__ == "__main__":
    end_with_the_input()
    sys.exit(main(sys.argv[1:]))
