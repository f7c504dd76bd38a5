"""The push-ready folder of a run."""

import io
import json
import os
import re
import shlex
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from mnist_core.__main__ import main
from mnist_core.config import LogisticConfig, RunConfig
from mnist_core.errors import ArtifactMissingError, StorageError
from mnist_core.inference import Classifier
from mnist_core.sharing.hub import folder as folder_module
from mnist_core.sharing.hub.folder import card_facts, repository, write_repository, zip_repository
from mnist_core.sharing.shipped import SHIPPED

FILES = {"README.md", "LICENSE", "preprocessor_config.json", "mnist_lab.json", ".gitattributes", "model.onnx"}
KERAS_FILES = {"model.keras", "config.json", "metadata.json", "model.weights.h5"}


@pytest.fixture
def shipped(shipped_store):
    return shipped_store.runs.get(SHIPPED["mnist-only"].run_id)


@pytest.fixture
def content(shipped_store, shipped):
    return repository(shipped_store.files(shipped.id), card_facts(shipped_store, shipped))


def test_a_network_comes_with_keras_files_and_a_description(content, shipped):
    assert set(content) == FILES | KERAS_FILES
    assert json.loads(content["mnist_lab.json"])["config"] == json.loads(shipped.config.to_json())
    labels = json.loads(content["preprocessor_config.json"])["id2label"]
    assert list(labels.values()) == list("0123456789")
    assert b"*.h5 filter=lfs" in content[".gitattributes"]


def test_a_baseline_comes_without_keras_files(store, finished_run, digits):
    config = RunConfig.parse({"data": {"dataset": "digits"}, "model": LogisticConfig().model_dump()})
    record = finished_run(config)
    assert set(repository(store.files(record.id), card_facts(store, record))) == FILES


def test_a_run_without_a_model_says_so(store, finished_run):
    record = finished_run()
    facts = card_facts(store, record)
    with pytest.raises(ArtifactMissingError, match="missing or damaged"):
        repository(store.files(record.id), facts)  # made by hand, without model.keras
    waiting = store.runs.get(store.new_runs.create(record.config, "Waits"))
    with pytest.raises(ArtifactMissingError, match="has no model"):
        card_facts(store, waiting)


@pytest.mark.parametrize(
    "metadata", [b"[1]", b"[" * 9000, b'{"keras_version": 3}', b"{", b"\xff", b'{"x": "' + b" " * 99_999]
)
def test_a_card_does_without_metadata_that_a_stranger_made_up(store, finished_run, digits, metadata):
    record = finished_run()
    with zipfile.ZipFile(store.files(record.id).model, "w") as archive:
        archive.writestr("metadata.json", metadata)
    assert card_facts(store, record).keras_version is None


def test_a_network_that_is_too_large_is_not_read(shipped_store, shipped, monkeypatch):
    monkeypatch.setattr(folder_module, "_MOST", 1000)
    with pytest.raises(ArtifactMissingError, match="too large"):
        repository(shipped_store.files(shipped.id), card_facts(shipped_store, shipped))


def test_the_zip_has_one_folder(content):
    with zipfile.ZipFile(io.BytesIO(zip_repository(content, "mine"))) as archive:
        assert {name.partition("/")[::2] for name in archive.namelist()} == {("mine", name) for name in content}


def test_what_is_in_a_folder_stays(content, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious").write_text("x")
    with pytest.raises(StorageError, match="already"):
        write_repository(content, tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["precious"]


def test_a_folder_is_written_whole_or_not_at_all(tmp_path):
    target = tmp_path / "new"
    with pytest.raises(StorageError, match="mine can't be written: No such file"):
        write_repository({"a": b"a", "no/such/folder": b"b"}, target / "mine")
    assert list(target.iterdir()) == []
    (target / "mine").mkdir()
    with pytest.raises(StorageError):
        write_repository({"a": b"a", "no/such/folder": b"b"}, target / "mine")
    assert list((target / "mine").iterdir()) == []


def test_an_empty_folder_stays_the_one_that_it_is(tmp_path):
    there, link = tmp_path / "there", tmp_path / "link"
    there.mkdir()
    there.chmod(0o775)
    link.symlink_to(there)
    before = there.stat().st_ino
    write_repository({"a": b"a"}, link)
    assert link.is_symlink()
    assert (there.stat().st_ino, there.stat().st_mode & 0o777) == (before, 0o775)
    assert (there / "a").read_bytes() == b"a"


def test_the_umask_decides_who_may_read_a_new_folder(tmp_path):
    umask = os.umask(0o027)
    try:
        write_repository({"a": b"a"}, tmp_path / "new")
    finally:
        os.umask(umask)
    assert ((tmp_path / "new").stat().st_mode & 0o777, (tmp_path / "new" / "a").stat().st_mode & 0o777) == (
        0o750,
        0o640,
    )


def test_the_command_to_publish_can_be_pasted(tmp_path, capsys):
    folder = tmp_path / "my network's folder"
    assert main(["hub", "mnist-only", "--out", str(folder)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert shlex.split(last) == ["hf", "upload", "USER/REPOSITORY", str(folder), "."]


def test_the_commands_make_card_and_folder(tmp_path, capsys):
    assert main(["card", "mnist-only"]) == 0
    card = capsys.readouterr().out
    assert main(["card", "mnist-only", "--out", str(tmp_path / "card.md")]) == 0
    assert (tmp_path / "card.md").read_text() == card
    assert main(["hub", "mnist-only", "--out", str(tmp_path / "hub")]) == 0
    assert "hf upload USER/REPOSITORY" in capsys.readouterr().out
    assert (tmp_path / "hub" / "README.md").read_text() == card
    assert main(["hub", "mnist-only", "--out", str(tmp_path / "hub")]) == 2
    assert "There is something in" in capsys.readouterr().err


@pytest.mark.usefixtures("uncounted_children")
@pytest.mark.slow
def test_the_cards_own_code_reads_a_digit_from_the_folder(shipped_store, shipped, content, tmp_path):
    """The folder is what ``load_model("hf://...")`` finds on the Hub; Keras reads a local one in the same way."""
    write_repository(content, tmp_path / "mine")
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 13:16] = 255
    Image.fromarray(image).save(tmp_path / "mine" / "digit.png")
    expected = Classifier(shipped_store.files(shipped.id)).predict(image[None])[0]
    programs = re.findall(r"```python\n(.*?)```", content["README.md"].decode(), re.DOTALL)
    assert len(programs) == 2
    for program in programs:
        program = program.replace("hf://USER/REPOSITORY", ".")
        done = subprocess.run(
            [sys.executable, "-c", program + "print(*probabilities.tolist())"],
            cwd=tmp_path / "mine",
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        answer, *figures = done.stdout.splitlines()[-2:]
        assert answer.split()[0] == str(expected.argmax())
        np.testing.assert_allclose([float(x) for x in figures[0].split()], expected, atol=1e-5)
