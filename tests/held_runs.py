"""Runs that a test plays itself, beside a dashboard that trains whatever waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mnist_core.config import RunConfig
from mnist_core.store import Store
from mnist_core.system.processes import own_process


@contextmanager
def held_run(store: Store, config: RunConfig, name: str = "A run", **more: Any) -> Iterator[str]:
    """Record a run that is this process's from its first moment on, and at work; give its id.

    Parameters
    ----------
    store : Store
    config : RunConfig
    name : str
    **more
        Of `NewRuns.create`.
    """
    with store.apps.present() as app:
        run_id = store.new_runs.create(config, name, holder=app, **more)
        assert store.queue.claim(run_id, own_process(), app)
        yield run_id
