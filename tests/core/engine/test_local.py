"""One worker process as the supervisor holds it, without any training."""

import json
import os
import signal
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from mnist_core.engine.local import LocalWorker
from mnist_core.settings import Settings
from mnist_core.store import RunState, Store
from tests.waiting import wait_until

NO_RUN = "20200101-000000-00000000"


@pytest.fixture
def start(tmp_path: Path, settings: Settings) -> Iterator[Callable[..., LocalWorker]]:
    """Return a function that starts a worker; all are ended after the test."""
    workers = []

    def start(run_id: str = NO_RUN, gpu: str | None = None, warm_up: bool = False, **changes: object) -> LocalWorker:
        worker = LocalWorker(settings.model_copy(update=changes), tmp_path / "worker.log", gpu=gpu, warm_up=warm_up)
        worker.begin(run_id, "an app")
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        worker.kill()
        worker.close(10)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that puts a shell script in the place of Python."""

    def put(script: str) -> None:
        path = tmp_path / "program"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr("sys.executable", str(path))

    return put


def test_the_worker_gets_its_settings_and_commands_and_its_output_is_the_log(
    start: Callable[..., LocalWorker], program: Callable[[str], None], tmp_path: Path, settings: Settings
) -> None:
    (tmp_path / "worker.log").write_text("an earlier line\n")
    program('echo "$@"; pwd; env; echo complaint >&2; exec cat')
    worker = start(gpu="7", slots=3, data_dir=Path("/some/data"), admin_token=SecretStr("very secret token"))
    worker.request_pause()
    worker.request_stop()
    worker.close(10)
    lines = (tmp_path / "worker.log").read_text().splitlines()
    project = Path(__file__).parents[3]
    assert lines[:3] == ["an earlier line", "-u -m mnist_core.training.worker --no-warm-up", str(project)]
    assert {
        f"MNIST_LAB_HOME={settings.home}",
        "MNIST_LAB_OFFLINE=True",
        "MNIST_LAB_SLOTS=3",
        "MNIST_LAB_DATA_DIR=/some/data",
        "CUDA_VISIBLE_DEVICES=7",
    } <= set(lines)
    assert "TOKEN" not in "".join(lines).upper(), "a worker needs no password"
    (path,) = [line.removeprefix("PYTHONPATH=") for line in lines if line.startswith("PYTHONPATH=")]
    assert path.split(os.pathsep)[0] == str(project)
    assert "complaint" in lines
    commands = [json.loads(line) for line in lines if line.startswith("{")]
    assert commands == [
        {"command": "run", "run_id": NO_RUN, "holder": "an app"},
        {"command": "pause"},
        {"command": "stop"},
    ]


def test_a_worker_tells_its_memory_while_it_lives(
    start: Callable[..., LocalWorker], program: Callable[[str], None]
) -> None:
    program("exec cat")
    worker = start()
    wait_until(lambda: worker.memory() > 100_000, 60, "the program to be loaded")
    worker.close(10)
    assert worker.memory() == 0


def test_ctrl_c_in_the_apps_terminal_does_not_reach_the_worker(
    start: Callable[..., LocalWorker], program: Callable[[str], None]
) -> None:
    program("exec cat")
    worker = start()
    assert os.getsid(worker.pid) == worker.pid != os.getsid(0)
    assert worker.poll() is None


def test_close_ends_a_worker_by_the_end_of_its_input(
    start: Callable[..., LocalWorker], program: Callable[[str], None]
) -> None:
    program("cat >/dev/null; exit 4")
    worker = start()
    worker.close(10)
    assert worker.poll() == 4
    worker.close(10)  # twice is no error


def test_close_kills_a_worker_that_does_not_notice_the_end_of_its_input(
    start: Callable[..., LocalWorker], program: Callable[[str], None]
) -> None:
    program("exec sleep 600")
    worker = start()
    worker.close(0.2)
    assert worker.poll() == -signal.SIGKILL


def test_terminate_ends_a_worker_and_kill_ends_even_a_frozen_one(
    start: Callable[..., LocalWorker], program: Callable[[str], None]
) -> None:
    program("exec sleep 600")
    polite, frozen = start(), start()
    polite.terminate()
    wait_until(lambda: polite.poll() == -signal.SIGTERM, 60, "the end by SIGTERM")
    process = psutil.Process(frozen.pid)
    process.suspend()
    # A signal that comes before the process really stands still is taken first.
    wait_until(lambda: process.status() == psutil.STATUS_STOPPED, 60, "the process to stand still")
    frozen.terminate()
    assert frozen.poll() is None
    frozen.kill()
    wait_until(lambda: frozen.poll() == -signal.SIGKILL, 60, "the end by SIGKILL")


def test_commands_to_a_worker_that_has_ended_are_no_error(
    start: Callable[..., LocalWorker], program: Callable[[str], None]
) -> None:
    program("exit 3")
    worker = start()
    wait_until(lambda: worker.poll() == 3, 60, "the worker's end")
    worker.request_stop()
    worker.terminate()
    worker.kill()
    worker.close(1)
    assert worker.poll() == 3


@pytest.mark.slow
def test_a_run_that_is_not_queued_any_more_is_left_alone(
    start: Callable[..., LocalWorker], store: Store, finished_run: Callable[..., object]
) -> None:
    run = finished_run()
    worker = start(run.id)
    wait_until(lambda: worker.poll() == 0, 60, "the worker's end")
    assert store.runs.get(run.id) == run
    assert run.state is RunState.COMPLETED


def test_a_worker_keeps_its_temporary_files_in_our_folder(
    start: Callable[..., LocalWorker], program: Callable[[str], None], tmp_path: Path, settings: Settings
) -> None:
    program('echo "$TMPDIR"')
    worker = start()
    wait_until(lambda: worker.poll() is not None, 60, "the program has ended")
    assert settings.temporary_dir.is_dir()
    assert str(settings.temporary_dir) in (tmp_path / "worker.log").read_text()
