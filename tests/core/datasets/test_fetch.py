import dataclasses
import errno
import socket

import pytest

from mnist_core.datasets.fetch import download, downloads_dir, local_copies
from mnist_core.errors import DownloadError, StorageError
from mnist_core.settings import Settings


class Recorder:
    """A progress that remembers what it was told."""

    def __init__(self):
        self.calls = []

    def __call__(self, received, total):
        self.calls.append((received, total))

    def check(self, spec):
        received = [call[0] for call in self.calls]
        assert received == sorted(received)
        assert received[-1] == spec.download_size
        assert {call[1] for call in self.calls} == {spec.download_size}


def refused(spec, settings):
    with pytest.raises(DownloadError) as caught:
        download(spec, settings)
    message = str(caught.value)
    assert message.startswith(f"Tiny set could not be downloaded from {settings.data_url}")
    assert "MNIST_LAB_DATA_DIR" in message
    return message


# success


def test_a_file_arrives_as_it_was_published(one_file, server, online):
    server.files = one_file.files
    (path,) = download(one_file.spec, online)
    assert path == downloads_dir(online) / "tiny.npz"
    assert path.read_bytes() == one_file.files["tiny.npz"]


def test_several_files_arrive_in_the_order_of_the_spec(four_files, server, online):
    server.files = four_files.files
    paths = download(four_files.spec, online)
    assert [path.read_bytes() for path in paths] == list(four_files.files.values())
    assert server.asked == list(four_files.files)


@pytest.mark.parametrize("with_length", [True, False], ids=["length told", "length unknown"])
def test_progress_only_grows_and_ends_at_the_total(one_file, four_files, server, online, with_length):
    server.files = one_file.files | four_files.files
    server.with_length = with_length
    for published in (one_file, four_files):
        progress = Recorder()
        download(published.spec, online, progress)
        progress.check(published.spec)
        assert len(progress.calls) > len(published.files)


def test_progress_after_a_broken_try_claims_no_more_than_has_arrived(one_file, server, online):
    server.files = one_file.files
    server.broken["tiny.npz"] = ["cut"]
    settings = online.model_copy(update={"download_retries": 1})
    progress = Recorder()
    download(one_file.spec, settings, progress)
    progress.check(one_file.spec)
    total = one_file.spec.download_size
    # The second try has to come from 0 to half again before there is news.
    assert [received for received, _ in progress.calls].count(total) <= 3


def test_an_address_without_a_slash_at_its_end_works(one_file, server, online):
    server.files = one_file.files
    assert download(one_file.spec, online.model_copy(update={"data_url": server.url.rstrip("/")}))


def test_a_mirror_may_pack_the_content_differently(one_file, server, online):
    server.files = {"tiny.npz": one_file.files["tiny.npz"] + b"another container"}
    assert download(one_file.spec, online)


def test_a_download_writes_nothing_to_the_terminal(one_file, server, online, capfd):
    server.files = one_file.files
    server.broken["tiny.npz"] = [500]
    download(one_file.spec, online.model_copy(update={"download_retries": 1}))
    assert capfd.readouterr() == ("", "")


# failure


def test_a_missing_file_tells_the_answer_of_the_server(one_file, online, leftovers):
    assert "the server answered 404" in refused(one_file.spec, online)
    assert leftovers(online) == []


def test_a_refused_connection_is_told(one_file, leftovers, pauses, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, but nobody listens
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        settings = Settings(offline=False, data_url=url, download_retries=0)
        assert "there is no connection to the server" in refused(one_file.spec, settings)
    assert leftovers(settings) == []


def test_a_connection_that_breaks_off_leaves_no_file_behind(one_file, server, online, leftovers):
    server.files = one_file.files
    server.broken["tiny.npz"] = ["cut"]
    assert "the connection broke off" in refused(one_file.spec, online)
    assert leftovers(online) == []


def test_a_server_that_does_not_answer_is_told(one_file, online, monkeypatch):
    import requests

    def slow(*_, **__):
        raise requests.ReadTimeout("no answer")

    monkeypatch.setattr(requests, "get", slow)
    assert "the server did not answer in time" in refused(one_file.spec, online)


@pytest.mark.parametrize("url", ["data.example", "mnist:/x", "http://"])
def test_an_address_that_is_none_is_not_called_a_wrong_checksum(one_file, online, url):
    with pytest.raises(DownloadError) as caught:
        download(one_file.spec, online.model_copy(update={"data_url": url}))
    assert "checksum" not in str(caught.value)
    assert url.rstrip("/") in str(caught.value)


def test_a_wrong_file_from_the_publisher_is_refused_by_its_checksum(one_file, server, online, leftovers):
    at_publisher = tuple(
        dataclasses.replace(file, url=f"{server.url}there/{file.name}") for file in one_file.spec.files
    )
    spec = dataclasses.replace(one_file.spec, files=at_publisher)
    without_mirror = online.model_copy(update={"data_url": None})
    server.files = {"there/tiny.npz": one_file.files["tiny.npz"] + b"!"}
    with pytest.raises(DownloadError, match=f"from {server.url}there/tiny.npz: the file's checksum is wrong"):
        download(spec, without_mirror)
    assert leftovers(online) == []
    server.files = {"there/tiny.npz": one_file.files["tiny.npz"]}
    assert download(spec, without_mirror) == [downloads_dir(online) / "tiny.npz"]


@pytest.mark.parametrize("fault", [500, "cut", 404])
def test_a_failed_try_is_repeated(one_file, server, online, pauses, leftovers, fault):
    server.files = one_file.files
    server.broken["tiny.npz"] = [fault, fault]
    (path,) = download(one_file.spec, online.model_copy(update={"download_retries": 2}))
    assert path.read_bytes() == one_file.files["tiny.npz"]
    assert server.asked == ["tiny.npz"] * 3
    assert len(pauses) == 2
    assert leftovers(online) == ["downloads/tiny.npz"]


def test_tries_come_to_an_end(one_file, server, online, leftovers):
    assert "404" in refused(one_file.spec, online.model_copy(update={"download_retries": 2}))
    assert server.asked == ["tiny.npz"] * 3
    assert leftovers(online) == []


def test_the_next_try_after_a_failure_starts_clean(four_files, server, online):
    server.files = four_files.files
    server.broken["tiny/y_test.gz"] = ["cut"]
    refused(four_files.spec, online)
    paths = download(four_files.spec, online)
    assert [path.read_bytes() for path in paths] == list(four_files.files.values())
    # What had arrived whole is not fetched twice.
    assert server.asked.count("tiny/x_train.gz") == 1
    assert server.asked.count("tiny/y_test.gz") == 2


def test_offline_no_server_is_asked(one_file, server, online):
    server.files = one_file.files
    with pytest.raises(DownloadError, match="switched off.*MNIST_LAB_OFFLINE"):
        download(one_file.spec, online.model_copy(update={"offline": True}))
    assert server.asked == []


def test_a_folder_that_can_not_be_written_is_told_before_the_server_is_asked(one_file, server, online, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError, match="can't be written"):
        download(one_file.spec, online.model_copy(update={"home": tmp_path / "file" / "home"}))
    assert server.asked == []


def test_a_read_only_folder_that_exists_is_told(one_file, server, online, monkeypatch):
    import tempfile

    def forbidden(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    server.files = one_file.files
    downloads_dir(online).mkdir(parents=True)
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", forbidden)
    with pytest.raises(StorageError, match="can't be written"):
        download(one_file.spec, online)


def test_a_full_disk_is_told_and_leaves_no_file_behind(one_file, server, online, monkeypatch, leftovers):
    import shutil

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    server.files = one_file.files
    monkeypatch.setattr(shutil, "move", full)
    with pytest.raises(StorageError, match="disk is full"):
        download(one_file.spec, online)
    assert leftovers(online) == []


# copies on this computer


def test_copies_are_found_in_order_of_trust(one_file, tmp_path, settings):
    settings = settings.model_copy(update={"data_dir": tmp_path / "data", "keras_dir": tmp_path / "keras"})
    folders = [settings.data_dir, settings.keras_dir, downloads_dir(settings)]
    assert list(local_copies(one_file.spec, settings)) == []
    for folder in reversed(folders):
        one_file.write_to(folder)
    assert list(local_copies(one_file.spec, settings)) == [[folder / "tiny.npz"] for folder in folders]


def test_an_incomplete_copy_is_no_copy(four_files, tmp_path, settings):
    settings = settings.model_copy(update={"data_dir": tmp_path})
    four_files.write_to(tmp_path)
    assert len(list(local_copies(four_files.spec, settings))) == 1
    (tmp_path / "tiny" / "y_test.gz").unlink()
    assert list(local_copies(four_files.spec, settings)) == []


def test_bundled_data_have_no_copies(settings):
    from mnist_core.datasets import DATASETS

    assert list(local_copies(DATASETS["digits"], settings)) == []
