"""What the store promises of each change: of two processes that make it at once, one does."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from sqlalchemy import update

from mnist_core.config import RunConfig
from mnist_core.settings import Settings
from mnist_core.store import RunState, Store, Visitor, new_run_id
from mnist_core.store.record_files import read_record
from mnist_core.store.tables import runs
from mnist_core.system.processes import own_process
from tests.store_child import ELSEWHERE

ADA = Visitor("ada")
RUNS = 12
Prepare = Callable[[Store], str]


class Two:
    """A store, and two processes on the same home."""

    def __init__(self, home: Path, url: str | None) -> None:
        self.store = Store(Settings(home=home, keras_dir=home, offline=True, database_url=url))
        environment = os.environ | {"MNIST_LAB_HOME": str(home), "MNIST_LAB_KERAS_DIR": str(home)}
        environment |= {"MNIST_LAB_DATABASE_URL": url or ""}
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.store_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=environment,
            )
            for _ in range(2)
        ]
        assert [self._answer(process) for process in self._processes] == ["ready", "ready"]

    @staticmethod
    def _answer(process: subprocess.Popen[str]) -> Any:
        assert process.stdout is not None
        return json.loads(process.stdout.readline())

    def do(self, changes: tuple[str, str], run_ids: list[str]) -> list[tuple[Any, Any]]:
        """Let each process make its change of all runs at once; return what each was told of each run."""
        for process, change in zip(self._processes, changes, strict=True):
            assert process.stdin is not None
            process.stdin.write(json.dumps([change, run_ids]) + "\n")
            process.stdin.flush()
        told = [self._answer(process) for process in self._processes]
        return list(zip(*told, strict=True))

    def close(self) -> None:
        for process in self._processes:
            process.communicate(timeout=60)
        self.store.close()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    server = request.getfixturevalue("postgres_server") if request.param == "postgres" else None
    both = Two(tmp_path_factory.mktemp("two"), server and server.new_database())
    yield both
    both.close()


def queued(store: Store) -> str:
    return store.new_runs.create(RunConfig(), "A run", owner="ada")


def running(store: Store) -> str:
    run_id = queued(store)
    assert store.queue.claim(run_id, own_process())
    return run_id


def paused(store: Store) -> str:
    run_id = running(store)
    np.savez(store.files(run_id).checkpoint, step=np.int64(1))
    assert store.queue.mark_paused(run_id)
    return run_id


def finished(store: Store) -> str:
    run_id = running(store)
    assert store.queue.finish(run_id, RunState.COMPLETED)
    return run_id


def interrupted(store: Store) -> str:
    run_id = running(store)
    assert store.queue.finish(run_id, RunState.INTERRUPTED)
    return run_id


def deleted(store: Store) -> str:
    run_id = finished(store)
    store.bin.delete(run_id, ADA)
    return run_id


def left_alone(store: Store) -> str:
    """Return a run of the command line that a process began which is gone: it never goes on by itself."""
    process = psutil.Popen(["true"])
    run_id = store.new_runs.create(RunConfig(), "A run")
    assert store.queue.claim(run_id, process)
    process.wait()
    return run_id


def lost(store: Store) -> str:
    """Return a run of which its folder alone tells."""
    run_id = finished(store)
    record = store.files(run_id).record.read_bytes()
    assert store.bin.remove(run_id)
    store.files(run_id).folder.mkdir()
    store.files(run_id).record.write_bytes(record)
    return run_id


def folders_say_it_too(store: Store, run_ids: list[str]) -> bool:
    told = [read_record(store.files(run_id).record, run_id) for run_id in run_ids]
    return [values and values["state"] for values in told] == [store.runs.get(run_id).state for run_id in run_ids]


@pytest.mark.parametrize(
    ("change", "prepare", "loser", "after"),
    [
        ("claim", queued, False, RunState.RUNNING),
        ("finish", running, False, RunState.COMPLETED),
        ("mark_paused", running, False, RunState.PAUSED),
        ("mark_interrupted", left_alone, False, RunState.INTERRUPTED),
        ("request_stop", queued, "RunStateError", RunState.STOPPED),
        ("request_resume", paused, "RunStateError", RunState.QUEUED),
        ("request_resume", interrupted, "RunStateError", RunState.QUEUED),
        ("undelete", deleted, "RunNotFoundError", RunState.COMPLETED),
        ("adopt_all", lost, False, RunState.COMPLETED),
    ],
)
def test_one_of_two_makes_a_change(two: Two, change: str, prepare: Prepare, loser: bool | str, after: RunState) -> None:
    run_ids = [prepare(two.store) for _ in range(RUNS)]
    told = two.do((change, change), run_ids)
    if change == "adopt_all":  # the first call of each adopts all that are there
        assert sum(answer is True for answers in told for answer in answers) >= 1
    else:
        assert all(sorted(map(str, answers)) == sorted(["True", str(loser)]) for answers in told), told
    assert {two.store.runs.get(run_id).state for run_id in run_ids} == {after}
    assert folders_say_it_too(two.store, run_ids)


@pytest.mark.parametrize(
    ("change", "prepare", "loser"),
    [
        ("delete", finished, "RunNotFoundError"),
        ("set_aside", finished, False),
        ("remove", deleted, False),
    ],
)
def test_one_of_two_deletes_a_run(two: Two, change: str, prepare: Prepare, loser: bool | str) -> None:
    run_ids = [prepare(two.store) for _ in range(RUNS)]
    told = two.do((change, change), run_ids)
    assert all(sorted(map(str, answers)) == sorted(["True", str(loser)]) for answers in told), told
    assert not any(two.store.runs.exists(run_id) for run_id in run_ids)


@pytest.mark.parametrize(
    ("change", "prepare"), [("request_pause", running), ("request_stop", running), ("rename", queued)]
)
def test_a_wish_of_two_is_one_wish(two: Two, change: str, prepare: Prepare) -> None:
    run_ids = [prepare(two.store) for _ in range(RUNS)]
    assert two.do((change, change), run_ids) == [(True, True)] * RUNS
    records = [two.store.runs.get(run_id) for run_id in run_ids]
    wished = {"request_pause": "pause_requested", "request_stop": "stop_requested", "rename": "name"}[change]
    assert all(getattr(record, wished) not in (False, "A run") for record in records)
    assert folders_say_it_too(two.store, run_ids)


@pytest.mark.parametrize(
    ("changes", "prepare", "either"),
    [
        (("finish", "mark_paused"), running, {(True, False): RunState.COMPLETED, (False, True): RunState.PAUSED}),
        (("claim", "delete"), queued, {(True, "RunStateError"): RunState.RUNNING, (False, True): None}),
        (("claim", "request_stop"), queued, {(True, True): RunState.RUNNING, (False, True): RunState.STOPPED}),
        (
            ("request_resume", "delete"),
            paused,
            {(True, True): None, ("RunNotFoundError", True): None, ("RunStateError", True): None},
        ),
        (("undelete", "remove"), deleted, {(True, False): RunState.COMPLETED, ("RunNotFoundError", True): None}),
    ],
)
def test_two_changes_at_once_end_as_if_one_came_first(
    two: Two, changes: tuple[str, str], prepare: Prepare, either: dict[tuple[Any, Any], RunState | None]
) -> None:
    run_ids = [prepare(two.store) for _ in range(RUNS)]
    for run_id, answers in zip(run_ids, two.do(changes, run_ids), strict=True):
        state = two.store.runs.get(run_id).state if two.store.runs.exists(run_id) else None
        assert either[answers] is state
        if state is not None:
            assert two.store.files(run_id).folder.is_dir()


def test_runs_of_two_who_submit_at_once_have_places_of_their_own_in_the_queue(two: Two) -> None:
    before = {record.id for record in two.store.runs.find(limit=1000)}
    two.do(("create", "create"), [""] * RUNS)
    places = [record.queued for record in two.store.runs.find(limit=1000) if record.id not in before]
    assert len(places) == len(set(places)) == 2 * RUNS


def test_a_shipped_run_that_two_install_at_once_is_there_once(two: Two) -> None:
    run_id = new_run_id()
    assert two.do(("put_shipped", "put_shipped"), [run_id] * RUNS) == [(True, True)] * RUNS
    (record,) = two.store.runs.shipped()
    assert (record.id, record.name) == (run_id, ELSEWHERE.name)


def test_no_app_takes_a_run_that_another_process_claims_at_that_moment(two: Two) -> None:
    run_id = queued(two.store)
    with closing(Store(two.store.settings)) as other, ThreadPoolExecutor(1) as threads:
        with other.database.begin() as claims:
            claims.execute(update(runs).where(runs.c.id == run_id).values(state=RunState.RUNNING.value))
            taken = threads.submit(
                two.store.queue.take, lambda waiting, _: [place for place in waiting if place.id == run_id], 10**6
            )
            wait([taken], timeout=1)  # it has taken nothing by now, or waits until this claim is written
        assert taken.result() == []
    assert two.store.runs.get(run_id).holder is None
    assert two.store.queue.finish(run_id, RunState.COMPLETED)
