"""Optuna's side of the studies: in a file or on a server, opened by its own pages, and importances out of it."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

from mnist_core.settings import Settings, get_settings
from mnist_core.store import Store, TrialState
from mnist_core.studies.importance import find_importance, importance
from mnist_core.studies.optuna_storage import open_storage, storage_address
from tests.core.studies.test_driver import ADA, RATES, SEARCH, Stage
from tests.serving import free_port
from tests.waiting import wait_until


@pytest.fixture(params=["file", "server"])
def kind(request: pytest.FixtureRequest) -> str:
    """Keep records in a file, or on a PostgreSQL server."""
    if request.param == "server":
        request.getfixturevalue("postgres")
    return str(request.param)


@pytest.fixture
def dashboard(kind: str, store: Store) -> Iterator[str]:
    """Return the address of Optuna's own dashboard on the storage of a study that is complete."""
    stage = Stage(store)
    stage.play_all(stage.begin(RATES))
    port = free_port()
    program = "import sys; from optuna_dashboard._cli import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", program, storage_address(get_settings()), "--port", str(port), "--host", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


def test_optuna_s_own_dashboard_opens_it_and_lists_the_study(dashboard: str, store: Store) -> None:
    def answers() -> bool:
        try:
            return requests.get(f"{dashboard}/api/studies", timeout=10).ok
        except requests.ConnectionError:
            return False

    wait_until(answers, 240, "Optuna's dashboard")
    (study,) = store.studies.find()
    (listed,) = requests.get(f"{dashboard}/api/studies", timeout=60).json()["study_summaries"]
    assert listed["study_name"] == study.id
    trials = requests.get(f"{dashboard}/api/studies/{listed['study_id']}", timeout=60).json()["trials"]
    assert [trial["state"] for trial in trials] == ["Complete"] * 3
    assert [trial["values"] for trial in trials] == [[0.8]] * 3
    runs = [attribute["value"] for trial in trials for attribute in trial["user_attrs"] if attribute["key"] == "run"]
    assert [run.strip('"') for run in runs] == [trial.run_id for trial in store.trials.of(study.id)]


def test_each_trial_ends_there_as_it_did_here(kind: str, store: Store, settings: Settings) -> None:
    from optuna import load_study

    stage = Stage(store)
    study_id = stage.begin(SEARCH.model_copy(update={"sampler": "tpe"}))
    stage.store.bin.delete(stage.training(study_id)[0], ADA)
    stage.driver.look()
    stage.play_all(study_id)
    twin = load_study(study_name=study_id, storage=open_storage(get_settings()))
    here = {TrialState.COMPLETED: "COMPLETE", TrialState.FAILED: "FAIL"}
    trials = stage.store.trials.of(study_id)
    assert [trial.state.name for trial in twin.trials] == [here[trial.state] for trial in trials]
    assert [trial.value for trial in twin.trials] == [trial.value for trial in trials]
    assert [trial.params for trial in twin.trials] == [dict(trial.values) for trial in trials]
    assert twin.user_attrs["name"] == "a study"


def test_what_mattered_is_told_once_there_are_enough_trials(stage_of_many: tuple[Store, str]) -> None:
    store, study_id = stage_of_many
    record, trials = store.studies.get(study_id), store.trials.of(study_id)
    shares = importance(record.question, trials)
    assert shares is not None
    assert list(shares) == ["learning_rate", "layers"], "the value followed the learning rate alone"
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["learning_rate"] > 0.7
    assert importance(record.question, trials[:5]) is None, "too few to say"


def test_a_process_of_its_own_finds_it_out(stage_of_many: tuple[Store, str]) -> None:
    store, study_id = stage_of_many
    told: list[float] = []
    found = find_importance(told.append, study_id, store.settings)
    assert found == importance(store.studies.get(study_id).question, store.trials.of(study_id))


@pytest.fixture
def stage_of_many(store: Store) -> tuple[Store, str]:
    """Return a search of 30 trials whose value follows the learning rate alone."""
    stage = Stage(store)
    study_id = stage.begin(SEARCH.model_copy(update={"trials": 30}))
    while not store.studies.get(study_id).state.is_finished:
        for run_id in stage.training(study_id):
            rate = store.runs.get(run_id).config.effective_learning_rate
            stage.play(run_id, [0.5, 0.9 - rate])
        stage.driver.look()
    return store, study_id
