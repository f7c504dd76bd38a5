"""The queue and its worker processes, and how far a run is."""

from mnist_core.engine.progress import Progress, progress, total_rounds
from mnist_core.engine.supervisor import (
    Supervisor,
    close_shared_supervisor,
    shared_supervisor,
)

__all__ = [
    "Progress",
    "Supervisor",
    "close_shared_supervisor",
    "progress",
    "shared_supervisor",
    "total_rounds",
]
