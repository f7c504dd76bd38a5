"""A clock in 1973, as of a computer without battery or network: for the app and for its workers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_core.store import RunState, Visitor
from tests.faults.conftest import SHORT, Lab

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
# Python imports a module of this name at its start. The monotonic clock stays what it is, as in reality.
SITECUSTOMIZE = """
import time
_back = time.time() - 105444000
_time, _local, _utc = time.time, time.localtime, time.gmtime
time.time = lambda: _time() - _back
time.time_ns = lambda: int(time.time() * 1e9)
time.localtime = lambda seconds=None: _local(time.time() if seconds is None else seconds)
time.gmtime = lambda seconds=None: _utc(time.time() if seconds is None else seconds)
"""


@pytest.fixture
def in_1973(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "clock"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SITECUSTOMIZE)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    year = [sys.executable, "-c", "import time; print(time.localtime().tm_year)"]
    assert subprocess.run(year, capture_output=True, text=True, check=True).stdout.strip() == "1973"


def test_a_run_is_trained_and_taken_away_in_1973(lab: Lab, in_1973: None, tmp_path: Path) -> None:
    lab.start()
    run_id = lab.submit(SHORT, Visitor("me"))
    record = lab.until(run_id, RunState.COMPLETED, RunState.FAILED, RunState.INTERRUPTED)
    assert record.finished is not None
    assert record.finished.year == 1973
    lab.check_completed(run_id)
    command = [sys.executable, "-m", "mnist_core", "hub", run_id, "--out", str(tmp_path / "hub")]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "hub" / "model.keras").stat().st_size
    lab.check_what_was_finished()
