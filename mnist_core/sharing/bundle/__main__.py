"""Entry of the process that makes a bundle: ``python -m mnist_core.sharing.bundle RUN --out FILE``.

``--language CODE`` is that of the report and of ``README.md``, ``--saved-model`` adds TensorFlow's own format.

What it says on the way is described in `mnist_core.system.children`.

Exit codes: 0 the file is written, 1 failed, 2 bad arguments, 4 nobody waits.
"""

import mnist_core.as_program  # noqa: F401
from mnist_core.text import SOURCE_LANGUAGE, Sentence, translator

# isort: split
import argparse
import sys
from pathlib import Path

from mnist_core.system.children import Voice


def main(arguments: list[str]) -> int:
    """Make one bundle and return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m mnist_core.sharing.bundle")
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--saved-model", action="store_true")
    parser.add_argument("--language", default=SOURCE_LANGUAGE, metavar="CODE")
    options = parser.parse_args(arguments)
    voice = Voice()

    def make() -> None:
        # Imported here: nobody waits for it where the arguments are wrong.
        from mnist_core.sharing.bundle.make import make_bundle
        from mnist_core.store import shared_store

        store = shared_store()
        make_bundle(
            store.runs.get(options.run),
            store,
            options.out,
            saved_model=options.saved_model,
            t=translator(options.language),
            report=voice.fraction,
        )

    return voice.exit_code_of(make, Sentence("There was not enough memory to make the bundle."))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
