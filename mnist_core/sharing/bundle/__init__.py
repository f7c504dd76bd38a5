"""A run as a zip that one takes away: it behaves outside as it does here, and can be brought back.

`bundled` is the run as values, with one way to write it and one to read it. What comes in is a stranger's: `read`
checks names, sizes and values before anything is kept (`texts`, `measured`), and the files of its network are written
here, from its numbers. An imported run gets an id of its own, and is its visitor's. It knows one run; drawings and
checkpoints are never in a bundle.
"""

from mnist_core.sharing.bundle.bundled import BundledRun
from mnist_core.sharing.bundle.install import import_bundle
from mnist_core.sharing.bundle.read import most_bytes, read_bundle
from mnist_core.sharing.bundle.service import (
    file_name,
    forget_bundle,
    look_at_import,
    ready_bundle,
    request_bundle,
    request_import,
)

__all__ = [
    "BundledRun",
    "file_name",
    "forget_bundle",
    "import_bundle",
    "look_at_import",
    "most_bytes",
    "read_bundle",
    "ready_bundle",
    "request_bundle",
    "request_import",
]
