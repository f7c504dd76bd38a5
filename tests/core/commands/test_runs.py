"""The commands about the record of runs."""

import json
import signal
from collections.abc import Callable
from typing import Any

import pytest

from mnist_core.__main__ import main
from mnist_core.commands.training import _report
from mnist_core.config import LogisticConfig, RunConfig
from mnist_core.sharing.shipped import SHIPPED
from mnist_core.store import RunRecord, RunState, Store, Visitor
from mnist_core.system.processes import own_process

FinishedRun = Callable[..., RunRecord]
Capture = pytest.CaptureFixture[str]


def listed(capsys: Capture, *options: str) -> list[dict[str, Any]]:
    assert main(["runs", "--json", *options]) == 0
    result: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return result


def test_runs_are_listed_with_their_figures(finished_run: FinishedRun, capsys: Capture) -> None:
    record = finished_run(name="A run", recipe="first-network")
    first, *others = listed(capsys)
    assert first["run_id"] == record.id
    assert first["test_accuracy"] == record.outcome.test_accuracy
    assert first["curve"] == pytest.approx([0.75, 0.875, 0.9167])
    assert RunConfig.parse(first["config"]) == record.config
    assert {other["run_id"] for other in others} == {model.run_id for model in SHIPPED.values()}
    assert main(["runs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 1 + len(SHIPPED)
    assert record.id in lines[1]
    assert f"{record.outcome.test_accuracy:.4f}" in lines[1]
    assert "▁▆█" in lines[1]
    assert "Dense 16 · Adam · 3 epochs · batches of 100" in lines[1]


def test_runs_are_chosen_sorted_and_cut(finished_run: FinishedRun, capsys: Capture) -> None:
    a, b = (finished_run(name=name).id for name in ("a", "b"))
    stopped = finished_run(name="c", state=RunState.STOPPED).id
    theirs = finished_run(name="d", owner="ada").id

    def ids(*options: str) -> list[str]:
        return [row["run_id"] for row in listed(capsys, *options)]

    assert ids("--mine", "--sort", "name") == [a, b, stopped]
    assert ids("--mine", "--sort", "name", "--reverse", "--limit", "1") == [stopped]
    assert ids("--state", "stopped") == [stopped]
    assert ids("--dataset", "digits", "--limit", "1") == [theirs]
    assert ids("--model", "logistic") == []
    assert main(["runs", "--search", "nothing like it"]) == 0
    assert capsys.readouterr().out == "No run fits.\n"
    assert main(["runs", "--limit", "0"]) == 2


def test_a_run_is_renamed_noted_and_starred(finished_run: FinishedRun, store: Store, capsys: Capture) -> None:
    run = finished_run().id
    assert main(["rename", run, "Better one"]) == 0
    assert main(["note", run, "Try dropout"]) == 0
    assert main(["star", run]) == 0
    record = store.runs.get(run)
    assert (record.name, record.notes, record.pinned) == ("Better one", "Try dropout", True)
    assert [row["run_id"] for row in listed(capsys, "--starred")] == [run]
    assert main(["note", run]) == 0
    assert capsys.readouterr().out == "Try dropout\n"
    assert main(["unstar", run]) == 0
    assert listed(capsys, "--starred") == []
    assert main(["rename", "handwriting", "Mine"]) == 2
    assert "comes with MNIST Lab" in capsys.readouterr().err


def test_deleted_runs_are_brought_back_or_not(finished_run: FinishedRun, store: Store, capsys: Capture) -> None:
    first, second = finished_run().id, finished_run().id
    assert main(["delete", first, second]) == 0
    assert f"undelete {first} {second}" in capsys.readouterr().out
    assert {row["run_id"] for row in listed(capsys, "--deleted")} == {first, second}
    assert main(["undelete", first]) == 0
    assert [record.id for record in store.runs.find()] == [first]
    assert main(["delete", "--now", first]) == 0
    assert not store.files(first).folder.exists()
    assert main(["undelete", first]) == 2
    assert main(["delete", "handwriting"]) == 2


def test_a_terminal_is_not_driven_by_a_name(finished_run: FinishedRun, store: Store, capsys: Capture) -> None:
    finished_run(name="\x1b[31mred")
    assert main(["runs"]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_a_variant_of_a_run_is_trained_with_its_settings_but_those_that_are_given(
    finished_run: FinishedRun, store: Store, capsys: Capture
) -> None:
    base = RunConfig(model=LogisticConfig(folds=2)).with_settings({"dataset": "digits", "epochs": 1})
    run = finished_run(base, name="The baseline")
    interrupt = signal.getsignal(signal.SIGINT)
    assert main(["train", "--like", run.id, "--set", "seed=3", "--json"]) == 0
    signal.signal(signal.SIGINT, interrupt)
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    record = store.runs.get(result["run_id"])
    assert (record.name, record.state) == ("The baseline, variant", RunState.COMPLETED)
    assert record.config == base.with_settings({"seed": 3})
    with pytest.raises(SystemExit):
        main(["train", "--like", run.id, "--recipe", "first-network"])


@pytest.mark.parametrize("ended", ["paused", "stopped"])
def test_a_training_that_ends_without_a_model_says_so_in_a_sentence(ended: str, store: Store, capsys: Capture) -> None:
    run_id = store.new_runs.create(RunConfig(), "A run")
    if ended == "paused":
        store.queue.claim(run_id, own_process())
        store.queue.mark_paused(run_id)
    else:
        store.queue.request_stop(run_id, Visitor(None, is_admin=True))
    _report(store.runs.get(run_id), as_json=False)
    assert capsys.readouterr().out == f"The run {ended}: there is no model yet\n"
