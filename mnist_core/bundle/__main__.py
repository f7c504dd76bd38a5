"""Entry of the process that makes a bundle: ``python -m mnist_core.bundle RUN --out FILE [--saved-model]``.

What it says on the way is described in `mnist_core.engine.children`.

Exit codes: 0 the file is written, 1 failed, 2 bad arguments, 4 nobody waits.
"""

import argparse
import sys
import traceback
from pathlib import Path

from mnist_core.engine.children import Voice


def main(arguments: list[str]) -> int:
    """Make one bundle and return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m mnist_core.bundle")
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--saved-model", action="store_true")
    options = parser.parse_args(arguments)
    voice = Voice()
    # Imported here: nobody waits for it where the arguments are wrong.
    from mnist_core.bundle.make import make_bundle
    from mnist_core.errors import MnistLabError
    from mnist_core.store import shared_store

    try:
        store = shared_store()
        record = store.get(options.run)
        make_bundle(record, store, options.out, saved_model=options.saved_model, report=voice.fraction)
    except MnistLabError as error:
        voice.error(error)
        return 1
    except MemoryError:
        voice.error(MnistLabError("There was not enough memory to make the bundle."))
        return 1
    except Exception:  # into the log; the app says that there is no result
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
