"""Entry of the process that finds out which settings mattered: ``python -m mnist_core.studies STUDY --out PATH``.

By itself, because Optuna imports scikit-learn for it, and that would leave 160 MB in the app. What it says on the way
is described in `mnist_core.system.children`.
"""

import mnist_core.as_program  # noqa: F401
from mnist_core.text import Sentence

# isort: split
import argparse
import json
import sys
from pathlib import Path

from mnist_core.system.children import Voice


def main(arguments: list[str]) -> int:
    """Write the importance of a study's settings as JSON and return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m mnist_core.studies")
    parser.add_argument("study")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    voice = Voice()

    def compute() -> None:
        from mnist_core.store import shared_store
        from mnist_core.studies.importance import importance
        from mnist_core.system.files import replacing

        store = shared_store()
        question = store.studies.get(options.study).question
        with replacing(options.out) as temporary:
            temporary.write_text(json.dumps(importance(question, store.trials.of(options.study))))

    return voice.exit_code_of(compute, Sentence("There was not enough memory for this computation."))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
