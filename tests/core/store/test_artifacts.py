import errno
import os
import random
from pathlib import Path

import numpy as np
import pytest

from mnist_core.errors import ArtifactMissingError, RunNotFoundError, StorageError
from mnist_core.store import RunFiles
from mnist_core.store.run_files import is_run_id

RUN_ID = "20250101-120000-0123abcd"


@pytest.fixture
def files(tmp_path):
    return RunFiles(tmp_path, RUN_ID)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "../20250101-120000-0123abcd",
        "20250101-120000-0123abcd/..",
        "20250101-120000-0123abcd\n",
        "20250101-120000-0123ABCD",
        "20250101-120000-0123abc",
        "/etc/passwd",
        "..%2f..%2fetc",
        "٢٠٢٥٠١٠١-120000-0123abcd",
        "x" * 10_000,
    ],
)
def test_what_is_no_run_id_never_becomes_a_path(tmp_path, text):
    assert not is_run_id(text)
    with pytest.raises(RunNotFoundError) as caught:
        RunFiles(tmp_path, text)
    assert len(str(caught.value)) < 100


def test_all_files_of_a_run_lie_in_its_folder(files, tmp_path):
    names = [name for name in dir(files) if isinstance(getattr(files, name), Path) and name != "folder"]
    paths = [getattr(files, name) for name in names]
    assert files.folder == tmp_path / RUN_ID
    assert len(set(paths)) == len(paths) >= 15
    assert all(files.folder in path.parents for path in paths)  # those of its film in a folder of their own


def test_probabilities_go_both_ways(files):
    rng = np.random.default_rng(0)
    tables = {"test": rng.random((30, 10), np.float32), "validation": rng.random((20, 10), np.float32)}
    files.write_probabilities(tables)
    read = files.read_probabilities()
    assert list(read) == ["test", "validation"]
    for name, table in tables.items():
        assert read[name].dtype == np.float32
        np.testing.assert_array_equal(read[name], table)
    assert os.listdir(files.folder) == ["probabilities.npz"]


def test_probabilities_are_kept_as_float32(files):
    files.write_probabilities({"test": np.ones((2, 10))})
    assert files.read_probabilities()["test"].dtype == np.float32


def test_missing_probabilities_say_what_to_do(files):
    with pytest.raises(ArtifactMissingError, match="Train it again"):
        files.read_probabilities()


@pytest.mark.parametrize("keep", [0, 1, 4, 30, 0.5, 0.95])
def test_truncated_probabilities_are_told_in_words(files, keep):
    files.write_probabilities({"test": np.ones((50, 10), np.float32)})
    content = files.probabilities.read_bytes()
    files.probabilities.write_bytes(content[: keep if isinstance(keep, int) else int(keep * len(content))])
    with pytest.raises(ArtifactMissingError, match="missing or damaged"):
        files.read_probabilities()


def test_probabilities_that_are_another_file_are_told_in_words(files):
    files.folder.mkdir()
    files.probabilities.write_bytes(b"PK but not really")
    with pytest.raises(ArtifactMissingError):
        files.read_probabilities()
    with files.probabilities.open("wb") as stream:
        np.save(stream, np.ones(3))
    with pytest.raises(ArtifactMissingError):
        files.read_probabilities()


def test_damaged_probabilities_never_escape_as_another_error(files):
    files.write_probabilities({"test": np.ones((2, 10), np.float32)})
    original = files.probabilities.read_bytes()
    rng = random.Random(0)
    refused = 0
    for _ in range(1000):
        content = bytearray(original)
        for _ in range(rng.randint(1, 3)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        files.probabilities.write_bytes(content)
        try:
            files.read_probabilities()
        except ArtifactMissingError:
            refused += 1
    assert refused > 500


def test_a_full_disk_keeps_the_probabilities_from_before(files, monkeypatch):
    files.write_probabilities({"test": np.zeros((2, 10), np.float32)})

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StorageError, match="disk is full"):
        files.write_probabilities({"test": np.ones((2, 10), np.float32)})
    assert not files.read_probabilities()["test"].any()
    assert os.listdir(files.folder) == ["probabilities.npz"]


# the log


def test_the_last_lines_of_the_log_are_given(files):
    files.folder.mkdir()
    files.log.write_text("".join(f"line {i}\n" for i in range(1000)))
    assert files.log_tail(3) == "line 997\nline 998\nline 999"


def test_a_short_log_is_given_whole(files):
    files.folder.mkdir()
    files.log.write_text("one\ntwo")
    assert files.log_tail(20) == "one\ntwo"


def test_a_log_that_is_not_there_is_empty(files):
    assert files.log_tail(5) == ""
    files.folder.mkdir()
    files.log.write_text("")
    assert files.log_tail(5) == ""


def test_a_log_with_broken_characters_can_be_read(files):
    files.folder.mkdir()
    files.log.write_bytes(b"caf\xc3\xa9\n\xff\xfe\xc3")
    lines = files.log_tail(2).splitlines()
    assert lines[0] == "café"
    assert "\ufffd" in lines[1]


def test_only_the_end_of_a_huge_line_is_read(files):
    files.folder.mkdir()
    files.log.write_text("x" * 1_000_000)
    assert 1000 <= len(files.log_tail(5)) < 10_000


def test_what_tensorflow_says_about_itself_is_left_out(files):
    files.folder.mkdir()
    files.log.write_text(
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
        "I0000 00:00:1795240009.068461   12781 port.cc:153] oneDNN custom operations are on.\n"
        "Epoch 1/2 - 0.52 s\nInteresting\n"
    )
    assert files.log_tail(4) == "Epoch 1/2 - 0.52 s\nInteresting"
