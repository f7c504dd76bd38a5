"""A process that changes runs as it is told, a line at a time: ``python -m tests.store_child``."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from mnist_core.config import RunConfig
from mnist_core.errors import MnistLabError
from mnist_core.store import Finished, Outcome, RunState, Shipped, Store, Visitor, shared_store
from mnist_core.system.processes import own_process

ADA = Visitor("ada")
ELSEWHERE = Finished(
    name="From elsewhere",
    config=RunConfig(),
    outcome=Outcome(),
    points=(),
    epoch=1,
    step=1,
    steps_per_epoch=1,
    size=1000,
)

CHANGES: dict[str, Callable[[Store, str], object]] = {
    "claim": lambda store, run_id: store.queue.claim(run_id, own_process()),
    "finish": lambda store, run_id: store.queue.finish(run_id, RunState.COMPLETED),
    "mark_paused": lambda store, run_id: store.queue.mark_paused(run_id),
    "request_stop": lambda store, run_id: store.queue.request_stop(run_id, ADA),
    "request_pause": lambda store, run_id: store.queue.request_pause(run_id, ADA),
    "request_resume": lambda store, run_id: store.queue.request_resume(run_id, ADA),
    "rename": lambda store, run_id: store.runs.rename(run_id, f"By {own_process().pid}", ADA) is None,
    "create": lambda store, _: store.new_runs.create(RunConfig(), "Another one"),
    "put_shipped": lambda store, run_id: (
        store.new_runs.put_shipped(run_id, Shipped(name="x", version=1, digest="x"), ELSEWHERE, datetime.now(UTC))
        is None
    ),
    "delete": lambda store, run_id: store.bin.delete(run_id, ADA) is None,
    "set_aside": lambda store, run_id: store.bin.set_aside([run_id]),
    "undelete": lambda store, run_id: store.bin.undelete(run_id, ADA),
    "remove": lambda store, run_id: store.bin.remove(run_id, deleted=True),
    "adopt_all": lambda store, run_id: run_id in store.folders.adopt_all(),
}


def _told(change: Callable[[Store, str], object], store: Store, run_id: str) -> bool | str:
    """Return whether a change happened, or the name of the error that says why not."""
    try:
        return bool(change(store, run_id))
    except MnistLabError as error:
        return type(error).__name__


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Do what each line says, to each of its runs."""
    store = shared_store()
    _say("ready")
    for line in sys.stdin:
        name, run_ids = json.loads(line)
        if name == "mark_interrupted":
            gone = store.queue.mark_interrupted()
            told = [run_id in gone for run_id in run_ids]
        else:
            told = [_told(CHANGES[name], store, run_id) for run_id in run_ids]
        _say(told)


if __name__ == "__main__":
    main()
