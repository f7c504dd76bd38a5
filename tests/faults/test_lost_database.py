"""The database is deleted, damaged or replaced, before the app starts and while it runs: no model is lost."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from mnist_core.errors import DatabaseLostError
from mnist_core.recovery import bring_back, reopened
from mnist_core.settings import Settings
from mnist_core.store import RunState, Store, Visitor
from mnist_core.store.copies import copies
from mnist_core.system.processes import own_process
from tests.faults.conftest import LONG, ME, SHORT, Lab
from tests.serving import running_server
from tests.waiting import wait_until

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
MODELS = 18


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with 18 finished runs that are older than a day."""
    home = tmp_path / "lab"
    store = Store(Settings(home=home, keras_dir=tmp_path / "none", offline=True, warm_spare=False))
    for n in range(MODELS):
        run_id = store.new_runs.create(SHORT, f"run {n}", owner="ada")
        assert store.queue.claim(run_id, own_process())
        store.files(run_id).model.write_bytes(b"precious" * 1000)
        store.queue.finish(run_id, RunState.COMPLETED)
        make_old(store.files(run_id).folder)
    store.close()
    return home


def make_old(folder: Path) -> None:
    for path in [*folder.iterdir(), folder]:
        os.utime(path, (1, 1))


def models(home: Path) -> int:
    return len(list((home / "runs").glob("*/model.keras")))


def names(home: Path) -> set[str]:
    store = Store(Settings(home=home, offline=True))
    found = {record.name for record in store.runs.find()}
    store.close()
    return found


def command(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"MNIST_LAB_HOME": str(home), "MNIST_LAB_OFFLINE": "1"}
    return subprocess.run(
        [sys.executable, "-m", "mnist_core", *words], cwd=ROOT, env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize("with_records", [True, False], ids=["", "older version"])
def test_an_app_whose_database_was_deleted_starts_with_all_its_runs_and_sweeps_none(
    home: Path, with_records: bool
) -> None:
    for path in home.glob("mnist_lab.db*"):
        path.unlink()
    if not with_records:
        for path in home.glob("runs/*/record.json"):
            path.unlink()
            make_old(path.parent)
    with running_server(home, MNIST_LAB_WARM_SPARE="0") as server:
        # It has cleaned once when it has made its first copy.
        wait_until(lambda: bool(list((home / "copies").glob("*.db"))), 240, "the first copy")
        wait_until(lambda: (home / "reserve").exists(), 240, "the first cleaning")
        assert models(home) == MODELS + 3, "0 models are lost; three come with the program"
        said = server.log.read_text()
    if with_records:
        assert f"{MODELS} runs brought back." in said
        assert len(names(home)) == MODELS
    else:
        assert said.count("stays as it is and is no run again") == MODELS


def test_a_damaged_database_is_told_at_the_start_with_the_way_back(home: Path) -> None:
    content = (home / "mnist_lab.db").read_bytes()
    (home / "mnist_lab.db").write_bytes(content[: len(content) // 2])
    with pytest.raises(AssertionError) as told, running_server(home, MNIST_LAB_WARM_SPARE="0"):
        pass
    said = str(told.value)
    assert "It is damaged, but trained models are safe." in said
    assert "python -m mnist_core recover" in said
    assert str(home / "copies") in said
    assert models(home) == MODELS
    done = command(home, "recover")
    assert done.returncode == 0, done.stderr
    assert f"kept as {home / 'mnist_lab.lost-1.db'}" in done.stdout
    assert len(names(home)) == MODELS
    with running_server(home, MNIST_LAB_WARM_SPARE="0"):
        assert models(home) >= MODELS


@pytest.mark.parametrize("damage", ["deleted", "emptied"])
def test_a_database_that_is_lost_while_a_run_trains_costs_nothing(lab: Lab, damage: str) -> None:
    lab.start()
    settings = lab.store.settings
    wait_until(lambda: bool(copies(settings)), 240, "the first copy")
    run_id = lab.submit(LONG)
    lab.until_saved(run_id)
    worker = lab.worker(run_id)
    lab.store.runs.rename(run_id, "Renamed a moment before", ME)
    before = len(copies(settings))
    if damage == "deleted":
        settings.database_path.unlink()
    else:
        os.truncate(settings.database_path, 0)
    with pytest.raises(DatabaseLostError, match="python -m mnist_core recover"):
        lab.store.runs.get(run_id)
    if damage == "deleted":  # what was open can still be read
        wait_until(lambda: len(copies(settings)) > before, 240, "a copy of what it held")
    lab.close()
    lab.store.close()
    wait_until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE, 240, "the worker's end")
    with reopened(settings) as (store, aside):
        bring_back(store, aside)
        store.queue.mark_interrupted()  # where the journal had all that was cut off, nothing was lost at all
        record = store.runs.get(run_id)
        assert (record.name, record.state) == ("Renamed a moment before", RunState.INTERRUPTED)
        assert store.metrics.points(run_id)
        assert store.files(run_id).checkpoint_step()
        assert store.runs.get(lab.finished.id).outcome == lab.finished.outcome
        assert store.metrics.points(lab.finished.id)


APP = """
import sys, time
from mnist_core.config import RunConfig
from mnist_core.engine import shared_supervisor
from mnist_core.store import Visitor
supervisor = shared_supervisor()
for n in range(2):
    config = RunConfig.from_json(sys.argv[2]).with_settings({"seed": n})
    print(supervisor.submit(config, "run", visitor=Visitor(sys.argv[1] + str(n))), flush=True)
time.sleep(600)
"""


def test_two_apps_on_one_home_share_its_slots_and_one_takes_over_from_the_other(lab: Lab) -> None:
    environment = os.environ | {"MNIST_LAB_SLOTS": "1"}
    apps = []
    try:
        for name in ("first", "second"):
            log = (lab.store.settings.home / f"{name}.log").open("w+")
            run = [sys.executable, "-u", "-c", APP, name, LONG.to_json()]
            apps.append((subprocess.Popen(run, cwd=ROOT, env=environment, stdout=log, stderr=log), log))
            wait_until(lambda log=log: len(ids(log.name)) == 2, 240, "two queued runs")
        (first, first_log), (second, second_log) = apps
        ours, theirs = ids(first_log.name), ids(second_log.name)
        lab.until_saved(ours[0])
        assert f"Another MNIST Lab (process {first.pid}) works with" in Path(second_log.name).read_text()
        running = lab.store.runs.find(states=[RunState.RUNNING])
        assert [record.id for record in running] == [ours[0]], "one slot for both apps"
        assert not psutil.Process(second.pid).children(recursive=True)
        # A stop that is asked of one app reaches the worker of the other, which then trains the next in the queue.
        lab.store.queue.request_stop(ours[0], Visitor("first0"))
        lab.until(ours[0], RunState.STOPPED)
        wait_until(lambda: len(lab.store.runs.find(states=[RunState.RUNNING])) == 1, 240, "the next run")
        first.send_signal(signal.SIGKILL)
        first.wait()
        wait_until(lambda: bool(psutil.Process(second.pid).children()), 240, "the second app to take over")
        lab.until_saved(theirs[0])
        lab.until(ours[1], RunState.INTERRUPTED)  # at the next look, where its worker was just ending
        assert [record.id for record in lab.store.runs.find(states=[RunState.RUNNING])] == [theirs[0]]
    finally:
        for process, log in apps:
            process.kill()
            process.wait()
            log.close()


def ids(log: str) -> list[str]:
    return [line for line in Path(log).read_text().splitlines() if line.startswith("20") and " " not in line]


def test_a_folder_that_was_moved_here_while_the_app_is_off_stays(home: Path, tmp_path: Path) -> None:
    store = Store(Settings(home=home, offline=True))
    record = store.runs.find()[0]
    shutil.copytree(store.files(record.id).folder, tmp_path / record.id)
    store.bin.remove(record.id)
    store.close()
    shutil.copytree(tmp_path / record.id, home / "runs" / record.id)
    make_old(home / "runs" / record.id)
    done = command(home, "recover")
    assert "1 run brought back." in done.stdout
    assert models(home) >= MODELS
