"""The benchmark of strangers' handwriting: which writers and which models it measures by itself."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import handwriting
from mnist_core.sharing.shipped import FOLDER, SHIPPED, install_shipped
from tests.core.datasets.test_pen import WRITERS, unipen
from tests.shipped_files import RUN_IDS, write_shipped

ROOT = Path(__file__).parents[2]


def run(*arguments, expect=0):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.handwriting", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == expect, done.stderr
    return done


def test_all_writers_of_a_file_that_no_model_learned_from_are_measured():
    assert handwriting.chosen_writers(unipen(), None)[0] == "all"
    assert handwriting.chosen_writers(unipen(), "check")[0] == "check"
    assert len(handwriting.chosen_digits(unipen(), "all", None)) == len(WRITERS)
    assert {digit.writer for digit in handwriting.chosen_digits(unipen(), "check", None)} == {1, 3}


def test_of_the_development_file_only_the_check_writers_are_measured(monkeypatch):
    import dataclasses
    import hashlib

    from mnist_core.datasets import DATASETS

    known = dataclasses.replace(DATASETS["pen_strokes"], content_md5={"strokes": hashlib.md5(unipen()).hexdigest()})
    monkeypatch.setitem(DATASETS, "pen_strokes", known)
    writers, why = handwriting.chosen_writers(unipen(), None)
    assert writers == "check"
    assert "learned from its other writers" in why
    assert handwriting.chosen_writers(unipen(), "all")[0] == "all"


@pytest.mark.parametrize("compressed", [True, False])
def test_one_json_object_is_all_that_is_printed(tmp_path, store, tiny_dataset, compressed):
    for name in RUN_IDS:
        write_shipped(tmp_path, name, tiny_dataset.x_test, tiny_dataset.y_test, seed=len(name))
    install_shipped(store, tmp_path)
    file = tmp_path / "strokes"
    file.write_bytes(gzip.compress(unipen()) if compressed else unipen())
    ids = [RUN_IDS["handwriting"], RUN_IDS["mnist-only"]]
    done = run(file, "--json", "--run", *ids)
    found = json.loads(done.stdout)
    assert found["default_model"]["run"] == ids[0]
    assert [model["run"] for model in found["models"]] == ids
    assert found["default_model"]["accuracy"] == found["models"][0]["accuracy"]
    assert len(found["default_model"]["recall"]) == 10
    assert (found["drawings"], found["writers"], found["people"]) == (len(WRITERS), "all", 5)


@pytest.mark.skipif(not (FOLDER / "handwriting.zip").exists(), reason="needs the packages of the shipped models")
def test_without_a_run_the_shipped_models_are_measured_first_the_one_that_draw_begins_with(tmp_path):
    file = tmp_path / "strokes"
    file.write_bytes(unipen())
    found = json.loads(run(file, "--json").stdout)
    assert found["default_model"]["run"] == SHIPPED["handwriting"].run_id
    assert 0 <= found["default_model"]["accuracy"] <= 1
    said = run(file).stdout
    assert said.startswith(f"{len(WRITERS)} drawings by 5 writers (all: no shipped model learned from this file)")
    assert "Reads your handwriting" in said.splitlines()[-2] + said.splitlines()[-1]


def test_what_is_no_such_file_is_said_in_a_sentence(tmp_path):
    other = tmp_path / "other"
    other.write_text("nothing")
    assert "There are no digits of these writers in this file" in run(other, expect=1).stderr
    assert "Traceback" not in run(tmp_path / "missing", expect=1).stderr
