"""Entry of the process: ``python -m mnist_core.analysis tsne --dataset mnist --samples 2000 --seed 0``.

It writes JSON lines on standard output: ``{"fraction": 0.25}`` while it works, and ``{"error": ...}``
with a sentence template and its values where it fails. The result is a file. The end of standard
input means that nobody waits any more: the process ends at once.

Exit codes: 0 the result is written, 1 failed, 2 bad arguments, 4 nobody waits.
"""

import argparse
import json
import os
import sys
import threading
import traceback
from typing import IO, Any

# Set before scikit-learn is imported: its threads shall sleep while they wait, not take the processor from pages.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from mnist_core.memory import volunteer_for_oom
from mnist_core.store import KINDS, Analysis, write_analysis

EXIT_ORPHANED = 4
_NICENESS = 10  # pages and trainings come first


def main(arguments: list[str]) -> int:
    """Compute one result and return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m mnist_core.analysis")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--samples", type=int, required=True, help="how many training images are used")
    parser.add_argument("--seed", type=int, default=0)
    analysis = Analysis(**vars(parser.parse_args(arguments)))
    threading.Thread(target=_end_with_the_input, daemon=True).start()
    volunteer_for_oom()
    if hasattr(os, "nice"):  # not on Windows
        os.nice(_NICENESS)
    # Libraries print what they like; only our own lines go to whoever started this process.
    output = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return _compute(analysis, output)


def _compute(analysis: Analysis, output: IO[str]) -> int:
    from mnist_core.analysis.computations import COMPUTATIONS
    from mnist_core.datasets import load_dataset
    from mnist_core.errors import MnistLabError
    from mnist_core.settings import get_settings

    def say(message: dict[str, Any]) -> None:
        output.write(json.dumps(message) + "\n")

    try:
        dataset = load_dataset(analysis.dataset, get_settings())
        result = COMPUTATIONS[analysis.kind](dataset, analysis, lambda fraction: say({"fraction": fraction}))
        write_analysis(analysis, result, get_settings())
    except MnistLabError as error:
        say({"error": {"template": error.template, "values": {k: str(v) for k, v in error.values.items()}}})
        return 1
    except MemoryError:
        say({"error": {"template": "There was not enough memory for this computation.", "values": {}}})
        return 1
    except Exception:  # into the log; the app says that there is no result
        traceback.print_exc()
        return 1
    return 0


def _end_with_the_input() -> None:
    while os.read(0, 1024):
        pass
    os._exit(EXIT_ORPHANED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
