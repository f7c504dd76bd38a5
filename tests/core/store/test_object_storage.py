"""Files of runs in a real object store, seen from two computers with one database."""

import os
import threading
from dataclasses import replace

import numpy as np
import psutil
import pytest

from mnist_core.config import DataConfig, RunConfig
from mnist_core.errors import ArtifactMissingError, ConfigError, ObjectStoreError, RunStateError
from mnist_core.inference import open_classifier
from mnist_core.models.network_files import read_network
from mnist_core.settings import Settings, get_settings
from mnist_core.sharing.shipped import install_shipped
from mnist_core.store import Imported, RunRecord, RunState, Store, Visitor
from mnist_core.store.objects import object_cache
from mnist_core.store.objects.object_store import ObjectStore
from mnist_core.store.objects.published import Published
from mnist_core.store.tables import files as table
from mnist_core.system.processes import own_process
from tests.conftest import recorder
from tests.run_rows import write_columns
from tests.s3_server import BUCKET, S3Server
from tests.shipped_files import write_shipped
from tests.store_child import ELSEWHERE

ADA = Visitor("ada")
DIGITS = RunConfig(data=DataConfig(dataset="digits"))
IMAGE = np.zeros((1, 28, 28), np.uint8)


@pytest.fixture
def settings(object_store: S3Server) -> Settings:
    return get_settings()


@pytest.fixture
def impatient(monkeypatch):
    """Let a request that failed be tried anew at once."""
    monkeypatch.setattr("mnist_core.store.objects.object_store._BREAK", 0.0)


def begun(store: Store, *, step: int = 0, config: RunConfig = DIGITS) -> str:
    """Return a run that this process trains, with a checkpoint after so many batches."""
    run_id = store.new_runs.create(config, "A run", owner="ada")
    take(store, run_id)
    if step:
        write_checkpoint(store, run_id, step)
    return run_id


def take(store: Store, run_id: str) -> None:
    assert store.queue.claim(run_id, own_process())
    store.publishing.begin(run_id)


def write_checkpoint(store: Store, run_id: str, step: int) -> None:
    np.savez(store.files(run_id).folder / "checkpoint.npz", step=np.int64(step))


def publish(store: Store, run_id: str, **options: bool) -> None:
    store.publishing.publish(run_id, **options)


def names(object_store: S3Server, run_id: str) -> set[str]:
    return {key.split(f"{run_id}/")[1].partition("/")[2] for key in object_store.keys(run_id)}


# reading


def test_a_finished_run_is_whole_on_another_computer(object_store, store, elsewhere, finished_run):
    run = finished_run()
    here, there = store.files(run.id), elsewhere.files(run.id)
    assert not there.folder.exists()
    np.testing.assert_array_equal(there.read_probabilities()["test"], here.read_probabilities()["test"])
    np.testing.assert_array_equal(open_classifier(there).predict(IMAGE), open_classifier(here).predict(IMAGE))
    assert there.log_tail(2) == "Epoch 2/3\nEpoch 3/3"
    assert (there.size(), there.size_of("model.onnx")) == (here.size(), here.onnx.stat().st_size)
    assert store.runs.get(run.id).bytes == there.size() > 1000
    assert there.changed("model.onnx") == there.onnx.stat().st_mtime_ns // 1000, "caches know it everywhere"
    assert names(object_store, run.id) >= {"model.onnx", "probabilities.npz", "worker.log", "record.json"}


@pytest.mark.sqlite
def test_what_is_here_needs_no_object_store(object_store, elsewhere, finished_run):
    run = finished_run()
    elsewhere.files(run.id).read_probabilities()
    object_store.shut()
    elsewhere.files(run.id).read_probabilities()
    with pytest.raises(ObjectStoreError, match="can't be reached. Nothing is lost. Try again"):
        open_classifier(elsewhere.files(run.id))
    assert elsewhere.files(run.id).size_of("model.onnx"), "sizes are told without it"


@pytest.mark.sqlite
def test_a_store_that_is_gone_is_never_taken_for_a_network_that_is_missing(object_store, elsewhere, finished_run):
    run = finished_run()
    object_store.shut()
    with pytest.raises(ObjectStoreError):
        read_network(elsewhere.files(run.id), run.config.model, 10)


@pytest.mark.sqlite
def test_many_who_want_a_file_have_it_brought_once(elsewhere, finished_run, monkeypatch):
    run = finished_run()
    brought, get = [], ObjectStore.get
    monkeypatch.setattr(ObjectStore, "get", lambda *call: brought.append(call[1]) or get(*call))
    threads = [threading.Thread(target=elsewhere.files(run.id).read_probabilities) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(brought) == 1


@pytest.mark.sqlite
@pytest.mark.parametrize("accident", ["damage", "lose"])
def test_a_damaged_or_missing_object_is_told_in_words(object_store, elsewhere, finished_run, accident, capsys):
    run = finished_run()
    getattr(object_store, accident)(run.id, "probabilities.npz")
    with pytest.raises(ArtifactMissingError, match="missing or damaged. Train it again"):
        elsewhere.files(run.id).read_probabilities()
    assert f"probabilities.npz of the run {run.id} is missing or damaged" in capsys.readouterr().err
    assert not (elsewhere.files(run.id).folder / "probabilities.npz").exists()
    open_classifier(elsewhere.files(run.id))


@pytest.mark.sqlite
def test_a_slow_object_store_is_waited_for(object_store, elsewhere, finished_run):
    run = finished_run()
    object_store.slow_down(0.5)
    assert open_classifier(elsewhere.files(run.id)).predict(IMAGE).shape == (1, 10)


# working and publishing


@pytest.mark.sqlite
def test_only_what_is_new_is_uploaded_and_what_it_replaces_goes(object_store, store, elsewhere):
    run_id = begun(store, step=10)
    store.files(run_id).onnx.write_bytes(b"never changed")
    publish(store, run_id, work_goes_on=True)
    first = {name: object_store.key_of(run_id, name) for name in ("checkpoint.npz", "model.onnx")}
    assert elsewhere.files(run_id).checkpoint_step() == 10
    assert not elsewhere.files(run_id).folder.exists(), "nobody brings a checkpoint to see how far it is"
    write_checkpoint(store, run_id, 20)
    assert (store.files(run_id).checkpoint_step(), elsewhere.files(run_id).checkpoint_step()) == (20, 10)
    publish(store, run_id)
    assert elsewhere.files(run_id).checkpoint_step() == 20
    assert object_store.key_of(run_id, "checkpoint.npz") != first["checkpoint.npz"]
    assert object_store.key_of(run_id, "model.onnx") == first["model.onnx"]


@pytest.mark.sqlite
def test_who_reads_what_was_just_replaced_gets_the_new(object_store, store, elsewhere, monkeypatch):
    run_id = begun(store, step=10)
    publish(store, run_id, work_goes_on=True)
    old = Published(elsewhere.database).of(run_id)
    write_checkpoint(store, run_id, 20)
    publish(store, run_id)
    real, asked = Published.of, []
    monkeypatch.setattr(Published, "of", lambda *call: asked.append(1) or (old if len(asked) == 1 else real(*call)))
    with np.load(elsewhere.files(run_id).checkpoint) as archive:
        assert archive["step"] == 20


def test_a_run_goes_on_elsewhere_from_what_was_published(store, elsewhere):
    run_id = begun(store, step=10)
    store.files(run_id).log.write_text("first\n")
    publish(store, run_id, work_goes_on=True)
    write_checkpoint(store, run_id, 15)  # never published: this computer is gone
    store.queue.finish(run_id, RunState.INTERRUPTED)
    store.queue.request_resume(run_id, ADA)
    log = elsewhere.files(run_id).log
    log.parent.mkdir(parents=True)
    with log.open("a") as stream:  # as a worker does before it has the run
        stream.write("second\n")
        stream.flush()
        take(elsewhere, run_id)
        assert elsewhere.files(run_id).checkpoint_step() == 10
        stream.write("third\n")
    write_checkpoint(elsewhere, run_id, 30)
    publish(elsewhere, run_id)
    elsewhere.queue.finish(run_id, RunState.COMPLETED)
    # The first computer is back, and what it had is older.
    again = Store(store.settings)
    assert again.publishing.publish_left() == []
    assert again.files(run_id).checkpoint_step() == 30
    with np.load(again.files(run_id).checkpoint) as archive:
        assert archive["step"] == 30
    assert again.files(run_id).log_tail(5) == "first\nsecond\nthird"
    again.close()


def test_a_process_that_has_lost_the_run_publishes_nothing(object_store, store, elsewhere):
    run_id = begun(store, step=10)
    publish(store, run_id, work_goes_on=True)
    parent = psutil.Process(os.getppid())
    write_columns(store, run_id, pid=parent.pid)
    write_checkpoint(store, run_id, 20)
    with pytest.raises(RunStateError, match="Another process has this run"):
        publish(store, run_id)
    assert elsewhere.files(run_id).checkpoint_step() == 10


@pytest.mark.sqlite
def test_a_full_object_store_publishes_nothing_and_loses_nothing(object_store, store, elsewhere, impatient):
    run_id = begun(store, step=10)
    publish(store, run_id, work_goes_on=True)
    write_checkpoint(store, run_id, 20)
    object_store.fill()
    with pytest.raises(ObjectStoreError, match="it refuses with the words “XMinioStorageFull”. Nothing is lost"):
        publish(store, run_id)
    assert (store.files(run_id).checkpoint_step(), elsewhere.files(run_id).checkpoint_step()) == (20, 10)
    object_store.open()
    publish(store, run_id)
    assert elsewhere.files(run_id).checkpoint_step() == 20


def test_what_could_not_be_published_is_once_the_store_is_back(object_store, store, elsewhere, impatient):
    run_id = begun(store, step=10)
    object_store.shut()
    with pytest.raises(ObjectStoreError):
        publish(store, run_id)
    store.queue.finish(run_id, RunState.INTERRUPTED)
    store.close()
    again = Store(store.settings)  # the app was started anew
    with pytest.raises(ObjectStoreError):
        again.publishing.publish_left()
    assert elsewhere.files(run_id).checkpoint_step() is None
    object_store.open()
    assert again.publishing.publish_left() == [run_id]
    assert elsewhere.files(run_id).checkpoint_step() == 10
    assert again.publishing.publish_left() == [], "it is published"
    again.close()


@pytest.mark.sqlite
def test_a_run_under_way_is_left_to_its_process(store):
    run_id = begun(store, step=10)
    again = Store(store.settings)
    assert again.publishing.publish_left() == []
    assert again.files(run_id).checkpoint_step() == 10, "who looks on from the same computer sees what it has"
    again.close()


def test_a_new_run_brings_its_files_along(store, elsewhere, finished_run):
    run_id = begun(store, step=10)
    store.files(run_id).write_probabilities({"test": np.ones((2, 10), np.float32)})
    publish(store, run_id)
    store.queue.finish(run_id, RunState.COMPLETED)
    new = elsewhere.new_runs.create(DIGITS, "goes on", owner="ada", continues=run_id)
    assert store.files(new).checkpoint_step() == 10
    with np.load(store.files(new).checkpoint) as archive:
        assert archive["step"] == 10


def test_a_film_grows_and_shrinks_for_all(store, elsewhere, finished_run):
    def put(run_id, step):
        path = store.files(run_id).folder / "film" / f"{step:08d}.npz"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"a keyframe")
        return path

    run_id = begun(store, step=10)
    for step in (0, 5, 12):
        last = put(run_id, step)
    store.publishing.publish(run_id, work_goes_on=True)
    assert [path.read_bytes() for path in elsewhere.files(run_id).keyframes.values()] == [b"a keyframe"] * 3
    assert elsewhere.files(run_id).keyframes.keys() == {0, 5, 12}
    last.unlink()
    put(run_id, 9)
    publish(store, run_id)
    assert elsewhere.files(run_id).keyframes.keys() == {0, 5, 9}
    store.queue.finish(run_id, RunState.COMPLETED)
    new = elsewhere.new_runs.create(DIGITS, "goes on", owner="ada", continues=run_id)
    assert store.files(new).keyframes.keys() == {0, 5, 9}, "up to its checkpoint"


@pytest.mark.sqlite
def test_an_imported_run_is_there_for_all(object_store, store, elsewhere):
    files = {"model.onnx": b"a network", "probabilities.npz": b"a table", "film/00000000.npz": b"a keyframe"}
    run_id = store.artifacts.take_in(files)
    came = Imported(run_id="x", created="2025-01-01", moment="2026-01-01", written_here=True)
    store.new_runs.put_imported(run_id, came, ELSEWHERE, owner="ada", state=RunState.COMPLETED)
    assert elsewhere.files(run_id).onnx.read_bytes() == b"a network"
    assert elsewhere.files(run_id).keyframes[0].read_bytes() == b"a keyframe"
    assert names(object_store, run_id) >= {"model.onnx", "probabilities.npz"}


def test_a_shipped_network_lies_with_each_computer(object_store, store, elsewhere, tiny_dataset, tmp_path):
    write_shipped(tmp_path, "mnist-only", tiny_dataset.x_test, tiny_dataset.y_test)
    (run_id,) = install_shipped(store, tmp_path)
    before = store.runs.get(run_id)
    assert install_shipped(elsewhere, tmp_path) == [run_id]
    assert elsewhere.runs.get(run_id) == before
    assert elsewhere.files(run_id).onnx.read_bytes() == store.files(run_id).onnx.read_bytes()
    assert install_shipped(elsewhere, tmp_path) == store.publishing.publish_left() == object_store.keys() == []


def test_a_run_whose_files_can_not_be_published_is_none(object_store, store, impatient):
    run_id = begun(store, step=10)
    publish(store, run_id)
    store.queue.finish(run_id, RunState.COMPLETED)
    object_store.fill()
    with pytest.raises(ObjectStoreError, match="takes no files at the moment"):
        store.new_runs.create(DIGITS, "goes on", continues=run_id)
    assert [record.id for record in store.runs.find()] == [run_id] == store.artifacts.ids()


@pytest.mark.sqlite
def test_a_lab_that_gets_object_storage_brings_its_runs_there(object_store, store, elsewhere, digits, request):
    usual = Store(store.settings.model_copy(update={"files_url": None}))
    run = recorder(usual, digits, request.getfixturevalue("_digits_models"))()
    usual.close()
    assert store.files(run.id).read_probabilities(), "until then they are used where they lie"
    assert store.publishing.publish_left() == [run.id]
    assert elsewhere.files(run.id).read_probabilities().keys() == {"test", "validation"}


# deleting


def test_a_deleted_run_can_be_brought_back_with_its_files(object_store, store, elsewhere, finished_run):
    run = finished_run(owner="ada")
    store.bin.delete(run.id, ADA)
    elsewhere.publishing.tidy()
    elsewhere.bin.undelete(run.id, ADA)
    assert elsewhere.files(run.id).read_probabilities()


def test_two_computers_remove_a_run(object_store, store, elsewhere, finished_run):
    run, other = finished_run(), finished_run()
    elsewhere.files(run.id).read_probabilities()
    removed: list[bool] = []

    def remove(computer: Store) -> None:
        removed.append(computer.bin.remove(run.id))
        computer.publishing.tidy()
        computer.publishing.tidy()

    threads = [threading.Thread(target=remove, args=(computer,)) for computer in (store, elsewhere)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(removed) == [False, True]
    assert object_store.keys(run.id) == []
    assert Published(store.database).of(run.id) == {}
    assert not store.files(run.id).folder.exists()
    assert not elsewhere.files(run.id).folder.exists()
    assert elsewhere.files(other.id).read_probabilities()


def test_a_run_that_is_removed_while_the_store_is_gone_follows_later(object_store, store, finished_run, impatient):
    run = finished_run()
    object_store.shut()
    assert store.bin.remove(run.id)
    with pytest.raises(ObjectStoreError):
        store.publishing.tidy()
    object_store.open()
    store.publishing.tidy()
    store.publishing.tidy()
    assert object_store.keys() == []
    assert store.database.rows(table.select()) == []


def test_what_nobody_published_is_swept_and_what_may_be_lost_is_not(object_store, store, finished_run, monkeypatch):
    run = finished_run()
    published = object_store.keys(run.id)
    for key in (f"runs/{run.id}/{'0' * 64}/model.onnx", f"runs/20250101-120000-0123abcd/{'0' * 64}/model.onnx"):
        object_store.client.put_object(Bucket=BUCKET, Key=f"some/where/{key}", Body=b"x")
    store.publishing.sweep(old=1e10)
    assert len(object_store.keys()) == len(published) + 2, "it is newer than what the database names"
    objects = ObjectStore.objects
    older = {f"runs/{run.id}/{'0' * 64}/model.onnx": 1.0}

    def listed(*call):
        return [replace(found, modified=older.get(found.key, found.modified)) for found in objects(*call)]

    monkeypatch.setattr(ObjectStore, "objects", listed)
    store.publishing.sweep(old=0.5)
    assert len(object_store.keys()) == len(published) + 2, "it may be on its way"
    store.publishing.sweep(old=1e10)
    assert object_store.keys(run.id) == published
    assert len(object_store.keys("20250101-120000-0123abcd")) == 1


# the copies on this computer


@pytest.mark.sqlite
def test_copies_that_were_not_used_for_long_make_room(object_store, store, elsewhere, finished_run, monkeypatch):
    monkeypatch.setattr(object_cache, "_IN_USE", 0.0)
    runs = [finished_run() for _ in range(3)]
    for run in runs:
        elsewhere.files(run.id).read_probabilities()
    elsewhere.files(runs[0].id).read_probabilities()  # used again
    work = begun(elsewhere, step=10)
    size = store.files(runs[0].id).size_of("probabilities.npz")
    cache = object_cache.ObjectCache(elsewhere.settings.runs_dir, int(1.5 * size))
    cache.shrink()
    left = [run.id for run in runs if (elsewhere.files(run.id).folder / "probabilities.npz").exists()]
    assert left == [runs[0].id]
    assert (elsewhere.files(work).folder / "checkpoint.npz").exists(), "it is nowhere else"
    assert elsewhere.files(runs[1].id).read_probabilities(), "it is brought again"


# a lost database


@pytest.mark.sqlite
def test_a_lost_home_comes_back_from_the_object_store(object_store, store, finished_run, tmp_path, digits):
    run: RunRecord = finished_run(name="Mine", owner="ada")
    points = store.metrics.points(run.id)
    store.runs.rename(run.id, "Another name", ADA)
    assert store.folders.keep_records() >= 0
    new = Store(store.settings.model_copy(update={"home": tmp_path / "new", "database_url": None}))
    assert new.brought_back == [run.id]
    assert (new.runs.get(run.id).name, new.runs.get(run.id).owner) == ("Another name", "ada")
    assert new.metrics.points(run.id) == points
    assert new.files(run.id).read_probabilities().keys() == {"test", "validation"}
    new.publishing.tidy()
    new.publishing.sweep(old=1e10)
    assert names(object_store, run.id) >= {"model.onnx", "record.json", "curve.npz"}
    new.close()


def test_a_database_that_is_an_older_copy_of_itself_finds_what_was_published_since(object_store, store, elsewhere):
    run_id = begun(store, step=10)
    publish(store, run_id, work_goes_on=True)
    published = Published(store.database)
    (old,) = [file for name, file in published.of(run_id).items() if name == "checkpoint.npz"]
    write_checkpoint(store, run_id, 20)
    publish(store, run_id)
    published.correct(run_id, old)
    with np.load(elsewhere.files(run_id).checkpoint) as archive:
        assert archive["step"] == 20
    assert elsewhere.files(run_id).checkpoint_step() == 20


# settings


@pytest.mark.parametrize(
    "url", ["bucket", "https://bucket", "s3://", "s3://ObjectStore", "s3://bucket/../other", "s3:///a"]
)
@pytest.mark.sqlite
def test_an_address_that_is_none_is_refused(url, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_FILES_URL", url)
    get_settings.cache_clear()
    with pytest.raises(ConfigError, match="MNIST_LAB_FILES_URL: .*s3://bucket"):
        get_settings()


@pytest.mark.sqlite
def test_without_the_library_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setattr("mnist_core.store.objects.object_store.find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match=r"pip install -r requirements-server\.txt"):
        ObjectStore("s3://bucket", None)
