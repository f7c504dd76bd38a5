import errno
import io
import os
import time
import zipfile

import pytest

from mnist_core.errors import StorageError
from mnist_core.files import replacing, storage_errors, write_zip_entry, zips_of_any_date


def test_a_file_appears_complete(tmp_path):
    path = tmp_path / "new" / "folder" / "a.txt"
    with replacing(path) as temporary:
        temporary.write_text("all of it")
        assert not path.exists()
    assert path.read_text() == "all of it"
    assert list(path.parent.iterdir()) == [path]


def test_readers_see_the_old_content_until_the_new_is_complete(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("half")
        assert path.read_text() == "old"
        temporary.write_text("new")
    assert path.read_text() == "new"


def test_the_temporary_name_has_the_suffix_that_libraries_look_at(tmp_path):
    with replacing(tmp_path / "model.keras") as temporary:
        assert temporary.suffix == ".keras"
        assert temporary.parent == tmp_path


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write_half():
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError("broken off")

    with pytest.raises(RuntimeError, match="broken off"):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_told_in_words_and_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StorageError, match=f"disk is full: {tmp_path}"), replacing(tmp_path / "a.txt") as temporary:
        temporary.write_text("x")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_made_is_told_in_words(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError, match="can't be written.*MNIST_LAB_HOME"), replacing(tmp_path / "file" / "a.txt"):
        pytest.fail("the block must not run")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_and_a_used_up_quota_say_to_free_space(tmp_path, code):
    with pytest.raises(StorageError, match="Free some space"), storage_errors(tmp_path):
        raise OSError(code, "no")


@pytest.mark.parametrize("error", [OSError(errno.EROFS, "no"), OSError(errno.EACCES, "no"), PermissionError("no")])
def test_missing_permissions_say_to_make_the_folder_writable(tmp_path, error):
    # pooch raises a PermissionError of its own, without a number.
    with pytest.raises(StorageError, match="Make it writable"), storage_errors(tmp_path):
        raise error


@pytest.mark.parametrize("error", [OSError(errno.EIO, "no"), ValueError("no"), ConnectionResetError("no")])
def test_other_errors_stay_what_they_are(tmp_path, error):
    with pytest.raises(type(error)) as caught, storage_errors(tmp_path):
        raise error
    assert caught.value is error


@pytest.mark.parametrize(("year", "said"), [(1973, 1980), (2031, 2031), (2150, 2107)])
def test_zips_are_written_whatever_the_clock_says(monkeypatch, year, said):
    monkeypatch.setattr(time, "localtime", lambda *_: time.struct_time((year, 5, 5, 10, 0, 0, 0, 125, 0)))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        write_zip_entry(archive, "ours", b"x" * 1000)
        with zips_of_any_date():
            archive.writestr("a library's", b"x" * 1000)
    with zipfile.ZipFile(stream) as archive:
        ours, other = archive.infolist()
        assert (ours.date_time[0], other.date_time[0]) == (said, said)
        assert ours.compress_size < 100
        assert ours.external_attr >> 16 == 0o644
        assert archive.read("ours") == archive.read("a library's") == b"x" * 1000
    assert zipfile.ZipInfo.__module__ == "zipfile", "as before"
