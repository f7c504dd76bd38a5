"""Entry of the process: ``python -m mnist_core.analysis tsne --dataset mnist --samples 2000 --seed 0``.

It writes JSON lines on standard output: ``{"fraction": 0.25}`` while it works, and ``{"error": ...}``
with a sentence template and its values where it fails. The result is a file. The end of standard
input means that nobody waits any more: the process ends at once.

Exit codes: 0 the result is written, 1 failed, 2 bad arguments, 4 nobody waits.
"""

import argparse
import os
import sys
import traceback

# Set before scikit-learn is imported: its threads shall sleep while they wait, not take the processor from pages.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from mnist_core.engine.children import Voice
from mnist_core.store import KINDS, Analysis, write_analysis


def main(arguments: list[str]) -> int:
    """Compute one result and return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m mnist_core.analysis")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--samples", type=int, required=True, help="how many training images are used")
    parser.add_argument("--seed", type=int, default=0)
    analysis = Analysis(**vars(parser.parse_args(arguments)))
    return _compute(analysis, Voice())


def _compute(analysis: Analysis, voice: Voice) -> int:
    from mnist_core.analysis.computations import COMPUTATIONS
    from mnist_core.datasets import load_dataset
    from mnist_core.errors import MnistLabError
    from mnist_core.settings import get_settings

    try:
        dataset = load_dataset(analysis.dataset, get_settings())
        result = COMPUTATIONS[analysis.kind](dataset, analysis, voice.fraction)
        write_analysis(analysis, result, get_settings())
    except MnistLabError as error:
        voice.error(error)
        return 1
    except MemoryError:
        voice.error(MnistLabError("There was not enough memory for this computation."))
        return 1
    except Exception:  # into the log; the app says that there is no result
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
