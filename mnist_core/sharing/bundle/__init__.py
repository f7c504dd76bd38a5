"""A run as a zip that one takes away: it behaves outside as it does here, and can be brought back."""

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
