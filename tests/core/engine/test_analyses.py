"""The service that computes for all visitors: shared, one after the other, failing, closing."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from mnist_core.datasets import Dataset
from mnist_core.engine import Analyses, shared_analyses
from mnist_core.settings import Settings
from mnist_core.store import Analysis, write_analysis
from mnist_core.system.launching import PROJECT
from tests.waiting import wait_until

MAP = Analysis("tsne", "digits", 100)
RULE = Analysis("knn", "digits", 100)


@pytest.fixture
def service(settings: Settings) -> Iterator[Analyses]:
    service = Analyses(settings)
    yield service
    service.close()


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that puts a shell script in the place of Python."""

    def put(script: str) -> None:
        path = tmp_path / "program"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr("sys.executable", str(path))

    return put


def wait_for(service: Analyses, analysis: Analysis, state: str) -> None:
    wait_until(lambda: service.status(analysis).state == state, 240, f"{analysis.kind} to be {state}")


def test_a_computation_runs_to_its_result_with_progress(service: Analyses, digits: Dataset) -> None:
    assert service.status(MAP).state == "missing"
    service.start(MAP)
    wait_until(lambda: service.status(MAP).fraction > 0, 240, "progress")
    wait_for(service, MAP, "ready")
    assert service.status(MAP).fraction == 1.0
    assert service.child_pid is None


def test_two_visitors_share_one_child(service: Analyses, program: Callable[[str], None], tmp_path: Path) -> None:
    program(f"echo started >> {tmp_path}/starts; cat >/dev/null")
    service.start(MAP)
    service.start(MAP)
    wait_until(lambda: service.child_pid is not None, 240, "the child")
    service.start(MAP)
    wait_until((tmp_path / "starts").exists, 240, "the child's start")
    service.close()
    assert (tmp_path / "starts").read_text() == "started\n"


def test_one_child_works_at_a_time_and_the_next_waits(
    service: Analyses, program: Callable[[str], None], tmp_path: Path
) -> None:
    program(f'echo "$3" >> {tmp_path}/kinds; while [ ! -e {tmp_path}/go ]; do sleep 0.02; done; exit 1')
    service.start(MAP)
    service.start(RULE)
    wait_until((tmp_path / "kinds").exists, 240, "the first child")
    assert service.status(MAP).state == "running"
    assert service.status(RULE).state == "waiting"
    (tmp_path / "go").touch()
    wait_for(service, RULE, "missing")
    assert (tmp_path / "kinds").read_text().split() == ["tsne", "knn"]


def test_what_is_computed_already_is_not_computed_again(
    service: Analyses, program: Callable[[str], None], settings: Settings
) -> None:
    program("exit 1")
    write_analysis(MAP, {"points": 1}, settings)
    service.start(MAP)
    assert service.status(MAP).state == "ready"
    assert service.child_pid is None


def test_a_failure_is_a_sentence_and_another_try_is_possible(service: Analyses, program: Callable[[str], None]) -> None:
    program('echo \'{"error": {"template": "No room for {n} images.", "values": {"n": "5"}}}\'; exit 1')
    service.start(MAP)
    wait_for(service, MAP, "missing")
    assert str(service.status(MAP).error) == "No room for 5 images."
    program("exit 3")
    service.start(MAP)
    wait_until(lambda: "exit code 3" in str(service.status(MAP).error), 240, "the next failure")


@pytest.mark.parametrize("script", ["kill -9 $$", "printf '{\"fraction\": 0.'; exit 5", "echo nonsense; exit 5"])
def test_a_child_that_dies_in_the_middle_is_a_sentence(
    service: Analyses, program: Callable[[str], None], script: str
) -> None:
    program(script)
    service.start(MAP)
    wait_for(service, MAP, "missing")
    assert "ended without a result" in str(service.status(MAP).error)


def test_a_child_that_cannot_be_started_is_a_sentence(service: Analyses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/no/such/program")
    service.start(MAP)
    wait_for(service, MAP, "missing")
    assert "could not be started" in str(service.status(MAP).error)


def test_a_child_that_takes_too_long_is_ended(settings: Settings, program: Callable[[str], None]) -> None:
    program("exec sleep 600")
    service = Analyses(settings.model_copy(update={"max_run_seconds": 0.1}))
    service.start(MAP)
    wait_for(service, MAP, "missing")
    assert "ended without a result" in str(service.status(MAP).error)


def test_closing_ends_the_child_and_nothing_starts_after_it(service: Analyses, digits: Dataset) -> None:
    service.start(Analysis("tsne", "digits", 1500))
    wait_until(lambda: service.child_pid is not None, 240, "the child")
    pid = service.child_pid
    assert pid is not None
    assert os.getsid(pid) == pid, "Ctrl-C in the app's terminal shall not reach it"
    service.start(RULE)
    service.close()
    assert not psutil.pid_exists(pid)
    service.start(MAP)
    assert service.status(MAP).state == service.status(RULE).state == "missing"


APP = """
import time
from mnist_core.engine import shared_analyses
from mnist_core.store import Analysis
shared_analyses().start(Analysis("tsne", "digits", 1500))
while (pid := shared_analyses().child_pid) is None:
    time.sleep(0.01)
print(pid, flush=True)
time.sleep(600)
"""


def test_the_child_ends_with_an_app_that_is_killed(digits: Dataset) -> None:
    app = subprocess.Popen([sys.executable, "-c", APP], cwd=PROJECT, stdout=subprocess.PIPE)
    assert app.stdout is not None
    with app.stdout:
        pid = int(app.stdout.readline())
    assert psutil.pid_exists(pid)
    app.kill()
    app.wait(240)

    def is_gone() -> bool:
        # A process whose parent is gone may stay in the table until the system looks at it.
        return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE

    wait_until(is_gone, 240, "the child's end")


def test_the_shared_service_is_one() -> None:
    assert shared_analyses() is shared_analyses()
