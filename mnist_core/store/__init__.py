"""The record of all runs: one database, one folder a run for files.

States: queued, running, then completed, stopped, failed, or interrupted (its process is gone); running and paused.
Paused and interrupted runs are queued again and go on from their checkpoint. Each change is one conditional update,
so two processes can't claim one run. A finished run is never written again.

- Who may see or change a run is decided by `Visitor` (`records`) and checked in every request (`requests`).
- `artifacts` spells the names of a run's files, each with one writer, moved into place when it is whole.
- A deleted run keeps its row for ten minutes and is found by `deleting` alone. `room` refuses new runs where the disk
  is full: what others have is never deleted for it. `visitors` has the limits that new visitors share: a cookie can
  be thrown away, so no limit may be a visitor's alone.
- `listing` takes light rows, without checking each configuration, so that thousands are listed in a fraction of a
  second.
- ``record.json`` in a run's folder is its row, written in the transaction that changes it (`folders`). `copies`
  copies the database. Every request looks whether the file is still the one that was opened; where not, nothing is
  written any more.
- On a full disk `reserve` is given up for what must be written: ends of runs, and deletions.
- A visitor's drawings reach a page by `Store.read_drawings_of` only, which gives them to whoever drew them.

It knows values and files. It does not know how networks are trained, nor what pages show.
"""

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
