"""Studies on the command line, with real trainings."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import pytest

from mnist_core.__main__ import main
from mnist_core.store import Store, StudyState, TrialState
from tests.waiting import wait_until

ROOT = Path(__file__).parents[3]
QUICK = ["--recipe", "softmax-only", "--set", "dataset=digits", "--set", "epochs=1"]


def ran(*arguments: str) -> tuple[dict[str, Any], str]:
    """Run a command in a process of its own; return its last line as JSON, and all that it said."""
    done = subprocess.run(
        [sys.executable, "-m", "mnist_core", "study", *arguments],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done.stdout + done.stderr


@pytest.mark.slow
def test_values_are_tried_told_and_not_trained_twice(digits: object, store: Store, capsys) -> None:
    told, _ = ran("try", *QUICK, "--over", "learning_rate=0.1,0.001", "--json")
    assert {"study_id", "trials", "best", "state"} <= set(told)
    assert [trial["values"] for trial in told["trials"]] == [{"learning_rate": 0.1}, {"learning_rate": 0.001}]
    assert {trial["state"] for trial in told["trials"]} == {"completed"}
    best = max(told["trials"], key=lambda trial: trial["value"])
    assert told["best"] == best
    run = store.runs.get(best["run_id"])
    assert best["value"] == run.outcome.val_accuracy, "ranked by the validation set"

    again, _ = ran("try", *QUICK, "--over", "learning_rate=0.1,0.001", "--json")
    assert [(trial["run_id"], trial["cached"]) for trial in again["trials"]] == [
        (trial["run_id"], True) for trial in told["trials"]
    ]

    assert main(["studies", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [study["study_id"] for study in listed] == [again["study_id"], told["study_id"]]
    assert main(["study", "show", told["study_id"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == told
    assert main(["study", "show", told["study_id"]]) == 0
    words = capsys.readouterr().out
    assert "Best by the validation set" in words
    assert "a little lucky" in words
    assert main(["study", "script", told["study_id"]]) == 0
    code = capsys.readouterr().out
    assert "import optuna" in code
    assert "mnist_core" not in code


@pytest.mark.slow
def test_a_repetition_tells_mean_deviation_and_interval(digits: object, store: Store) -> None:
    told, _ = ran("repeat", *QUICK, "--times", "3", "--json")
    values = [trial["value"] for trial in told["trials"]]
    assert [trial["values"] for trial in told["trials"]] == [{"seed": 0}, {"seed": 1}, {"seed": 2}]
    assert values == [store.runs.get(trial["run_id"]).outcome.test_accuracy for trial in told["trials"]]
    assert told["mean"] == pytest.approx(mean(values))
    assert told["standard_deviation"] == pytest.approx(stdev(values))
    low, high = told["interval"]
    assert low < told["mean"] < high
    assert told["best"] is None, "nothing is chosen"


@pytest.mark.slow
def test_ctrl_c_stops_a_study_and_keeps_what_it_found(digits: object, store: Store) -> None:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "mnist_core",
            "study",
            "try",
            *QUICK[:4],
            "--over",
            "epochs=1,150,2",
            "--set",
            "batch_size=1",
        ],
        cwd=ROOT,
        env=os.environ,
        stdout=subprocess.PIPE,
        text=True,
    )

    def second_trains() -> bool:
        found = [trial for study in store.studies.find() for trial in store.trials.of(study.id)]
        return len(found) == 2 and store.runs.get(found[1].run_id or "").step > 0

    wait_until(second_trains, 240, "the second trial")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 0
    assert "was stopped" in output
    (study,) = store.studies.find()
    assert study.state is StudyState.STOPPED
    assert [trial.state for trial in store.trials.of(study.id)] == [TrialState.COMPLETED, TrialState.FAILED]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["try", *QUICK], "Try the values of one setting, or of two"),
        (["search", *QUICK], "Choose at least one setting to search"),
        (["search", *QUICK, "--over", "learning_rate=9..1"], "has to rise"),
        (["search", *QUICK, "--over", "learning_rate", "--trials", "5000"], "it should be at most 1000"),
        (["search", *QUICK, "--over", "learning_rate", "--trials", "500"], "at most 200 trials"),
        (["repeat", *QUICK, "--times", "0"], "--times takes a number from 1 on"),
        (["repeat", "--recipe", "nothing"], "There is no recipe called nothing"),
        (["show", "no-study"], "There is no study with this id"),
        (["more", "no-study"], "There is no study with this id"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(arguments, words, capsys) -> None:
    assert main(["study", *arguments]) == 2
    assert words in capsys.readouterr().err
