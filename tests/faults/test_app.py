"""The app itself is killed or ended while a run trains."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from mnist_core.engine import Supervisor
from mnist_core.settings import Settings
from mnist_core.store import RunState, Store
from tests.faults.conftest import LONG, ME, Lab, sentence
from tests.serving import running_server
from tests.waiting import wait_until

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
APP = """
import sys, time
from mnist_core.config import RunConfig
from mnist_core.engine import shared_supervisor
from mnist_core.store import Visitor
print(shared_supervisor().submit(RunConfig.from_json(sys.argv[1]), "suffers", visitor=Visitor("me")), flush=True)
time.sleep(600)
"""
GONE = "The program that trained this run ended before the run was finished."
App = Callable[[], tuple["subprocess.Popen[str]", str]]


@pytest.fixture
def app() -> Iterator[App]:
    """Return a function that starts an app without pages, and returns it with the run it began."""
    started = []

    def start() -> tuple["subprocess.Popen[str]", str]:
        process = subprocess.Popen(
            [sys.executable, "-c", APP, LONG.to_json()],
            cwd=ROOT,
            env=os.environ | {"MNIST_LAB_WARM_SPARE": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_after_kill_9_of_the_app_its_workers_end_and_the_run_is_resumed(lab: Lab, app: App) -> None:
    process, run_id = app()
    lab.until_saved(run_id)
    workers = psutil.Process(process.pid).children(recursive=True)
    assert workers
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(workers, timeout=240)
    assert not alive, f"orphans: {alive}"
    assert lab.store.files(run_id).checkpoint_step()
    step = lab.store.runs.get(run_id).step  # batches after the checkpoint are done again

    lab.start()  # the app again
    assert sentence(lab.until(run_id, RunState.INTERRUPTED)) == GONE
    lab.check_what_was_finished()
    lab.supervisor.resume(run_id, ME)
    lab.until_beyond(run_id, step)
    lab.supervisor.stop(run_id, ME)
    assert lab.until(run_id, RunState.STOPPED).outcome.test_accuracy is not None


def test_a_worker_that_stands_still_when_its_app_is_killed_is_ended_by_the_next_app(lab: Lab, app: App) -> None:
    process, run_id = app()
    lab.until_saved(run_id)
    worker = lab.worker(run_id)
    worker.suspend()
    process.kill()
    process.wait()
    assert worker.is_running()

    lab.start(hang_patience=1.0)
    assert sentence(lab.until(run_id, RunState.INTERRUPTED)) == GONE
    wait_until(lambda: not worker.is_running(), 240, "the worker's end")
    lab.check_what_was_finished()


def test_sigterm_ends_the_server_cleanly_and_the_run_can_be_resumed(tmp_path: Path) -> None:
    home = tmp_path / "served"
    store = Store(Settings(home=home, keras_dir=tmp_path / "none", offline=True, warm_spare=False))
    run_id = store.new_runs.create(LONG, "suffers", owner="me")  # the server finds it in its queue
    with running_server(home) as server:
        wait_until(lambda: bool(store.files(run_id).checkpoint_step()), 240, "a checkpoint")
        workers = psutil.Process(server.process.pid).children(recursive=True)
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(240)
        _, alive = psutil.wait_procs(workers, timeout=240)
        assert not alive
    assert store.runs.get(run_id).state is RunState.INTERRUPTED
    assert store.files(run_id).checkpoint_step()
    step = store.runs.get(run_id).step
    supervisor = Supervisor(store, store.settings)
    supervisor.start()
    supervisor.resume(run_id, ME)
    wait_until(lambda: store.runs.get(run_id).step > step, 240, "more batches")
    supervisor.close()
    store.close()
