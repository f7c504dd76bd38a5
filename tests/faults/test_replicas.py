"""Several apps on one lab with a real PostgreSQL: one is killed, the server is away for a while."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from benchmarks.replicas import lab as shared_lab
from benchmarks.replicas import measure
from benchmarks.soak import soak
from mnist_core.settings import get_settings
from mnist_core.store import RunState, Store, Visitor
from tests.faults.conftest import LONG, ME, MEDIUM, QUICK, Lab
from tests.postgres import PostgresServer
from tests.waiting import wait_until

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
OUTAGE = 30.0  # seconds
# An app without pages; on another computer, as far as it can tell.
APP = """
import sys, time
from mnist_core.engine import shared_supervisor
from mnist_core.store import apps
apps.BEAT, apps.LEASE = 1.0, 5.0
apps.this_host = lambda: sys.argv[1]
shared_supervisor()
print("ready", flush=True)
time.sleep(600)
"""


@pytest.fixture
def store(postgres: str) -> Iterator[Store]:
    store = Store(get_settings())
    yield store
    store.close()


@pytest.fixture
def app(store: Store) -> Iterator[Callable[[str], "subprocess.Popen[str]"]]:
    """Return a function that starts an app without pages on a computer of a name."""
    started = []

    def start(computer: str) -> "subprocess.Popen[str]":
        environment = os.environ | {"MNIST_LAB_SLOTS": "1", "MNIST_LAB_STOP_PATIENCE": "5"}
        process = subprocess.Popen(
            [sys.executable, "-c", APP, computer], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def state(store: Store, run_id: str) -> RunState:
    return store.runs.get(run_id).state


def test_the_run_of_an_app_that_is_killed_goes_on_in_another_one(
    store: Store, digits: object, app: Callable[[str], "subprocess.Popen[str]"]
) -> None:
    run_id = store.new_runs.create(LONG, "goes on", owner="me")
    first = app("first")
    wait_until(lambda: bool(store.files(run_id).checkpoint_step()), 240, "a checkpoint")
    app("second")
    other = store.new_runs.create(QUICK, "of another visitor", owner="another")
    wait_until(lambda: state(store, other) is RunState.COMPLETED, 240, "a run in the second app")
    before = store.runs.get(run_id)
    assert before.state is RunState.RUNNING
    workers = psutil.Process(first.pid).children(recursive=True)
    first.kill()
    _, alive = psutil.wait_procs(workers, timeout=240)
    assert not alive
    step = store.runs.get(run_id).step
    wait_until(lambda: store.runs.get(run_id).step > step, 240, "more batches in the second app")
    record = store.runs.get(run_id)
    assert (record.state, record.retries, record.error) == (RunState.RUNNING, 1, None)
    assert record.holder != before.holder
    store.queue.request_stop(run_id, ME)
    wait_until(lambda: state(store, run_id) is RunState.STOPPED, 240, "its end, with a model")
    steps = [point.step for point in store.metrics.points(run_id)]
    assert steps == sorted(steps)


def test_two_apps_train_as_many_runs_as_both_have_slots_and_one_a_visitor(
    store: Store, digits: object, app: Callable[[str], "subprocess.Popen[str]"]
) -> None:
    mine = [store.new_runs.create(LONG, "mine", owner="me") for _ in range(2)]
    app("first")
    app("second")
    other = store.new_runs.create(LONG.with_settings({"seed": 3}), "another's", owner="another")
    wait_until(lambda: state(store, other) is RunState.RUNNING, 240, "both slots")
    wait_until(lambda: state(store, mine[0]) is RunState.RUNNING, 240, "both slots")
    assert state(store, mine[1]) is RunState.QUEUED, "a visitor trains one at a time, whichever app it is"
    assert store.runs.get(mine[0]).holder != store.runs.get(other).holder
    for run_id in (*mine, other):
        store.queue.request_stop(run_id, Visitor(store.runs.get(run_id).owner))
    for run_id in (*mine, other):
        wait_until(lambda run_id=run_id: state(store, run_id) is RunState.STOPPED, 240, "the end of all")


def test_a_server_that_is_away_for_half_a_minute_costs_no_run(lab: Lab, postgres_server: PostgresServer) -> None:
    lab.start()
    run_id = lab.submit(MEDIUM)
    lab.until_saved(run_id)
    postgres_server.stop()
    time.sleep(OUTAGE)  # not a wait: the fault itself lasts so long
    postgres_server.start()
    lab.check_completed(run_id)
    assert lab.store.runs.get(run_id).retries == 0
    lab.check_what_was_finished()
    lab.check_the_queue_goes_on()


def test_of_a_crowd_whose_replica_is_killed_everybody_comes_back_and_no_run_is_lost() -> None:
    with ThreadPoolExecutor(1) as threads:  # this one may have the event loop of a browser's test
        seen = threads.submit(measure, replicas=2, sessions=10, seconds=30.0, every=2.0, rest=0.0).result()
    assert seen["errors"] == 0
    assert seen["visitors whose replica was killed"], "the proxy sent nobody there"
    assert seen["runs begun"]
    assert seen["runs by state"] == {"completed": seen["runs begun"]}


def test_visitors_who_come_and_go_are_watched_and_memory_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.soak._LOOK", 0.5)
    monkeypatch.setattr("benchmarks.soak._EVERY", 0.5)
    monkeypatch.setattr("benchmarks.soak._STAY", 3.0)
    with shared_lab(1) as (front, servers, store), ThreadPoolExecutor(1) as threads:
        coming = soak(front, servers, store, 2, 8.0, tmp_path / "looks.json")
        found = threads.submit(asyncio.run, coming).result()
    assert (found["errors"], found["visitors at once"]) == (0, 2)
    assert found["pages"]
    looks = json.loads((tmp_path / "looks.json").read_text())
    assert all(megabytes > 50 for _, megabytes in looks)
    assert "replica 1: slope (MB an hour)" in found
