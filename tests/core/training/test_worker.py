"""The worker's process: what it reads from its input, and that it never outlives the app."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from mnist_core.models.speed import read_speed
from mnist_core.store import RunState, Visitor
from mnist_core.system.processes import own_process
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
ORPHANED = 4
ADMIN = Visitor(None, is_admin=True)


class Worker:
    """A worker process on a line of its own: no supervisor watches it."""

    def __init__(self, log, *arguments):
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-u", "-m", "mnist_core.training.worker", *arguments],
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

    def end_input(self):
        """Do what the end of the app does, and return the exit code."""
        self.process.stdin.close()
        return self.process.wait(240)


@pytest.fixture
def start(tmp_path, digits):
    workers = []

    def start(*arguments):
        workers.append(Worker(tmp_path / f"worker-{len(workers)}.log", *(arguments or ("--no-warm-up",))))
        return workers[-1]

    yield start
    for worker in workers:
        worker.process.kill()
        worker.process.wait()
        worker.process.stdin.close()


WARM = "--warm-up-is-the-default"  # any other argument


@pytest.fixture
def training(start, store, endless):
    """Return a worker in the middle of its training, and the run's id."""
    worker, run_id = start(), store.new_runs.create(endless, "Endless")
    worker.run(run_id)
    wait_until(lambda: store.runs.get(run_id).step > 0 or worker.process.poll() is not None, 240, "the first batch")
    assert worker.process.poll() is None, worker.log.read_text()
    return worker, run_id


@pytest.mark.skipif(sys.platform == "win32", reason="niceness")
def test_pages_come_first(training):
    worker, _ = training
    assert os.getpriority(os.PRIO_PROCESS, worker.process.pid) >= min(os.getpriority(os.PRIO_PROCESS, 0) + 5, 19)


def test_a_worker_whose_input_ends_before_any_command_ends(start):
    assert start().end_input() == ORPHANED


def test_a_worker_whose_input_ends_while_it_imports_keras_ends(start, store, endless):
    worker, run_id = start(), store.new_runs.create(endless, "Endless")
    worker.run(run_id)
    wait_until(lambda: store.runs.get(run_id).phase == "import", 240, "the import")
    assert worker.end_input() == ORPHANED
    assert store.queue.mark_interrupted() == [run_id]
    record = store.runs.get(run_id)
    assert record.state is RunState.INTERRUPTED
    assert record.error.message.endswith("ended before the run was finished.")


def test_a_worker_whose_input_ends_while_it_trains_ends(training, store):
    worker, run_id = training
    assert store.queue.mark_interrupted() == [], "a run at work was taken for a dead one"
    assert store.runs.get(run_id).pid == worker.process.pid
    assert worker.end_input() == ORPHANED
    assert store.queue.mark_interrupted() == [run_id]


def test_unreadable_lines_do_not_disturb_a_training_and_the_end_of_input_is_still_noticed(training, store):
    worker, run_id = training
    for line in (b"{", b"\xff\xfe", b"[1]", b"null", b"{}", b'{"command": "dance"}', b'{"command": "run"}'):
        worker.send(line)
    step = store.runs.get(run_id).step
    wait_until(lambda: store.runs.get(run_id).step > step, 240, "more batches")
    assert worker.end_input() == ORPHANED


def test_a_readable_command_after_an_unreadable_line_is_obeyed(start, store, baseline):
    worker, run_id = start(), store.new_runs.create(baseline, "Baseline")
    worker.send(b"this is no command")
    worker.run(run_id)
    assert worker.process.wait(240) == 0, worker.log.read_text()
    assert store.runs.get(run_id).state is RunState.COMPLETED
    assert "this is no command" in worker.log.read_text() + store.files(run_id).log.read_text()


def test_a_stop_that_comes_before_training_began_is_obeyed(start, store, endless):
    worker, run_id = start(), store.new_runs.create(endless, "Endless")
    worker.run(run_id)
    worker.send({"command": "stop"})
    assert worker.process.wait(240) == 0, worker.log.read_text()
    assert store.runs.get(run_id).state is RunState.STOPPED


def test_a_failed_run_gives_another_exit_code(start, store, network):
    worker, run_id = start(), store.new_runs.create(network(dataset="mnist"), "No data")
    worker.run(run_id)
    assert worker.process.wait(240) == 1
    assert store.runs.get(run_id).state is RunState.FAILED
    assert "MNIST is not on this computer" in store.files(run_id).log.read_text()


def test_a_worker_does_not_take_a_run_that_another_process_has(start, store, baseline):
    run_id = store.new_runs.create(baseline, "Taken")
    assert store.queue.claim(run_id, own_process())
    worker = start()
    worker.run(run_id)
    assert worker.process.wait(240) == 0
    record = store.runs.get(run_id)
    assert (record.state, record.pid) == (RunState.RUNNING, own_process().pid)


def test_two_workers_with_the_same_run_train_it_once(start, store, baseline):
    run_id = store.new_runs.create(baseline, "Wanted twice")
    workers = [start(), start()]
    for worker in workers:
        worker.run(run_id)
    assert [worker.process.wait(240) for worker in workers] == [0, 0]
    assert store.runs.get(run_id).state is RunState.COMPLETED
    assert len(store.metrics.points(run_id)) == baseline.model.folds
    assert store.runs.get(run_id).pid in [worker.process.pid for worker in workers]


def test_a_worker_ends_quietly_although_its_input_is_still_open(start, store, baseline):
    worker, run_id = start(), store.new_runs.create(baseline, "Baseline")
    worker.run(run_id)
    assert worker.process.wait(240) == 0
    assert "Fatal Python error" not in worker.log.read_text() + store.files(run_id).log.read_text()


def test_a_paused_run_goes_on_in_another_process(training, start, store):
    worker, run_id = training
    worker.send({"command": "pause"})
    assert worker.process.wait(240) == 0
    record = store.runs.get(run_id)
    assert (record.state, record.pid) == (RunState.PAUSED, None)
    step = store.files(run_id).checkpoint_step()
    assert step >= record.step > 0
    store.queue.request_resume(run_id, ADMIN)
    other = start()
    other.run(run_id)
    wait_until(lambda: store.runs.get(run_id).step > step or other.process.poll() is not None, 240, "more batches")
    assert store.runs.get(run_id).state is RunState.RUNNING
    other.send({"command": "stop"})
    assert other.process.wait(240) == 0
    assert store.runs.get(run_id).state is RunState.STOPPED
    steps = [point.step for point in store.metrics.points(run_id)]
    assert steps == sorted(set(steps)), "the curve goes on where it was"


# the warm spare


def test_a_spare_is_warm_measures_the_computer_once_and_then_trains(start, store, network, settings):
    spare = start(WARM)
    wait_until(lambda: settings.speed_path.exists() or spare.process.poll() is not None, 240, "the measurement")
    measured = read_speed(settings.speed_path)
    assert measured.device.startswith(("CPU: ", "GPU: "))
    assert set(measured.precisions) == {"float32", "mixed_bfloat16"}
    assert all(min(vars(speed).values()) > 0 for speed in measured.precisions.values())
    run_id = store.new_runs.create(network(), "Warm")
    spare.run(run_id)
    assert spare.process.wait(240) == 0, spare.log.read_text()
    record = store.runs.get(run_id)
    assert record.state is RunState.COMPLETED
    assert record.outcome.seconds["import"] < 1  # cold, it takes two to five
    assert "Epoch 2/2" in store.files(run_id).log.read_text()


def test_a_run_does_not_wait_until_the_spare_is_warm(start, store, network, settings):
    spare, run_id = start(WARM), store.new_runs.create(network(epochs=1), "At once")
    spare.run(run_id)
    assert spare.process.wait(240) == 0, spare.log.read_text()
    assert store.runs.get(run_id).state is RunState.COMPLETED
    assert not settings.speed_path.exists(), "the run had to wait for the measurement"


def test_a_spare_whose_app_is_gone_ends_while_it_warms_up(start):
    spare = start(WARM)
    memory = psutil.Process(spare.process.pid)
    wait_until(lambda: memory.memory_info().rss > 100e6, 240, "the import to be under way")
    assert spare.end_input() == ORPHANED


def test_where_memory_runs_out_the_system_ends_a_worker_before_the_app(training):
    worker, _ = training
    score = Path(f"/proc/{worker.process.pid}/oom_score_adj")
    if not score.exists():
        pytest.skip("only Linux says whom it would end")
    assert int(score.read_text()) == 500
