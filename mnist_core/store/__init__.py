"""The record of all runs: one database, one folder a run for files."""

from mnist_core.store.analyses import (
    KINDS,
    MAP_SAMPLES,
    Analysis,
    Kind,
    has_analysis,
    read_analysis,
    standard_analysis,
    write_analysis,
)
from mnist_core.store.artifacts import RunFiles, new_run_id
from mnist_core.store.records import (
    Finished,
    Imported,
    MetricPoint,
    Outcome,
    RunError,
    RunRecord,
    RunState,
    Shipped,
    Visitor,
)
from mnist_core.store.store import Store, shared_store
from mnist_core.store.tables import METRIC_NAMES

__all__ = [
    "KINDS",
    "MAP_SAMPLES",
    "METRIC_NAMES",
    "Analysis",
    "Finished",
    "Imported",
    "Kind",
    "MetricPoint",
    "Outcome",
    "RunError",
    "RunFiles",
    "RunRecord",
    "RunState",
    "Shipped",
    "Store",
    "Visitor",
    "has_analysis",
    "new_run_id",
    "read_analysis",
    "shared_store",
    "standard_analysis",
    "write_analysis",
]
