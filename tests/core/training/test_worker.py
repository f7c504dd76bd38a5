"""The worker's process: what it reads from its input, and that it never outlives the app."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_core.store import RunState, own_process
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
ORPHANED = 4


class Worker:
    """A worker process on a line of its own: no supervisor watches it."""

    def __init__(self, log):
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-u", "-m", "mnist_core.training.worker"],
                cwd=ROOT,
                # as on a desktop; in the C locale Python lets bytes pass that are no UTF-8
                env=os.environ | {"PYTHONIOENCODING": "utf-8:strict"},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def send(self, line):
        self.process.stdin.write(line if isinstance(line, bytes) else json.dumps(line).encode())
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def run(self, run_id):
        self.send({"command": "run", "run_id": run_id})

    def end_input(self, seconds=5.0):
        """Do what the end of the app does, and return the exit code."""
        self.process.stdin.close()
        return self.process.wait(seconds)


@pytest.fixture
def start(tmp_path, digits):
    workers = []

    def start():
        workers.append(Worker(tmp_path / f"worker-{len(workers)}.log"))
        return workers[-1]

    yield start
    for worker in workers:
        worker.process.kill()
        worker.process.wait()
        worker.process.stdin.close()


@pytest.fixture
def training(start, store, endless):
    """Return a worker in the middle of its training, and the run's id."""
    worker, run_id = start(), store.create(endless, "Endless")
    worker.run(run_id)
    wait_until(lambda: store.get(run_id).step > 0 or worker.process.poll() is not None, 60, "the first batch")
    assert worker.process.poll() is None, worker.log.read_text()
    return worker, run_id


def test_a_worker_whose_input_ends_before_any_command_ends(start):
    assert start().end_input() == ORPHANED


def test_a_worker_whose_input_ends_while_it_imports_keras_ends(start, store, endless):
    worker, run_id = start(), store.create(endless, "Endless")
    worker.run(run_id)
    wait_until(lambda: store.get(run_id).phase == "import", 30, "the import")
    assert worker.end_input() == ORPHANED
    assert store.mark_interrupted() == [run_id]
    record = store.get(run_id)
    assert record.state is RunState.INTERRUPTED
    assert record.error.message.endswith("ended before the run was finished.")


def test_a_worker_whose_input_ends_while_it_trains_ends(training, store):
    worker, run_id = training
    assert store.mark_interrupted() == [], "a run at work was taken for a dead one"
    assert store.get(run_id).pid == worker.process.pid
    assert worker.end_input() == ORPHANED
    assert store.mark_interrupted() == [run_id]


def test_unreadable_lines_do_not_disturb_a_training_and_the_end_of_input_is_still_noticed(training, store):
    worker, run_id = training
    for line in (b"{", b"\xff\xfe", b"[1]", b"null", b"{}", b'{"command": "dance"}', b'{"command": "run"}'):
        worker.send(line)
    step = store.get(run_id).step
    wait_until(lambda: store.get(run_id).step > step, 30, "more batches")
    assert worker.end_input() == ORPHANED


def test_a_readable_command_after_an_unreadable_line_is_obeyed(start, store, baseline):
    worker, run_id = start(), store.create(baseline, "Baseline")
    worker.send(b"this is no command")
    worker.run(run_id)
    assert worker.process.wait(60) == 0, worker.log.read_text()
    assert store.get(run_id).state is RunState.COMPLETED
    assert "this is no command" in worker.log.read_text()


def test_a_stop_that_comes_before_training_began_is_obeyed(start, store, endless):
    worker, run_id = start(), store.create(endless, "Endless")
    worker.run(run_id)
    worker.send({"command": "stop"})
    assert worker.process.wait(60) == 0, worker.log.read_text()
    assert store.get(run_id).state is RunState.STOPPED


def test_a_failed_run_gives_another_exit_code(start, store, network):
    worker, run_id = start(), store.create(network(dataset="mnist"), "No data")
    worker.run(run_id)
    assert worker.process.wait(60) == 1
    assert store.get(run_id).state is RunState.FAILED
    assert "MNIST is not on this computer" in worker.log.read_text()


def test_a_worker_does_not_take_a_run_that_another_process_has(start, store, baseline):
    run_id = store.create(baseline, "Taken")
    assert store.claim(run_id, own_process())
    worker = start()
    worker.run(run_id)
    assert worker.process.wait(60) == 0
    record = store.get(run_id)
    assert (record.state, record.pid) == (RunState.RUNNING, own_process().pid)


def test_two_workers_with_the_same_run_train_it_once(start, store, baseline):
    run_id = store.create(baseline, "Wanted twice")
    workers = [start(), start()]
    for worker in workers:
        worker.run(run_id)
    assert [worker.process.wait(60) for worker in workers] == [0, 0]
    assert store.get(run_id).state is RunState.COMPLETED
    assert len(store.points(run_id)) == baseline.model.folds
    assert store.get(run_id).pid in [worker.process.pid for worker in workers]


def test_a_worker_ends_quietly_although_its_input_is_still_open(start, store, baseline):
    worker, run_id = start(), store.create(baseline, "Baseline")
    worker.run(run_id)
    assert worker.process.wait(60) == 0
    assert "Fatal Python error" not in worker.log.read_text()
