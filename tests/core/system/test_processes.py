"""How a process lets others go first."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

GIVE_WAY = "import sys; from mnist_core.system.processes import give_way; give_way(5); print(*{reads}, sep='\\n')"
AUTOGROUP = Path("/proc/self/autogroup")


def _said_by_a_child(reads: str, *, own_session: bool) -> str:
    command = [sys.executable, "-c", f"import os; {GIVE_WAY.format(reads=reads)}"]
    return subprocess.run(command, start_new_session=own_session, capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="niceness")
def test_a_process_is_nicer_than_whoever_started_it() -> None:
    expected = min(os.getpriority(os.PRIO_PROCESS, 0) + 5, 19)
    for own_session in (True, False):
        assert int(_said_by_a_child("[os.getpriority(os.PRIO_PROCESS, 0)]", own_session=own_session)) == expected


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="the system does not share processors between sessions")
def test_a_session_of_its_own_is_nicer_too_and_that_of_a_terminal_is_left_alone() -> None:
    before = AUTOGROUP.read_text()
    reads = "open('/proc/self/autogroup').readlines()"
    assert "nice 5" in _said_by_a_child(reads, own_session=True)
    assert _said_by_a_child(reads, own_session=False).strip() == before.strip()
    assert AUTOGROUP.read_text() == before
