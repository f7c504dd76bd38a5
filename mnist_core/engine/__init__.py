"""The queue and its worker processes, what a run will take, and how far it is."""

from mnist_core.engine.devices import default_slots
from mnist_core.engine.estimate import Estimate, estimate
from mnist_core.engine.limits import check_config, check_continuation
from mnist_core.engine.progress import Progress, progress, total_rounds
from mnist_core.engine.supervisor import (
    QueueStatus,
    Supervisor,
    close_shared_supervisor,
    shared_supervisor,
)

__all__ = [
    "Estimate",
    "Progress",
    "QueueStatus",
    "Supervisor",
    "check_config",
    "check_continuation",
    "close_shared_supervisor",
    "default_slots",
    "estimate",
    "progress",
    "shared_supervisor",
    "total_rounds",
]
