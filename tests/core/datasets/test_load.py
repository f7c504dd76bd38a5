import errno
import hashlib
import os

import numpy as np
import pytest

from mnist_core.config import DataConfig
from mnist_core.datasets import DATASETS, Dataset, get_spec, is_ready, load_dataset
from mnist_core.datasets import load as load_module
from mnist_core.datasets.decode import ARRAY_NAMES
from mnist_core.errors import ConfigError, CorruptDataError, DataError, DownloadError, StorageError


def same(dataset, published):
    return all(np.array_equal(getattr(dataset, name), array) for name, array in published.arrays.items())


# sources


def test_downloaded_data_are_decoded_and_the_download_is_not_kept(one_file, server, online, leftovers):
    server.files = one_file.files
    assert same(load_dataset("mnist", online), one_file)
    assert leftovers(online) == ["mnist-v1/complete.json", *sorted(f"mnist-v1/{name}.npy" for name in ARRAY_NAMES)]


def test_four_files_are_downloaded_and_decoded(four_files, server, online):
    server.files = four_files.files
    calls = []
    assert same(load_dataset("fashion_mnist", online, lambda *call: calls.append(call)), four_files)
    assert calls[-1] == (four_files.spec.download_size,) * 2


def test_the_cache_is_used_afterwards_without_a_server_or_files(one_file, server, online):
    server.files = one_file.files
    load_dataset("mnist", online)
    server.files = {}
    dataset = load_dataset("mnist", online.model_copy(update={"offline": True}))
    assert same(dataset, one_file)
    assert server.asked == ["tiny.npz"]


def test_arrays_are_memory_mapped_and_read_only(one_file, server, online):
    server.files = one_file.files
    dataset = load_dataset("mnist", online)
    assert isinstance(dataset.x_train, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        dataset.x_train[0, 0, 0] = 1


def test_a_ready_download_is_used_before_anything_else(one_file, server, online, tmp_path):
    settings = online.model_copy(update={"data_dir": tmp_path / "data", "keras_dir": tmp_path / "keras"})
    one_file.write_to(settings.data_dir)
    settings.keras_dir.mkdir()
    (settings.keras_dir / "tiny.npz").write_bytes(b"would be damaged")
    assert same(load_dataset("mnist", settings), one_file)
    assert server.asked == []


def test_keras_own_cache_is_used_before_the_server(one_file, server, online, tmp_path):
    settings = online.model_copy(update={"data_dir": tmp_path / "data", "keras_dir": tmp_path / "keras"})
    one_file.write_to(settings.keras_dir)
    assert same(load_dataset("mnist", settings), one_file)
    assert server.asked == []


def test_files_of_the_person_are_left_alone(one_file, settings, tmp_path):
    settings = settings.model_copy(update={"data_dir": tmp_path / "data"})
    one_file.write_to(settings.data_dir)
    load_dataset("mnist", settings)
    assert (settings.data_dir / "tiny.npz").read_bytes() == one_file.files["tiny.npz"]


def test_a_damaged_file_falls_through_to_the_next_source(one_file, server, online, tmp_path):
    settings = online.model_copy(update={"data_dir": tmp_path / "data"})
    one_file.write_to(settings.data_dir)
    (settings.data_dir / "tiny.npz").write_bytes(one_file.files["tiny.npz"][:1000])
    server.files = one_file.files
    assert same(load_dataset("mnist", settings), one_file)
    assert (settings.data_dir / "tiny.npz").stat().st_size == 1000


def test_a_file_that_can_not_be_read_falls_through_too(one_file, server, online, tmp_path, monkeypatch):
    settings = online.model_copy(update={"data_dir": tmp_path / "data"})
    one_file.write_to(settings.data_dir)
    server.files = one_file.files
    read = type(tmp_path).read_bytes

    def forbidden(path):
        if path.is_relative_to(settings.data_dir):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(type(tmp_path), "read_bytes", forbidden)
    assert same(load_dataset("mnist", settings), one_file)


def test_when_nothing_works_the_message_lists_every_source(one_file, online, tmp_path):
    settings = online.model_copy(update={"data_dir": tmp_path / "data", "keras_dir": tmp_path / "keras"})
    for folder in (settings.data_dir, settings.keras_dir):
        folder.mkdir()
        (folder / "tiny.npz").write_bytes(b"damaged")
    with pytest.raises(DataError) as caught:
        load_dataset("mnist", settings)
    message = str(caught.value)
    assert str(settings.data_dir / "tiny.npz") in message
    assert str(settings.keras_dir / "tiny.npz") in message
    assert settings.data_url in message
    assert "404" in message


def test_offline_without_files_the_message_says_so(one_file, settings):
    with pytest.raises(DownloadError, match="MNIST_LAB_OFFLINE"):
        load_dataset("mnist", settings)
    assert not settings.datasets_dir.exists()


# bad downloads


@pytest.mark.parametrize("body", [b"<html>Please log in</html>", b"", bytes(300_000)])
def test_a_wrong_file_from_a_mirror_leaves_nothing_behind_and_the_next_try_starts_clean(
    one_file, server, online, leftovers, body
):
    server.files = {"tiny.npz": body}
    with pytest.raises(CorruptDataError, match="Tiny set"):
        load_dataset("mnist", online)
    assert leftovers(online) == []
    server.files = one_file.files
    assert same(load_dataset("mnist", online), one_file)


def test_one_wrong_file_of_four_does_not_spoil_the_next_try(four_files, server, online, leftovers):
    server.files = {**four_files.files, "tiny/x_test.gz": b"Service unavailable"}
    with pytest.raises(CorruptDataError):
        load_dataset("fashion_mnist", online)
    assert leftovers(online) == []
    server.files = four_files.files
    assert same(load_dataset("fashion_mnist", online), four_files)


def test_a_download_that_broke_off_is_done_again(four_files, server, online, leftovers):
    server.files = four_files.files
    server.broken["tiny/x_train.gz"] = ["cut"]
    with pytest.raises(DownloadError, match="broke off"):
        load_dataset("fashion_mnist", online)
    assert not is_ready("fashion_mnist", online)
    assert leftovers(online) == ["downloads/tiny/y_train.gz"]
    assert same(load_dataset("fashion_mnist", online), four_files)
    assert not [name for name in leftovers(online) if name.startswith("downloads")]


# storage


def test_a_full_disk_leaves_no_half_cache_behind(one_file, settings, tmp_path, monkeypatch, leftovers):
    settings = settings.model_copy(update={"data_dir": tmp_path / "data"})
    one_file.write_to(settings.data_dir)
    saved = []
    save = np.save

    def full(path, array):
        if saved:
            raise OSError(errno.ENOSPC, "No space left on device")
        saved.append(path)
        save(path, array)

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(StorageError, match="disk is full"):
        load_dataset("mnist", settings)
    assert leftovers(settings) == []
    monkeypatch.setattr(np, "save", save)
    assert same(load_dataset("mnist", settings), one_file)


def test_a_home_that_can_not_be_made_is_told(one_file, settings, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    one_file.write_to(tmp_path / "data")
    settings = settings.model_copy(update={"home": tmp_path / "file" / "home", "data_dir": tmp_path / "data"})
    with pytest.raises(StorageError, match="can't be written"):
        load_dataset("mnist", settings)


def test_a_folder_that_can_not_be_moved_into_place_is_told(one_file, settings, tmp_path, monkeypatch, leftovers):
    def forbidden(*_):
        raise OSError(errno.EROFS, "Read-only file system")

    settings = settings.model_copy(update={"data_dir": tmp_path / "data"})
    one_file.write_to(settings.data_dir)
    monkeypatch.setattr(load_module.os, "replace", forbidden)
    with pytest.raises(StorageError, match="can't be written"):
        load_dataset("mnist", settings)
    assert leftovers(settings) == []


# the cache


@pytest.fixture
def cached(one_file, settings, tmp_path):
    """Return settings whose cache is filled, with the source still there."""
    settings = settings.model_copy(update={"data_dir": tmp_path / "data"})
    one_file.write_to(settings.data_dir)
    load_dataset("mnist", settings)
    return settings


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("complete.json", None),
        ("complete.json", b""),
        ("complete.json", b"{"),
        ("complete.json", b"[]"),
        ("complete.json", b"{}"),
        ("complete.json", b"\xff\xfe"),
        ("x_train.npy", None),
        ("x_train.npy", b""),
        ("x_train.npy", b"garbage" * 100),
        ("x_train.npy", "half"),
        ("y_test.npy", "half"),
        ("x_test.npy", "another"),
    ],
)
def test_a_damaged_cache_is_built_again(one_file, cached, name, content):
    path = cached.datasets_dir / "mnist-v1" / name
    if content is None:
        path.unlink()
    elif content == "half":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif content == "another":
        np.save(path, np.zeros((3, 28, 28), np.uint8))
    else:
        path.write_bytes(content)
    assert same(load_dataset("mnist", cached), one_file)
    assert sorted(os.listdir(cached.datasets_dir)) == ["mnist-v1"]


def test_a_copy_that_another_process_finished_first_is_used(one_file, cached, monkeypatch):
    """Two processes decode at once: the later one must not fail."""
    replaced = []

    def too_late(source, target):
        replaced.append(target)
        raise OSError(errno.ENOTEMPTY, "Directory not empty")

    arrays = one_file.arrays
    monkeypatch.setattr(load_module.shutil, "rmtree", lambda *_, **__: None)
    monkeypatch.setattr(load_module.os, "replace", too_late)
    load_module._write_cache(arrays, cached.datasets_dir / "mnist-v1")
    assert len(replaced) == 1
    assert same(load_dataset("mnist", cached), one_file)


def test_a_cache_that_stays_unreadable_is_told(one_file, cached, monkeypatch):
    monkeypatch.setattr(load_module, "_read_cache", lambda *_: None)
    with pytest.raises(DataError, match=r"cached copy of Tiny set.*Delete that folder"):
        load_dataset("mnist", cached)


def test_only_a_complete_cache_is_ready(one_file, cached, settings):
    assert is_ready("mnist", cached)
    (cached.datasets_dir / "mnist-v1" / "complete.json").unlink()
    assert not is_ready("mnist", cached)


def test_an_unknown_dataset_is_refused_with_those_that_exist(settings):
    for call in (
        lambda: get_spec("cifar"),
        lambda: load_dataset("cifar", settings),
        lambda: is_ready("cifar", settings),
    ):
        with pytest.raises(ConfigError, match="no dataset called cifar.*mnist, fashion_mnist, digits"):
            call()


def test_the_bundled_digits_are_cached_like_the_others(digits, settings):
    assert is_ready("digits", settings)
    assert isinstance(digits.x_train, np.memmap)


# splits


@pytest.fixture
def numbered():
    """Return a dataset whose image i holds the number i."""
    images = np.arange(200, dtype=np.uint8).repeat(784).reshape(200, 28, 28)
    labels = (np.arange(200) % 10).astype(np.uint8)
    return Dataset(DATASETS["digits"], images, labels, images[:30], labels[:30])


def first_and_last(dataset, split, config):
    images, labels = dataset.split(split, config)
    assert len(images) == len(labels)
    assert np.array_equal(images[:, 0, 0] % 10, labels)
    return (int(images[0, 0, 0]), int(images[-1, 0, 0])) if len(images) else None


@pytest.mark.parametrize(
    ("share", "train", "validation"),
    [(0.2, (0, 159), (160, 199)), (0.0, (0, 199), None), (0.5, (0, 99), (100, 199)), (0.333, (0, 132), (133, 199))],
)
def test_the_last_share_of_the_training_images_validates(numbered, share, train, validation):
    config = DataConfig(validation_split=share)
    assert first_and_last(numbered, "train", config) == train
    assert first_and_last(numbered, "validation", config) == validation
    assert first_and_last(numbered, "test", config) == (0, 29)


def test_a_training_size_takes_the_first_images_before_they_are_split(numbered):
    config = DataConfig(validation_split=0.2, train_size=100)
    assert first_and_last(numbered, "train", config) == (0, 79)
    assert first_and_last(numbered, "validation", config) == (80, 99)


def test_a_training_size_beyond_the_end_takes_all(numbered):
    config = DataConfig(validation_split=0.0, train_size=60_000)
    assert numbered.train_size(config) == 200
    assert first_and_last(numbered, "train", config) == (0, 199)


def test_splits_are_views_and_copy_nothing(numbered):
    assert np.shares_memory(numbered.split("validation", DataConfig())[0], numbered.x_train)


# the published data


@pytest.mark.parametrize("dataset_id", ["mnist", "fashion_mnist"])
def test_the_published_files_have_the_published_content(real_settings, dataset_id):
    dataset = load_dataset(dataset_id, real_settings)
    assert dataset.x_train.shape == (60_000, 28, 28)
    assert dataset.x_test.shape == (10_000, 28, 28)
    for name, md5 in dataset.spec.content_md5.items():
        array = np.asarray(getattr(dataset, name))
        assert array.dtype == np.uint8
        assert hashlib.md5(array.tobytes()).hexdigest() == md5


def test_training_image_25168_of_mnist_is_a_nine(real_settings):
    assert load_dataset("mnist", real_settings).y_train[25168] == 9


def test_mnist_and_fashion_mnist_are_split_as_in_the_recipes(real_settings):
    for dataset_id in ("mnist", "fashion_mnist"):
        dataset = load_dataset(dataset_id, real_settings)
        assert len(dataset.split("train", DataConfig(validation_split=0.2))[0]) == 48_000
        assert len(dataset.split("validation", DataConfig(validation_split=0.1))[0]) == 6_000
