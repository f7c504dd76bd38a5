"""From a lost database back to all runs."""

import json
import shutil
import sqlite3

import numpy as np
import pytest

from mnist_core.__main__ import main
from mnist_core.errors import DatabaseLostError, RunStateError
from mnist_core.recovery import bring_back, reopened
from mnist_core.store import Store, Visitor
from mnist_core.store.copies import make_copy
from mnist_core.store.home_lock import HomeLock
from mnist_core.tensorboard.board import Board

ADA = Visitor("ada")


def recover(settings, **options):
    with reopened(settings) as (store, aside):
        done = bring_back(store, aside, **options)
        return done, {record.id: record for record in store.runs.find()}


def damage(path, how):
    content = path.read_bytes()
    if how == "garbage":
        path.write_bytes(b"this is no database " * 1000)
    elif how == "cut":
        path.write_bytes(content[: len(content) // 2])
    else:
        path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


@pytest.mark.parametrize("how", ["garbage", "cut", "inside"])
@pytest.mark.parametrize("copied", [True, False])
def test_after_a_damage_every_run_is_back_and_the_file_is_kept(settings, store, finished_run, how, copied):
    made = [finished_run(name=f"run {n}", owner="ada") for n in range(5)]
    if copied:
        make_copy(settings)
    made.append(finished_run(name="after the copy", owner="eve"))
    store.close()
    damage(settings.database_path, how)
    content = settings.database_path.read_bytes()
    done, found = recover(settings)
    assert sorted(done.runs) == sorted(found) == sorted(run.id for run in made)
    assert [found[run.id].name for run in made] == [run.name for run in made]
    assert [found[run.id].outcome for run in made] == [run.outcome for run in made]
    assert found[made[-1].id].owner == "eve", "who has the same cookie owns it again"
    assert (done.copy is not None) == copied
    assert done.aside is not None
    assert done.aside.read_bytes() == content
    assert "kept as" in " ".join(done.words())


def test_twice_is_as_good_as_once_and_a_healthy_database_is_not_touched(settings, store, finished_run):
    run = finished_run()
    store.runs.rename(run.id, "Mine", Visitor(None, is_admin=True))
    store.close()
    before = settings.database_path.stat().st_ino
    done, found = recover(settings)
    assert (done.aside, done.copy, done.runs, done.words()) == (None, None, [], [])
    assert settings.database_path.stat().st_ino == before
    assert found[run.id].name == "Mine"
    settings.database_path.unlink()
    assert recover(settings)[0].runs == [run.id]
    assert recover(settings)[0].runs == []


def test_a_folder_that_the_database_lacks_is_added(settings, store, finished_run, tmp_path):
    run = finished_run(name="Comes again")
    shutil.copytree(store.files(run.id).folder, tmp_path / "kept")
    store.bin.remove(run.id)
    assert recover(settings)[0].runs == []
    shutil.copytree(tmp_path / "kept", store.files(run.id).folder)
    done, found = recover(settings)
    assert done.runs == [run.id]
    assert found[run.id].name == "Comes again"


def test_deleted_runs_do_not_come_back(settings, store, finished_run):
    gone, going = finished_run(name="gone", owner="ada"), finished_run(name="going", owner="ada")
    make_copy(settings)
    store.bin.delete(gone.id, ADA)
    store.bin.remove(gone.id, deleted=True)
    store.bin.delete(going.id, ADA)
    store.close()
    settings.database_path.unlink()
    done, found = recover(settings)
    assert found == {}
    with reopened(settings) as (other, _):
        assert [record.id for record in other.bin.runs(ADA)] == [going.id], "it can be brought back a while"


def test_drawings_come_from_the_copy_and_from_what_can_be_read(settings, store):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (8, 28, 28), np.uint8)
    labels = np.arange(8, dtype=np.uint8)
    store.drawings.add("ada", "digits", images[:5], labels[:5])
    make_copy(settings)
    store.drawings.add("ada", "digits", images[5:], labels[5:])
    with sqlite3.connect(settings.database_path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_runs_state'").fetchone()[0]
    store.close()
    with settings.database_path.open("r+b") as stream:  # a page that has nothing to do with drawings
        stream.seek((page - 1) * 4096)
        stream.write(b"\xff" * 4096)
    with reopened(settings) as (other, aside):
        assert aside is not None
        assert bring_back(other, aside).drawings == 3
        kept = other.drawings.read("ada", "digits")
    assert sorted(kept.labels) == list(range(8))
    for image, label in zip(kept.images, kept.labels, strict=True):
        np.testing.assert_array_equal(image, images[label])


def without_records(store, run):
    """Leave in a folder what an older version left, and TensorBoard's logs."""
    files = store.files(run.id)
    board = Board(files.tensorboard, run.config, run.name)
    board.begin([])
    board.points(store.metrics.points(run.id))
    board.tell(run.outcome.test_accuracy, run.outcome.test_loss)
    board.end(success=True)
    files.record.unlink()
    files.curve.unlink()
    return files


def test_a_run_of_an_older_version_is_made_of_what_its_files_tell(settings, store, finished_run, tiny_keras_file):
    run = finished_run(name="Older", owner="ada")
    files = without_records(store, run)
    tiny_keras_file(files.model, units=16)
    points = store.metrics.points(run.id, "epoch")
    store.close()
    settings.database_path.unlink()
    done, found = recover(settings)
    back = found[run.id]
    assert done.missing[run.id][0] == "whose it was"
    assert (back.name, back.config, back.fingerprint, back.state) == (
        "Older",
        run.config,
        run.fingerprint,
        run.state,
    )
    assert back.outcome.test_accuracy == run.outcome.test_accuracy
    assert back.outcome.test_loss == pytest.approx(run.outcome.test_loss, rel=1e-6)
    assert (back.owner, back.shared) == (None, False), "nobody gets to see what may have been private"
    with reopened(settings) as (other, _):
        curve = other.metrics.points(run.id, "epoch")
    assert [point.epoch for point in curve] == [point.epoch for point in points]
    assert [point.values["loss"] for point in curve] == pytest.approx([point.values["loss"] for point in points])


def test_what_no_file_tells_is_named_and_left_as_it_is(settings, store, finished_run, capsys):
    run = finished_run()
    files = without_records(store, run)
    shutil.rmtree(files.tensorboard)
    store.close()
    settings.database_path.unlink()
    done, found = recover(settings)
    assert found == {}
    assert {run_id: str(why) for run_id, why in done.untold.items()} == {
        run.id: "there are no logs that tell its settings"
    }
    assert files.onnx.exists()


def test_while_an_app_works_with_a_lost_database_it_has_to_be_stopped_first(settings, store, finished_run):
    run = finished_run()
    lock = HomeLock(settings.lock_path)
    assert lock.acquire()
    assert recover(settings)[0].runs == [], "a healthy one is no matter"
    store.close()
    damage(settings.database_path, "garbage")
    with pytest.raises(RunStateError, match=r"MNIST Lab is running \(process \d+\).*Stop it first"):
        recover(settings)
    lock.release()
    assert recover(settings)[0].runs == [run.id]


def test_the_command_and_the_sentence_that_names_it(settings, store, finished_run, capsys):
    run = finished_run(name="Precious")
    store.close()
    damage(settings.database_path, "garbage")
    with pytest.raises(DatabaseLostError, match="python -m mnist_core recover"):
        Store(settings)
    assert main(["runs"]) == 2
    assert f"copies in {settings.copies_dir} and from the folders in {settings.runs_dir}" in capsys.readouterr().err
    assert main(["recover"]) == 0
    said = capsys.readouterr().out
    assert f"{run.id}  completed    Precious" in said
    assert f"kept as {settings.home / 'mnist_lab.lost-1.db'}" in said
    assert main(["recover"]) == 0
    assert capsys.readouterr().out == "Nothing was missing.\n"
    assert main(["recover", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"] == []


@pytest.fixture
def tiny_keras_file():
    """Return a function that writes the description of a network with one hidden layer, as Keras does."""
    import zipfile

    def write(path, *, units):
        layers = [
            {"class_name": "InputLayer", "config": {}},
            {"class_name": "Flatten", "config": {}},
            {"class_name": "Dense", "config": {"units": units, "activation": "relu"}},
            {"class_name": "Dense", "config": {"units": 10, "activation": "softmax"}},
        ]
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("config.json", json.dumps({"class_name": "Sequential", "config": {"layers": layers}}))

    return write
