"""The app itself is killed or ended while a run trains."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from mnist_core.store import RunState
from tests.faults.conftest import LONG, ME, Lab
from tests.serving import running_server
from tests.waiting import wait_until

pytestmark = pytest.mark.slow
Labs = Callable[..., Lab]
ROOT = Path(__file__).parents[2]
APP = """
import sys, time
from mnist_core.config import RunConfig
from mnist_core.engine import shared_supervisor
from mnist_core.store import Visitor
print(shared_supervisor().submit(RunConfig.from_json(sys.argv[1]), "suffers", visitor=Visitor("me")), flush=True)
time.sleep(600)
"""


@pytest.fixture
def app() -> Iterator[Callable[[], tuple["subprocess.Popen[str]", str]]]:
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


def test_after_kill_9_of_the_app_its_workers_end_and_the_run_is_resumed(
    lab: Labs, app: Callable[[], tuple["subprocess.Popen[str]", str]]
) -> None:
    process, run_id = app()
    here = lab.__wrapped__ if hasattr(lab, "__wrapped__") else None
    assert here is None
    from mnist_core.store import shared_store

    store = shared_store()
    wait_until(lambda: bool(store.files(run_id).checkpoint_step()), 90, "a checkpoint")
    workers = psutil.Process(process.pid).children(recursive=True)
    assert workers
    process.kill()
    process.wait()
    gone, alive = psutil.wait_procs(workers, timeout=5)
    assert not alive, f"orphans: {alive}"
    step = store.files(run_id).checkpoint_step()
    assert step

    restarted = lab()
    record = restarted.until(run_id, RunState.INTERRUPTED)
    assert record.error is not None
    assert record.error.message == "The program that trained this run ended before the run was finished."
    restarted.check_what_was_finished()
    restarted.supervisor.resume(run_id, ME)
    wait_until(lambda: store.get(run_id).step > step, 90, "more batches")
    restarted.supervisor.stop(run_id, ME)
    assert restarted.until(run_id, RunState.STOPPED).outcome.test_accuracy is not None


def test_sigterm_ends_the_server_cleanly_and_the_run_can_be_resumed(tmp_path: Path) -> None:
    from mnist_core.engine import Supervisor
    from mnist_core.settings import Settings
    from mnist_core.store import Store

    home = tmp_path / "served"
    store = Store(Settings(home=home, keras_dir=tmp_path / "none", offline=True, warm_spare=False))
    run_id = store.create(LONG, "suffers", owner="me")  # the server finds it in its queue
    with running_server(home) as server:
        wait_until(lambda: bool(store.files(run_id).checkpoint_step()), 90, "a checkpoint")
        workers = psutil.Process(server.process.pid).children(recursive=True)
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(20)
        _, alive = psutil.wait_procs(workers, timeout=5)
        assert not alive
    record = store.get(run_id)
    assert record.state is RunState.INTERRUPTED
    assert record.pid is not None
    step = store.files(run_id).checkpoint_step()
    assert step
    supervisor = Supervisor(store, store.settings)
    supervisor.start()
    supervisor.resume(run_id, ME)
    wait_until(lambda: store.get(run_id).step > step, 90, "more batches")
    supervisor.close()
    store.close()
