"""Bundles that strangers bring along, one of which takes for ever."""

import threading
from pathlib import Path

import numpy as np
import pytest

from mnist_core.errors import LimitError
from mnist_core.sharing.bundle import install, look_at_import, request_import, service
from mnist_core.store import Store
from mnist_core.system.patience import pause_point
from mnist_core.system.turns import Asker
from tests.bundle_files import bundle_of

PATIENCE = 60.0


class Endless:
    """A network that never comes to its answer, and asks now and then whether somebody still waits for it."""

    def __init__(self) -> None:
        self.begun, self.ended = threading.Event(), threading.Event()

    def __call__(self, _session: object) -> "Endless":
        return self

    def predict(self, _images: np.ndarray) -> np.ndarray:
        self.begun.set()
        try:
            while True:
                pause_point()
                self.ended.wait(0.01)
        finally:
            self.ended.set()


@pytest.fixture(autouse=True)
def own_queue():
    service._imports.cache_clear()
    yield
    service._imports().close(PATIENCE)
    service._imports.cache_clear()


def test_an_import_that_takes_for_ever_holds_nobody_else_s_and_ends_with_its_page(
    store: Store, finished_run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bundle_of(finished_run(), store, tmp_path)
    closed = threading.Event()
    slow = Asker("stranger", "page", lambda: not closed.is_set())
    with monkeypatch.context() as patch:
        network = Endless()
        patch.setattr(install, "SharedNetwork", network)
        request_import("slow", data, store, "stranger", asker=slow)
        assert network.begun.wait(PATIENCE)
    request_import("slow too", data, store, "stranger", asker=slow)
    request_import("mine", data, store, "me", asker=Asker("me"))
    task = look_at_import("mine", wait=PATIENCE, asker=Asker("me"))
    assert task is not None
    assert task.state == "done"
    assert task.result is not None
    assert store.runs.get(task.result).owner == "me"
    slow_one = look_at_import("slow", asker=slow)
    assert slow_one is not None
    assert slow_one.state == "running"

    closed.set()
    assert look_at_import("slow", wait=PATIENCE) is None
    assert network.ended.is_set()
    assert {path.name for path in store.settings.runs_dir.iterdir()} == {run.id for run in store.runs.find(limit=10)}


def test_a_visitor_has_few_imports_waiting(store: Store, finished_run, tmp_path: Path, monkeypatch) -> None:
    data = bundle_of(finished_run(), store, tmp_path)
    network = Endless()
    monkeypatch.setattr(install, "SharedNetwork", network)
    for number in range(2):
        request_import(f"slow {number}", data, store, "stranger", asker=Asker("stranger"))
    assert network.begun.wait(PATIENCE)
    assert [task.ahead for n in range(2) if (task := look_at_import(f"slow {n}", asker=Asker("stranger")))] == [0, 1]
    with pytest.raises(LimitError, match="Wait a little"):
        request_import("more", data, store, "stranger", asker=Asker("stranger"))
