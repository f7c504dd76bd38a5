"""A disk that is really full: a small file system in memory, where the tests may mount one."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mnist_core.engine import supervisor
from mnist_core.errors import DiskFullError
from mnist_core.settings import get_settings
from mnist_core.store import RunRecord, RunState, Store, Visitor
from tests.faults.conftest import LONG, SHORT, Lab, sentence
from tests.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="mounts as Linux does")]
SIZE = 150_000_000


@pytest.fixture
def small_disk(own_home: Path) -> Iterator[Path]:
    own_home.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(own_home)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small file system")
    yield own_home
    subprocess.run(["umount", "--lazy", str(own_home)], check=True)


@pytest.fixture
def lab(small_disk: Path, digits: object, finished_run: Callable[..., RunRecord], store: Store) -> Iterator[Lab]:
    lab = Lab(store, finished_run(SHORT, name="finished before"))
    yield lab
    lab.close()


def fill(home: Path) -> None:
    """Take all space that is left, to the last byte."""
    with (home / "filler").open("ab", buffering=0) as stream:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    stream.write(b"x" * size)


def test_a_full_disk_ends_a_run_in_words_and_the_queue_waits_until_there_is_space(
    lab: Lab, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_CLEANING", 1.0)  # not a minute until the reserve is filled again
    lab.start()
    wait_until(get_settings().reserve_path.exists, 240, "the reserve")
    run_id = lab.submit(LONG)
    lab.until_saved(run_id)
    waiting = lab.submit(SHORT.with_settings({"seed": 7}))
    fill(small_disk)
    record = lab.until(run_id, RunState.FAILED, RunState.INTERRUPTED, RunState.COMPLETED)
    assert sentence(record).startswith("The disk is full: ")
    assert lab.store.files(run_id).checkpoint_step(), "what was trained is kept"
    assert lab.store.runs.get(waiting).state is RunState.QUEUED, "it does not fail for want of space"
    with pytest.raises(DiskFullError, match="Free some space"):
        lab.submit(SHORT, Visitor("another"))
    lab.check_what_was_finished()
    (small_disk / "filler").unlink()
    lab.check_completed(waiting)
    lab.check_the_queue_goes_on()
    wait_until(get_settings().reserve_path.exists, 240, "the reserve to be filled again")


def test_a_full_disk_without_any_reserve_is_told_as_soon_as_it_can_be(lab: Lab, small_disk: Path) -> None:
    lab.start()
    wait_until(get_settings().reserve_path.exists, 240, "the reserve")
    run_id = lab.submit(LONG)
    lab.until_saved(run_id)
    get_settings().reserve_path.unlink()  # as if others had taken it
    fill(small_disk)
    worker = lab.worker(run_id)
    wait_until(lambda: not worker.is_running() or worker.status() == "zombie", 240, "the worker's end")
    (small_disk / "filler").unlink()
    record = lab.until(run_id, RunState.FAILED, RunState.INTERRUPTED)
    assert "exit code" not in sentence(record)
    lab.check_what_was_finished()
