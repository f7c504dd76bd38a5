"""A study outlives the app: it is killed while a trial trains, and the next app goes on."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_core.config.study import Parameter, Question
from mnist_core.engine import Supervisor
from mnist_core.settings import Settings
from mnist_core.store import RunState, Store, StudyState, TrialRecord, TrialState
from mnist_core.studies import StudyDriver
from tests.faults.conftest import MEDIUM
from tests.waiting import wait_until

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
APP = """
import sys, time
from mnist_core.config.study import Question
from mnist_core.engine import shared_supervisor
from mnist_core.store import Visitor, shared_store
from mnist_core.studies import begin, shared_driver
driver, question = shared_driver(), Question.from_json(sys.argv[1])
print(
    begin(question, "survives", visitor=Visitor("me"), store=shared_store(), supervisor=shared_supervisor()), flush=True
)
time.sleep(600)
"""
QUESTION = Question(kind="try", base=MEDIUM, over=(Parameter(name="epochs", values=(1, 15, 2)),), trials=3)


@pytest.fixture
def app(digits: object) -> Iterator["tuple[subprocess.Popen[str], str]"]:
    """Start an app without pages; give it, and the study that it began."""
    process = subprocess.Popen(
        [sys.executable, "-c", APP, QUESTION.to_json()], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ
    )
    assert process.stdout is not None
    yield process, process.stdout.readline().strip()
    process.kill()
    process.wait()
    process.stdout.close()


def test_after_kill_9_of_the_app_a_study_goes_on_and_nothing_is_trained_twice(
    app: "tuple[subprocess.Popen[str], str]", store: Store, settings: Settings
) -> None:
    process, study_id = app

    def trials() -> list[TrialRecord]:
        return store.trials.of(study_id)

    def second_trains() -> bool:
        found = trials()
        return len(found) == 2 and store.runs.get(found[1].run_id or "").epoch > 1

    wait_until(second_trains, 240, "the second trial to train")
    first, second = trials()
    assert first.state is TrialState.COMPLETED
    process.kill()
    process.wait()

    supervisor = Supervisor(store, settings)
    supervisor.start()
    driver = StudyDriver(store, supervisor)
    driver.start()
    try:
        wait_until(lambda: store.studies.get(study_id).state.is_finished, 240, "the study's end")
    finally:
        driver.close()
        supervisor.close()
    assert store.studies.get(study_id).state is StudyState.COMPLETED
    assert [(trial.values["epochs"], trial.state.value) for trial in trials()] == [
        (1, "completed"), (15, "failed"), (15, "completed"), (2, "completed"),
    ]  # fmt: skip
    assert trials()[0] == first
    assert trials()[1].run_id == second.run_id
    assert "ended before the run was finished" in str(trials()[1].error)
    assert store.runs.get(second.run_id or "").state is RunState.INTERRUPTED
