"""The queue and its worker processes, what a run will take, how far it is, and longer computations.

`supervisor` is one thread. It fills slots (`workers`) in a fair order (`fairness`), watches memory, signs of life and
time of each worker (`job`), and keeps the disk from filling up (`cleaning`). Decisions use the monotonic clock and
counters, never the wall clock, which can be set back. It is a singleton of its module, because any visitor can clear
Streamlit's caches, and it ends with the server's lifespan, because on SIGTERM the server ends without running `atexit`.

It knows runs, processes and limits. It does not know Keras: what a worker does is `mnist_core.training`.
"""

from mnist_core.engine.analyses import Analyses, AnalysisStatus, close_shared_analyses, shared_analyses
from mnist_core.engine.estimate import Estimate, estimate
from mnist_core.engine.limits import check_config, check_continuation, check_training, why_no_training
from mnist_core.engine.pace import Pace, bundle_pace, classroom_pace, download_pace, link_pace, picture_pace
from mnist_core.engine.progress import Progress, progress
from mnist_core.engine.supervisor import (
    QueueStatus,
    Supervisor,
    close_shared_supervisor,
    shared_supervisor,
)
from mnist_core.engine.teaching import check_base, fine_tune_config

__all__ = [
    "Analyses",
    "AnalysisStatus",
    "Estimate",
    "Pace",
    "Progress",
    "QueueStatus",
    "Supervisor",
    "bundle_pace",
    "check_base",
    "check_config",
    "check_continuation",
    "check_training",
    "classroom_pace",
    "close_shared_analyses",
    "close_shared_supervisor",
    "download_pace",
    "estimate",
    "fine_tune_config",
    "link_pace",
    "picture_pace",
    "progress",
    "shared_analyses",
    "shared_supervisor",
    "why_no_training",
]
