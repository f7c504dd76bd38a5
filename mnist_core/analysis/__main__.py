"""Entry of the process: ``python -m mnist_core.analysis tsne --dataset mnist --samples 2000 --seed 0``.

The result is a file. What it says on the way is described in `mnist_core.system.children`.

Exit codes: 0 the result is written, 1 failed, 2 bad arguments, 4 nobody waits.
"""

import mnist_core.as_program  # noqa: F401
from mnist_core.text import Sentence

# isort: split
import argparse
import sys

from mnist_core.store import KINDS, Analysis, write_analysis
from mnist_core.system.children import Voice


def main(arguments: list[str]) -> int:
    """Compute one result and return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m mnist_core.analysis")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--samples", type=int, required=True, help="how many training images are used")
    parser.add_argument("--seed", type=int, default=0)
    analysis = Analysis(**vars(parser.parse_args(arguments)))
    voice = Voice()

    def compute() -> None:
        from mnist_core.analysis.computations import COMPUTATIONS
        from mnist_core.datasets import load_dataset
        from mnist_core.settings import get_settings

        dataset = load_dataset(analysis.dataset, get_settings())
        write_analysis(analysis, COMPUTATIONS[analysis.kind](dataset, analysis, voice.fraction), get_settings())

    return voice.exit_code_of(compute, Sentence("There was not enough memory for this computation."))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
