"""What the commands share: whose runs they see, how a run is named, how results are printed."""

import json
from typing import Any

from mnist_core.pretrained import SHIPPED, install_shipped
from mnist_core.store import RunRecord, Visitor, shared_store

RUN_HELP = "id of a run, or a shipped model: " + ", ".join(SHIPPED)
# Who can start this owns the computer.
LOCAL = Visitor(None, is_admin=True)


def chosen_run(run: str) -> RunRecord:
    """Return a run by its id, or a shipped model by its name; raises `RunNotFoundError`."""
    store = shared_store()
    install_shipped(store)
    return store.get(SHIPPED[run].run_id if run in SHIPPED else run)


def print_json(value: Any) -> None:
    """Print one JSON value as a line."""
    print(json.dumps(value))
