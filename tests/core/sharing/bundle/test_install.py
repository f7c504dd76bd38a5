"""A run that is brought back, and what is not let in by its network."""

import errno
import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from mnist_core.engine import check_continuation, estimate
from mnist_core.errors import BundleError, ConfigError, LimitError, StorageError
from mnist_core.inference import open_classifier, open_layers
from mnist_core.settings import get_settings
from mnist_core.sharing.bundle import contents as names
from mnist_core.sharing.bundle import import_bundle, install
from mnist_core.sharing.shipped import SHIPPED
from mnist_core.store import RunState, Store, Visitor
from tests.bundle_files import bundle_of, changed, keras_file, members, npz
from tests.network_files import CONFIG, write_network

ME = Visitor("me")


@pytest.fixture
def honest(finished_run, store, tmp_path):
    """Return a run and its bundle."""
    record = finished_run(name="Mine", owner="other", recipe="first-network")
    return record, bundle_of(record, store, tmp_path)


def test_an_import_brings_the_run_back(honest, store):
    before, data = honest
    points, tables = store.metrics.points(before.id), store.files(before.id).read_probabilities()
    images = np.random.default_rng(0).integers(0, 256, (20, 28, 28), np.uint8)
    said = open_classifier(store.files(before.id)).predict(images)
    assert store.bin.remove(before.id)

    after = import_bundle(data, store, "me")

    assert (after.name, after.config, after.outcome) == (
        before.name,
        before.config,
        before.outcome,
    )
    assert (after.state, after.recipe, after.epoch, after.step) == (
        before.state,
        before.recipe,
        before.epoch,
        before.step,
    )
    assert store.metrics.points(after.id) == points
    np.testing.assert_allclose(open_classifier(store.files(after.id)).predict(images), said, atol=1e-6)
    brought = store.files(after.id).read_probabilities()
    assert all(np.array_equal(brought[split], table) for split, table in tables.items())
    assert ME.may_change(after)
    assert not Visitor("other").may_change(after)
    assert after.bytes == store.files(after.id).size() > 0


def test_an_imported_run_says_that_it_is(honest, store):
    record = import_bundle(honest[1], store, "me")
    assert record.imported is not None
    assert record.imported.run_id == honest[0].id
    assert record.imported.created == honest[0].created.isoformat(timespec="seconds")


def test_no_import_gets_the_id_of_another_run_that_is_or_was(honest, store):
    """Pages remember figures by the id, of private runs too, and who brings a bundle chooses what it says."""
    before, data = honest
    assert store.bin.remove(before.id)
    first, second = import_bundle(data, store, "me"), import_bundle(data, store, "me")
    assert len({before.id, first.id, second.id}) == 3


def test_an_import_takes_nobody_s_place(honest, store):
    """Others who set up the same run train it, and are told how long it takes here, not elsewhere."""
    before, data = honest
    store.bin.delete(before.id, Visitor(None, is_admin=True))
    record = import_bundle(data, store, "me")
    assert store.runs.find_completed(record.fingerprint) is None
    assert estimate(record.config, store).basis != "earlier runs"


def test_an_imported_run_can_t_be_trained_on_and_says_why(honest, store):
    record = import_bundle(honest[1], store, "me")
    longer = record.config.with_settings({"epochs": 9})
    with pytest.raises(ConfigError, match="was imported without"):
        check_continuation(record, longer)


def test_an_imported_run_can_be_taken_away_again(honest, store, tmp_path):
    record = import_bundle(honest[1], store, "me")
    again = bundle_of(record, store, tmp_path)
    assert members(again)["config.json"] == members(honest[1])["config.json"]
    assert "imported" in members(again)["README.md"].decode()


def test_layers_and_parts_come_along(store, finished_run, tmp_path, digits):
    record = finished_run(CONFIG)
    files = store.files(record.id)
    write_network(files, seed=0, images=digits.x_test)
    table = open_classifier(files).predict(digits.x_test)
    files.write_probabilities({"test": table})
    right = float((table.argmax(axis=1) == digits.y_test).mean())
    record = replace(record, outcome=replace(record.outcome, test_accuracy=right))
    before = open_layers(files).activations(digits.x_test[0])
    record = import_bundle(bundle_of(record, store, tmp_path), store)
    after = store.files(record.id)
    for mine, theirs in zip(before, open_layers(after).activations(digits.x_test[0]), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)
    assert set(after.read_parts()) == {"kernel_01", "before", "after"}


def test_a_real_network_comes_back(real_bundle, store):
    record = import_bundle(real_bundle.read_bytes(), store, "me")
    assert record.name == SHIPPED["handwriting"].title
    assert record.shipped is None
    assert {path.name for path in store.files(record.id).folder.iterdir()} == {
        "model.keras",
        "model.onnx",
        "layers.onnx",
        "parts.npz",
        "probabilities.npz",
        "labels.npz",
        "record.json",
        "curve.npz",
        "film",
    }


# refusals


def nothing_is_left(store: Store, runs: int) -> bool:
    folders = list(store.settings.runs_dir.iterdir()) if store.settings.runs_dir.exists() else []
    return len(store.runs.find()) == runs and len(folders) == runs


def test_predictions_of_another_network_are_refused(honest, store, digits):
    table = np.full((297, 10), 0.01, np.float32)
    table[np.arange(297), digits.y_test] = 0.91  # all right: a claim of 100 %
    evil = changed(honest[1], {names.PROBABILITIES: npz(test=table), names.LABELS: None})
    with pytest.raises(BundleError, match="not those of its network"):
        import_bundle(evil, store, "me")
    assert nothing_is_left(store, 1)


@pytest.mark.parametrize("left_out", [(), (names.LABELS,)])
def test_an_accuracy_that_is_not_that_of_the_predictions_is_refused(left_out, honest, store):
    manifest = json.loads(members(honest[1])[names.MANIFEST])
    manifest["outcome"]["test_accuracy"] = 1.0
    changes = {names.MANIFEST: json.dumps(manifest).encode()} | dict.fromkeys(left_out)
    with pytest.raises(BundleError, match="claims an accuracy of 100.00%"):
        import_bundle(changed(honest[1], changes), store, "me")
    assert nothing_is_left(store, 1)


@pytest.mark.parametrize("scale", [1e30, 1e38])
def test_weights_with_which_no_probabilities_come_out_are_refused(scale, honest, store):
    with np.load(io.BytesIO(members(honest[1])[names.WEIGHTS])) as archive:
        wild = {name: np.full_like(array, scale) for name, array in archive.items()}
    with pytest.raises(BundleError, match="gives no probabilities|not those of its network"):
        import_bundle(changed(honest[1], {names.WEIGHTS: npz(**wild)}), store, "me")
    assert nothing_is_left(store, 1)


def test_weights_of_another_training_are_refused(honest, store):
    with np.load(io.BytesIO(members(honest[1])[names.WEIGHTS])) as archive:
        other = {name: array[..., ::-1] for name, array in archive.items()}
    with pytest.raises(BundleError, match="not those of its network"):
        import_bundle(changed(honest[1], {names.WEIGHTS: npz(**other)}), store, "me")
    assert nothing_is_left(store, 1)


def test_no_library_gets_a_file_of_a_stranger(honest, store, monkeypatch):
    """What ONNX Runtime is given was written here, and Keras is not asked at all."""
    given = []
    real = install.open_graph
    monkeypatch.setattr(install, "open_graph", lambda content: given.append(content) or real(content))
    evil = {"model.onnx": b"evil", "model.keras": keras_file(module="os", class_name="system")}
    record = import_bundle(changed(honest[1], evil), store, "me")
    assert given == [store.files(honest[0].id).onnx.read_bytes()]
    files = store.files(record.id)
    assert files.onnx.read_bytes() == given[0]
    assert b"system" not in files.model.read_bytes()


def test_a_name_keeps_nothing_that_a_terminal_would_act_on(honest, store):
    manifest = json.loads(members(honest[1])["run/manifest.json"]) | {"name": "\x1b]0;mine\x07 A\x00 b\u202e"}
    record = import_bundle(changed(honest[1], {"run/manifest.json": json.dumps(manifest).encode()}), store, "me")
    assert record.name == "]0;mine A b"


def test_a_visitor_s_disk_limit_holds(honest, store, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_VISITOR_DISK_MB", "1")
    get_settings.cache_clear()
    small = Store(get_settings())
    parts = npz(before=np.zeros((297, 1024), np.float32), after=np.zeros((297, 1024), np.float32))
    with pytest.raises(LimitError, match="1 MB are possible"):
        import_bundle(changed(honest[1], {names.PARTS: parts}), small, "me")
    import_bundle(changed(honest[1], {names.PARTS: parts}), small)  # who can start the command owns the computer
    small.close()


def test_two_bundles_at_once_don_t_both_find_the_last_room(honest, store, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_VISITOR_DISK_MB", "1")
    get_settings.cache_clear()
    small = Store(get_settings())
    parts = npz(before=np.zeros((74, 1024), np.float32), after=np.zeros((74, 1024), np.float32))
    bundle = changed(honest[1], {names.PARTS: parts})
    both, real = Barrier(2), install._try_out
    monkeypatch.setattr(install, "_try_out", lambda *given: (both.wait(60), real(*given)))
    with ThreadPoolExecutor(2) as threads:
        ends = [threads.submit(import_bundle, bundle, small, "me").exception for _ in range(2)]
    assert sorted(type(end()) for end in ends if end() is not None) == [LimitError]
    assert len(small.runs.find(owner="me")) == 1
    small.close()


def test_a_full_disk_is_told_in_a_sentence(honest, store, monkeypatch):
    def fails(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fails)
    with pytest.raises(StorageError, match="disk is full"):
        import_bundle(honest[1], store, "me")
    assert nothing_is_left(store, 1)


def test_files_go_where_the_record_can_t_be_written(honest, store, monkeypatch):
    def fails(*_, **__):
        raise OSError("no")

    monkeypatch.setattr(store.new_runs, "put_imported", fails)
    with pytest.raises(OSError, match="no"):
        import_bundle(honest[1], store, "me")
    assert nothing_is_left(store, 1)


def test_a_stopped_run_comes_back_as_one(finished_run, store, tmp_path):
    record = finished_run(state=RunState.STOPPED)
    assert import_bundle(bundle_of(record, store, tmp_path), store).state is RunState.STOPPED


def test_keras_opens_what_was_made_of_the_weights(honest, store):
    import keras

    record = import_bundle(honest[1], store, "me")
    network = keras.models.load_model(store.files(record.id).model)
    with np.load(io.BytesIO(members(honest[1])[names.WEIGHTS])) as archive:
        for weights, array in zip(network.get_weights(), archive.values(), strict=True):
            np.testing.assert_array_equal(weights, array)
