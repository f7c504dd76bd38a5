"""Pages on a computer that has none of a run's files yet."""

import os
from pathlib import Path

import pytest

from mnist_core.settings import Settings, get_settings
from mnist_core.store import shared_store
from tests.s3_server import S3Server


@pytest.fixture
def settings(object_store: S3Server) -> Settings:
    return get_settings()


@pytest.fixture
def run(finished_run, settings: Settings, tmp_path: Path):
    """Return a finished run that this computer knows by its record alone."""
    found = finished_run()
    os.rename(settings.runs_dir, tmp_path / "another computer's")
    return found


def test_pages_bring_what_they_show(run, open_page):
    folder = shared_store().files(run.id).folder
    assert not open_page("runs.py").error
    assert not (folder / "model.onnx").exists(), "a list needs no files"
    for page in ("evaluate.py", "explain.py", "compare.py"):
        assert not open_page(page, run=run.id).error
    assert (folder / "probabilities.npz").exists()


def test_a_page_says_that_the_store_is_gone_and_is_whole_once_it_is_back(run, object_store, open_page):
    object_store.shut()
    app = open_page("evaluate.py", run=run.id)
    (error,) = app.error
    assert error.value.startswith(
        "The object store that has the files of this run gives none at the moment: it can't be"
    )
    object_store.open()
    shared_store().artifacts.storage._objects._failed_at = -100.0
    assert not app.run().error
