import errno
import io
import os
import stat
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from mnist_core.errors import StorageError
from mnist_core.system.files import output_file, replacing, storage_errors, write_zip_entry, zips_of_any_date


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


# files that somebody asked for


def write(path, text="new"):
    with output_file(path) as temporary:
        temporary.write_text(text)


@pytest.fixture
def umask():
    before = os.umask(0o027)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_the_umask_decides_who_may_read_a_new_file(tmp_path):
    write(tmp_path / "a.txt")
    assert mode(tmp_path / "a.txt") == 0o640


@pytest.mark.usefixtures("umask")
def test_files_of_the_programs_own_are_their_owners_alone(tmp_path):
    with replacing(tmp_path / "a.txt") as temporary:
        temporary.write_text("x")
    assert mode(tmp_path / "a.txt") == 0o600


@pytest.mark.parametrize("permissions", [0o664, 0o600, 0o755])
@pytest.mark.parametrize("way", [output_file, replacing])
def test_an_existing_file_keeps_its_permissions(tmp_path, permissions, way):
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(permissions)
    with way(path) as temporary:
        temporary.write_text("new")
    assert (path.read_text(), mode(path)) == ("new", permissions)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
def test_an_existing_file_keeps_its_owner(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    os.chown(path, 12345, 12345)
    write(path)
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 12345)


@pytest.mark.parametrize("exists", [True, False])
def test_a_symbolic_link_stays_a_link(tmp_path, exists):
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "a.txt", tmp_path / "link"
    if exists:
        target.write_text("old")
    link.symlink_to(target)
    write(link)
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["a.txt"]


def test_a_file_with_two_names_keeps_both(tmp_path):
    (tmp_path / "a").write_text("a longer old text")
    os.link(tmp_path / "a", tmp_path / "b")
    write(tmp_path / "b")
    assert (tmp_path / "a").read_text() == "new"
    assert (tmp_path / "a").samefile(tmp_path / "b")


def test_a_device_is_written_into(tmp_path):
    device = tmp_path / "null"
    device.symlink_to("/dev/null")
    for path in (device, Path("/dev/null")):
        write(path)
        assert stat.S_ISCHR(path.stat().st_mode)
    assert device.is_symlink()


def test_the_reader_of_a_pipe_gets_the_content(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_text()))
    reader.start()
    write(pipe)
    reader.join()
    assert received == ["new"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_what_a_shell_has_opened_as_output_stays_open(tmp_path):
    """``--out /dev/stdout > a.txt``: the file that the shell opened must not be replaced by another."""
    program = (
        "from pathlib import Path\nfrom mnist_core.system.files import output_file\n"
        "with output_file(Path('/dev/stdout')) as path:\n    path.write_text('new')\n"
    )
    with (tmp_path / "a.txt").open("w") as output:
        subprocess.run([sys.executable, "-c", program], stdout=output, check=True, cwd=Path(__file__).parents[3])
        os.write(output.fileno(), b" and more")
    assert (tmp_path / "a.txt").read_text() == "new and more"


def test_a_folder_is_told_and_stays(tmp_path):
    (tmp_path / "folder" / "precious").mkdir(parents=True)
    with pytest.raises(StorageError, match="folder is a folder. Name a file in it."):
        write(tmp_path / "folder")
    assert (tmp_path / "folder" / "precious").is_dir()


def test_a_place_that_can_not_be_is_told_with_the_reason(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path, reason in ((tmp_path / "file" / "a.txt", "Not a directory"), (tmp_path / "loop", "Too many levels")):
        with pytest.raises(StorageError, match=f"{path} can't be written: {reason}.*Name another place"):
            write(path)


def test_a_failure_leaves_an_asked_for_file_as_it_was(tmp_path):
    (tmp_path / "a").write_text("old")
    os.link(tmp_path / "a", tmp_path / "b")
    (tmp_path / "c").write_text("old")

    def fail(path):
        with output_file(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError("broken off")

    for name in "bc":
        with pytest.raises(RuntimeError):
            fail(tmp_path / name)
        assert (tmp_path / name).read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]


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
