"""A run as a zip that one takes away: it behaves outside as it does here, and can be brought back.

What comes in is a stranger's: `read` checks names, sizes and values before anything is kept, and whatever is computed
with it is computed in a child process with little memory and time. An imported run gets an id of its own, and is its
visitor's. It knows one run; drawings and checkpoints are never in a bundle.
"""

from mnist_core.sharing.bundle.install import import_bundle
from mnist_core.sharing.bundle.read import Incoming, most_bytes, read_bundle
from mnist_core.sharing.bundle.service import (
    file_name,
    forget_bundle,
    look_at_import,
    ready_bundle,
    request_bundle,
    request_import,
)

__all__ = [
    "Incoming",
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
