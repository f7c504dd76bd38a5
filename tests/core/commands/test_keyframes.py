"""The command film: what a run kept of its training."""

import json
from collections.abc import Callable

import pytest

from mnist_core.__main__ import main
from mnist_core.config import LogisticConfig, RunConfig
from mnist_core.datasets import Dataset
from mnist_core.film import open_film
from mnist_core.sharing.shipped import SHIPPED
from mnist_core.store import RunRecord, Store
from mnist_core.store.run_files import FILM
from tests.film_files import put_film

FinishedRun = Callable[..., RunRecord]
Capture = pytest.CaptureFixture[str]


def test_the_moments_of_a_run_are_listed(finished_run: FinishedRun, store: Store, digits: Dataset, capsys: Capture):
    record = finished_run()
    put_film(store, record, digits)
    moments = open_film(store.files(record.id), record.config).moments
    assert main(["film", record.id, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["run_id"], told["state"]) == (record.id, "there")
    assert [each["step"] for each in told["keyframes"]] == [0, 6, 12, 36]
    assert [each["epoch"] for each in told["keyframes"]] == [0, 0.5, 1, 3]
    assert [each["accuracy"] for each in told["keyframes"]] == [moment.accuracy for moment in moments]
    assert [each["bytes"] for each in told["keyframes"]] == [moment.bytes for moment in moments]
    assert main(["film", record.id]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["step", "epoch", "accuracy", "bytes", "weights"]
    assert [row.split()[0] for row in rows] == ["0", "6", "12", "36"]
    assert [row.split()[-1] for row in rows] == ["kept", "-", "kept", "kept"]


def test_without_a_film_it_is_said_why(finished_run: FinishedRun, store: Store, digits: Dataset, capsys: Capture):
    baseline = RunConfig.parse({"data": {"dataset": "digits"}, "model": LogisticConfig().model_dump()})
    damaged = finished_run()
    put_film(store, damaged, digits, steps=(0,))
    (store.files(damaged.id).folder / FILM / "00000000.npz").write_bytes(b"x")
    for record, state, words in (
        (finished_run(), "none", "This run has no film"),
        (finished_run(baseline), "baseline", "A baseline has no film"),
        (damaged, "damaged", "The film of this run is damaged"),
    ):
        assert main(["film", record.id]) == 2
        assert words in capsys.readouterr().err
        assert main(["film", record.id, "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {"run_id": record.id, "state": state, "keyframes": []}


def test_a_run_that_is_not_there_is_named(capsys: Capture):
    assert main(["film", "20260101-000000-00000000"]) == 2
    assert "There is no run" in capsys.readouterr().err


@pytest.mark.skipif(not SHIPPED, reason="needs the packages of the shipped models")
def test_a_shipped_model_is_called_by_its_name(capsys: Capture):
    assert main(["film", "handwriting", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["state"] == "there"
    assert any(keyframe["weights"] for keyframe in told["keyframes"])
