"""Training on a real Ray cluster of a head and two nodes, and what becomes of runs when parts of it are lost."""

import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from mnist_core.engine import ray_launcher
from mnist_core.engine import spare as spare_module
from mnist_core.engine.local import WORKER
from mnist_core.store import RunState
from tests.faults.conftest import LONG, ME, MEDIUM, QUICK, Lab, sentence
from tests.s3_server import S3Server
from tests.waiting import wait_until

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


class Machines:
    """A cluster whose computers are processes of this one: a head that trains nothing, and nodes of one core each."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = tempfile.mkdtemp(prefix="ray-")
        self.variables = {"RAY_LAB": self.folder}
        self.nodes: list[Any] = []

    @property
    def address(self) -> str:
        return str(self._cluster.address)

    def start(self, **head: object) -> None:
        from ray.cluster_utils import Cluster

        logging.getLogger("ray").setLevel(logging.ERROR)
        Path(tempfile.gettempdir(), "ray").mkdir(exist_ok=True)  # where Ray notes down the newest cluster
        options = {"num_cpus": 0, "gcs_server_port": self.port, "temp_dir": self.folder, "include_dashboard": False}
        with self._other_computers():
            self._cluster = Cluster(initialize_head=True, head_node_args=options | head)
        self.nodes = [self.add(), self.add()]

    def add(self, cpus: int = 1) -> Any:
        with self._other_computers():
            return self._cluster.add_node(num_cpus=cpus)

    @contextmanager
    def _other_computers(self) -> Iterator[None]:
        """Let what is started know nothing of this test's settings, but have a mark by which it is known."""
        with pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith(("MNIST_LAB_", "COVERAGE_", "COV_"))]:
                patch.delenv(name)
            for name, value in self.variables.items():
                patch.setenv(name, value)
            yield

    def remove(self, node: Any) -> None:
        """Let a node fail: all its processes are killed."""
        self._cluster.remove_node(node, allow_graceful=False)

    def stop(self) -> None:
        self._cluster.shutdown()
        shutil.rmtree(self.folder, ignore_errors=True)

    def node_of(self, process: psutil.Process) -> Any:
        """Return the node that a process belongs to."""
        above = {parent.pid for parent in process.parents()}
        for node in self.nodes:
            if above & {info.process.pid for infos in node.all_processes.values() for info in infos}:
                return node
        raise AssertionError("not of this cluster")


@pytest.fixture
def machines() -> Iterator[Machines]:
    """Return a cluster of this test's own, not started yet: one may send workers to a killed node for a while."""
    machines = Machines()
    yield machines
    if machines.nodes:
        machines.stop()


@pytest.fixture
def cluster(machines: Machines, postgres: str, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Lab]:
    """Return a function that starts the lab's supervisor on the cluster, which it starts too where there is none."""
    monkeypatch.setattr(spare_module, "_FIRST_DELAY", 0.0)

    def start(**changes: object) -> Lab:
        if not machines.nodes:
            machines.start()
        return lab.start(**{"engine": "ray", "ray_address": machines.address, "ray_cpus": 1.0, **changes})

    return start


def worker_of(lab: Lab, run_id: str) -> psutil.Process:
    """Return the process that trains a run, once it is known; here all computers are one."""
    jobs = lab.supervisor._workers._jobs
    wait_until(lambda: run_id in jobs and jobs[run_id].worker.pid is not None, 240, "a worker")
    pid = jobs[run_id].worker.pid
    assert pid is not None
    return psutil.Process(pid)


def workers(machines: Machines) -> list[psutil.Process]:
    """Return all worker processes of a cluster, whoever is their parent now."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        with suppress(psutil.Error):
            if WORKER in (process.info["cmdline"] or []) and process.environ().get("RAY_LAB") == machines.folder:
                found.append(process)
    return found


class Said:
    """What was printed in a test."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys, self._text = capsys, ""

    @property
    def text(self) -> str:
        self._text += self._capsys.readouterr().out
        return self._text

    def until(self, words: str) -> None:
        wait_until(lambda: words in self.text, 240, words)


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def until_gone(process: psutil.Process) -> None:
    wait_until(lambda: is_gone(process), 240, "the worker's end")


def test_a_run_trains_on_a_node_and_can_be_paused_resumed_and_stopped(
    cluster: Callable[..., Lab], machines: Machines
) -> None:
    lab = cluster(warm_spare=True)
    wait_until(lambda: lab.supervisor.spare_pid is not None, 240, "a warm worker on a node")
    spare = lab.supervisor.spare_pid
    run_id = lab.submit(LONG)
    lab.until_saved(run_id)
    worker = worker_of(lab, run_id)
    assert worker.pid == spare
    assert machines.node_of(worker) in machines.nodes
    assert lab.store.runs.get(run_id).pid_started is None, "its process id means nothing here"
    lab.supervisor.pause(run_id, ME)
    paused = lab.until(run_id, RunState.PAUSED)
    until_gone(worker)
    lab.supervisor.resume(run_id, ME)
    lab.until_beyond(run_id, paused.step)
    lab.supervisor.stop(run_id, ME)
    assert lab.until(run_id, RunState.STOPPED).outcome.test_accuracy is not None
    lab.check_what_was_finished()
    lab.close()
    wait_until(lambda: not workers(machines), 240, "the end of all workers")


@pytest.mark.parametrize("what", ["worker", "actor", "node"])
def test_a_run_goes_on_from_its_checkpoint_when_what_trains_it_is_lost(
    cluster: Callable[..., Lab], machines: Machines, what: str
) -> None:
    lab = cluster()
    run_id = lab.submit(LONG)
    step = lab.until_saved(run_id)
    kept = [point for point in lab.store.metrics.points(run_id) if point.step <= step]
    worker, claimed = worker_of(lab, run_id), lab.store.runs.get(run_id).pid
    if what == "worker":
        worker.kill()
        record = lab.until(run_id, RunState.INTERRUPTED)
        assert sentence(record).startswith("The training process was ended from outside (signal SIGKILL)")
        lab.supervisor.resume(run_id, ME)
    elif what == "actor":
        worker.parent().kill()
    else:
        node = machines.node_of(worker)
        machines.nodes.remove(node)
        machines.remove(node)
    until_gone(worker)
    wait_until(lambda: lab.store.runs.get(run_id).pid not in (None, claimed), 240, "another worker")
    lab.until_beyond(run_id, step)
    lab.supervisor.stop(run_id, ME)
    record = lab.until(run_id, RunState.STOPPED)
    assert record.outcome.test_accuracy is not None
    assert record.retries == (0 if what == "worker" else 1)
    assert lab.store.metrics.points(run_id)[: len(kept)] == kept, "the curve goes on where it was"
    lab.check_what_was_finished()


def test_limits_hold_on_another_computer(cluster: Callable[..., Lab]) -> None:
    lab = cluster()
    run_id = lab.submit(LONG)
    lab.until_saved(run_id)
    worker_of(lab, run_id).send_signal(signal.SIGSTOP)
    lab.change(hang_patience=2.0)
    record = lab.until(run_id, RunState.INTERRUPTED)
    assert sentence(record).startswith("The training gave no sign of life for 2 seconds, so it was ended.")
    lab.change(hang_patience=300.0)
    lab.supervisor.resume(run_id, ME)
    lab.until_beyond(run_id, record.step)
    lab.change(max_run_seconds=0.6)
    record = lab.until(run_id, RunState.STOPPED)
    assert record.outcome.test_accuracy is not None
    wait_until(lambda: lab.store.runs.get(run_id).error is not None, 240, "the reason")
    assert sentence(lab.store.runs.get(run_id)).startswith("The training reached the limit of 0.01 minutes")


def test_a_worker_that_takes_too_much_memory_is_ended_on_another_computer(cluster: Callable[..., Lab]) -> None:
    lab = cluster(worker_memory_mb=300)  # Keras alone takes more
    run_id = lab.store.new_runs.create(LONG, "too large", owner="me")  # past the check beforehand
    record = lab.until(run_id, RunState.FAILED)
    assert "GB of memory, and 0.3 GB are possible here, so it was ended." in sentence(record)
    lab.check_what_was_finished()


def test_a_dashboard_outside_of_the_cluster_and_its_nodes_share_files_through_object_storage(
    object_store: S3Server, cluster: Callable[..., Lab], machines: Machines, tmp_path: Path
) -> None:
    """As with the KubeRay operator: Ray's client, and no folder that both have."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = tmp_path / "on the nodes"
    machines.variables["MNIST_LAB_HOME"] = str(home)
    machines.start(ray_client_server_port=port)
    lab = cluster(ray_address=f"ray://127.0.0.1:{port}")
    run_id = lab.submit(MEDIUM)
    worker = worker_of(lab, run_id)
    assert machines.node_of(worker) in machines.nodes
    assert worker.environ()["MNIST_LAB_HOME"] == str(home)
    lab.check_completed(run_id)
    lab.check_what_was_finished()
    lab.close()
    wait_until(lambda: not workers(machines), 240, "the end of all workers")


def test_runs_wait_in_words_while_the_cluster_has_no_room(
    cluster: Callable[..., Lab], machines: Machines, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = cluster(ray_cpus=2.0)
    run_id = lab.submit(QUICK)
    said = Said(capsys)
    said.until("There is no room for a run in the Ray cluster, so runs wait: one takes 2.0 processor cores")
    record = lab.store.runs.get(run_id)
    assert (record.state, record.holder) == (RunState.QUEUED, None), "it waits in our queue, not in Ray's"
    assert lab.supervisor.queue_status(run_id).position == 0
    machines.add(cpus=2)
    lab.until(run_id, RunState.COMPLETED)
    assert said.text.count("There is no room") == 1


APP = """
import sys, time
from mnist_core.config import RunConfig
from mnist_core.engine import shared_supervisor
from mnist_core.store import Visitor
print(shared_supervisor().submit(RunConfig.from_json(sys.argv[1]), "run", visitor=Visitor("me")), flush=True)
time.sleep(600)
"""


def test_no_worker_outlives_an_app_that_is_killed_and_another_app_goes_on(
    cluster: Callable[..., Lab], machines: Machines, lab: Lab
) -> None:
    machines.start()
    settings = {"ENGINE": "ray", "RAY_ADDRESS": machines.address, "RAY_CPUS": "1", "WARM_SPARE": "1"}
    environment = os.environ | {f"MNIST_LAB_{name}": value for name, value in settings.items()}
    run = [sys.executable, "-c", APP, LONG.to_json()]
    with subprocess.Popen(run, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None
        run_id = next(line.strip() for line in app.stdout if line.startswith("20"))
        step = lab.until_saved(run_id)
        app.send_signal(signal.SIGKILL)
    wait_until(lambda: not workers(machines), 240, "the end of all workers")
    lab = cluster()
    lab.until_beyond(run_id, step)
    lab.supervisor.stop(run_id, ME)
    assert lab.until(run_id, RunState.STOPPED).outcome.test_accuracy is not None


def test_a_cluster_that_is_lost_costs_no_run_and_is_found_again_once_it_is_back(
    cluster: Callable[..., Lab], machines: Machines, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = cluster()
    run_id = lab.submit(MEDIUM)
    lab.until_saved(run_id)
    worker = worker_of(lab, run_id)
    with monkeypatch.context() as impatient:
        # For this long alone: beside other tests the process that talks to the cluster takes longer to begin.
        impatient.setattr(ray_launcher, "_SILENCE", 10.0)
        machines.stop()
        until_gone(worker)
        assert lab.until(run_id, RunState.QUEUED).retries == 1
        Said(capsys).until("uns wait")
    machines.start()
    lab.check_completed(run_id)
    lab.check_what_was_finished()
