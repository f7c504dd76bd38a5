import os
import shutil
import threading

import numpy as np
import pytest

from mnist_core.errors import ArtifactMissingError
from mnist_core.inference import Classifier, open_classifier
from mnist_core.models.onnx_writer import baseline_onnx
from mnist_core.store import RunFiles
from mnist_core.training.logistic import LogisticModel


def random_model(seed):
    rng = np.random.default_rng(seed)
    return LogisticModel(rng.normal(0, 0.1, (10, 784)), rng.normal(0, 0.1, 10))


@pytest.fixture
def images():
    return np.random.default_rng(9).integers(0, 256, (40, 28, 28), dtype=np.uint8)


@pytest.fixture
def files(tmp_path):
    files = RunFiles(tmp_path, "20250101-120000-0123abcd")
    files.folder.mkdir()
    files.onnx.write_bytes(baseline_onnx(random_model(0).arrays))
    return files


def test_the_exported_model_predicts_what_the_model_predicts(files, images):
    table = open_classifier(files).predict(images)
    assert table.shape == (40, 10)
    assert table.dtype == np.float32
    np.testing.assert_allclose(table, random_model(0).predict(images), atol=1e-6)


def test_one_image_is_enough_and_none_gives_none(files, images):
    model = open_classifier(files)
    np.testing.assert_allclose(model.predict(images[:1]), model.predict(images)[:1], atol=1e-6)
    assert model.predict(images[:0]).shape == (0, 10)


def test_many_images_are_predicted_as_one_by_one(files):
    images = np.random.default_rng(2).integers(0, 256, (117, 28, 28), dtype=np.uint8)
    model = open_classifier(files)
    np.testing.assert_allclose(
        model.predict(images), np.concatenate([model.predict(image[None]) for image in images]), atol=1e-6
    )


def test_a_finished_run_predicts_its_own_table(store, finished_run, digits):
    files = store.files(finished_run().id)
    table = files.read_probabilities()["test"]
    np.testing.assert_allclose(open_classifier(files).predict(digits.x_test), table, atol=1e-6)


def test_a_model_is_loaded_once(files):
    assert open_classifier(files) is open_classifier(files)


def test_a_model_that_was_replaced_is_loaded_again(files, images):
    before = open_classifier(files)
    files.onnx.write_bytes(baseline_onnx(random_model(1).arrays))
    stat = files.onnx.stat()
    os.utime(files.onnx, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000_000))  # not within one tick of the clock
    after = open_classifier(files)
    assert after is not before
    np.testing.assert_allclose(after.predict(images), random_model(1).predict(images), atol=1e-6)


def test_runs_of_the_same_id_in_other_homes_are_not_mixed_up(files, tmp_path, images):
    other = RunFiles(tmp_path / "other", files.folder.name)
    other.folder.mkdir(parents=True)
    other.onnx.write_bytes(baseline_onnx(random_model(1).arrays))
    shutil.copystat(files.onnx, other.onnx)
    assert not np.allclose(open_classifier(files).predict(images), open_classifier(other).predict(images))


def test_a_run_without_a_model_says_what_to_do(files):
    files.onnx.unlink()
    with pytest.raises(ArtifactMissingError, match="no model to predict with.*Choose another run"):
        open_classifier(files)
    with pytest.raises(ArtifactMissingError, match="missing or damaged"):
        Classifier(files)


@pytest.mark.parametrize("content", [b"", b"garbage" * 100, b"\x08\x08", "half"])
def test_a_damaged_model_says_what_to_do(files, content):
    files.onnx.write_bytes(files.onnx.read_bytes()[:5000] if content == "half" else content)
    with pytest.raises(ArtifactMissingError, match="missing or damaged. Train it again"):
        open_classifier(files)


def test_a_damaged_model_is_not_remembered(files):
    good = files.onnx.read_bytes()
    files.onnx.write_bytes(b"garbage")
    with pytest.raises(ArtifactMissingError):
        open_classifier(files)
    files.onnx.write_bytes(good)
    assert isinstance(open_classifier(files), Classifier)


def test_several_threads_predict_at_once(files, images):
    model, expected = open_classifier(files), random_model(0).predict(images)
    tables = []
    threads = [threading.Thread(target=lambda: tables.append(model.predict(images))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tables) == 4
    for table in tables:
        np.testing.assert_allclose(table, expected, atol=1e-6)
