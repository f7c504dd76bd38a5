"""Bundles that strangers bring along, one of which takes for ever."""

import threading
from pathlib import Path

import psutil
import pytest

from mnist_core.errors import LimitError
from mnist_core.sharing.bundle import install, look_at_import, request_import, service
from mnist_core.store import Store
from mnist_core.system.background import Asker
from tests.bundle_files import bundle_of
from tests.waiting import wait_until

PATIENCE = 60.0


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
        patch.setattr(install, "TRIAL", "tests.slow_trial")
        request_import("slow", data, store, "stranger", asker=slow)
        pid_file = store.settings.temporary_dir / "trial.pid"
        wait_until(lambda: pid_file.exists() and bool(pid_file.read_text()), PATIENCE, "the trial's begin")
    request_import("slow too", data, store, "stranger", asker=slow)
    request_import("mine", data, store, "me", asker=Asker("me"))
    task = look_at_import("mine", wait=PATIENCE, asker=Asker("me"))
    assert task is not None
    assert task.state == "done"
    assert task.result is not None
    assert store.get(task.result).owner == "me"
    slow_one = look_at_import("slow", asker=slow)
    assert slow_one is not None
    assert slow_one.state == "running"

    closed.set()
    assert look_at_import("slow", wait=PATIENCE) is None
    assert not psutil.pid_exists(int(pid_file.read_text()))
    assert not [path for path in store.settings.temporary_dir.iterdir() if path.is_dir()], "nothing is left of it"


def test_a_visitor_has_few_imports_waiting(store: Store, finished_run, tmp_path: Path, monkeypatch) -> None:
    data = bundle_of(finished_run(), store, tmp_path)
    monkeypatch.setattr(install, "TRIAL", "tests.slow_trial")
    for number in range(2):
        request_import(f"slow {number}", data, store, "stranger", asker=Asker("stranger"))
    wait_until((store.settings.temporary_dir / "trial.pid").exists, PATIENCE, "the first one's trial")
    assert [task.ahead for n in range(2) if (task := look_at_import(f"slow {n}", asker=Asker("stranger")))] == [0, 1]
    with pytest.raises(LimitError, match="Wait a little"):
        request_import("more", data, store, "stranger", asker=Asker("stranger"))
