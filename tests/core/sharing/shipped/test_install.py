"""Shipped models appear in the record of runs, whole or not at all, and come back when they were damaged."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import numpy as np
import pytest

from mnist_core.errors import NotOwnerError
from mnist_core.inference import open_classifier, open_layers
from mnist_core.sharing.shipped import SHIPPED, install_shipped
from mnist_core.store import RunState, Store, Visitor
from tests.bundle_files import changed, members
from tests.older_tables import forget_versions
from tests.run_folder import made_by_the_run
from tests.shipped_files import RUN_IDS

HANDWRITING = RUN_IDS["handwriting"]
FILES = {"model.keras", "layers.onnx", "model.onnx", "parts.npz", "probabilities.npz", "labels.npz"}


def contents(store, run_id=HANDWRITING):
    files = store.files(run_id)
    return {name: (files.folder / name).read_bytes() for name in made_by_the_run(files)}


def test_a_shipped_model_is_a_finished_run_that_everyone_may_look_at(store, folder, bundle):
    bundle()
    assert install_shipped(store, folder) == [HANDWRITING]
    run = store.runs.get(HANDWRITING)
    assert run.state is RunState.COMPLETED
    assert (run.owner, run.shared, run.pinned, run.name) == (None, True, True, "Reads your handwriting")
    assert Visitor("somebody").may_see(run)
    assert run.shipped.name == "handwriting"
    assert run.shipped.sources == list(SHIPPED["handwriting"].sources)
    assert [point.kind for point in store.metrics.points(HANDWRITING)] == ["epoch"]
    assert set(contents(store)) == FILES


def test_its_model_gives_the_probabilities_that_came_with_it(store, folder, bundle, tiny_dataset):
    bundle()
    install_shipped(store, folder)
    files = store.files(HANDWRITING)
    table = files.read_probabilities()["test"]
    assert table.dtype == np.float32
    np.testing.assert_allclose(open_classifier(files).predict(tiny_dataset.x_test), table[:50], atol=1e-3)
    np.testing.assert_allclose(open_layers(files).activations(tiny_dataset.x_test[0])[-1], table[0], atol=1e-3)
    np.testing.assert_array_equal(files.read_labels()["test"][:50], tiny_dataset.y_test)


def test_a_second_start_writes_nothing(store, folder, bundle):
    bundle()
    install_shipped(store, folder)
    before = {path: path.stat().st_mtime_ns for path in store.files(HANDWRITING).folder.iterdir()}
    updated = store.runs.get(HANDWRITING).updated
    assert install_shipped(store, folder) == []
    assert {path: path.stat().st_mtime_ns for path in store.files(HANDWRITING).folder.iterdir()} == before
    assert store.runs.get(HANDWRITING).updated == updated
    assert len(store.metrics.points(HANDWRITING)) == 1


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize("damage", ["deleted", "cut", "changed"])
def test_a_damaged_file_comes_back_at_the_next_start(store, folder, bundle, name, damage):
    bundle()
    install_shipped(store, folder)
    right = contents(store)
    path = store.files(HANDWRITING).folder / name
    if damage == "deleted":
        path.unlink()
    else:
        content = right[name]
        path.write_bytes(content[:-1] if damage == "cut" else content[:-1] + bytes([content[-1] ^ 1]))
    assert install_shipped(store, folder) == [HANDWRITING]
    assert contents(store) == right


def test_a_deleted_folder_or_record_comes_back(store, settings, folder, bundle):
    bundle()
    install_shipped(store, folder)
    right = contents(store)
    shutil.rmtree(store.files(HANDWRITING).folder)
    assert install_shipped(store, folder) == [HANDWRITING]
    assert contents(store) == right
    store.close()
    store.files(HANDWRITING).record.unlink()  # with it, the record comes back by itself
    for path in settings.home.glob("mnist_lab.db*"):
        path.unlink()
    again = Store(settings)
    assert install_shipped(again, folder) == [HANDWRITING]
    assert again.runs.get(HANDWRITING).shipped is not None
    again.close()


def test_nobody_sees_half_of_a_run_and_what_was_cut_off_is_done_at_the_next_start(store, folder, bundle, monkeypatch):
    bundle()

    def power_cut(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(store.new_runs, "put_shipped", power_cut)
        with pytest.raises(KeyboardInterrupt):
            install_shipped(store, folder)
    assert store.runs.shipped() == []
    assert not store.runs.exists(HANDWRITING)
    assert install_shipped(store, folder) == [HANDWRITING]
    assert set(contents(store)) == FILES


def test_a_newer_version_replaces_an_older_one_and_never_the_other_way(store, folder, bundle):
    older, newer = ([replace(SHIPPED["handwriting"], version=n, summary=f"It is version {n}.")] for n in (1, 2))
    bundle(seed=1)
    install_shipped(store, folder, older)
    old = contents(store)
    bundle(seed=2)
    assert install_shipped(store, folder, newer) == [HANDWRITING]
    new = contents(store)
    assert new["model.onnx"] != old["model.onnx"]
    assert store.runs.get(HANDWRITING).shipped.version == 2
    assert store.runs.get(HANDWRITING).shipped.summary == "It is version 2."
    assert len(store.metrics.points(HANDWRITING)) == 1
    bundle(seed=1)
    assert install_shipped(store, folder, older) == []
    assert contents(store) == new


def test_another_model_of_the_same_version_is_taken_as_well(store, folder, bundle):
    bundle(seed=1)
    install_shipped(store, folder)
    digest = store.runs.get(HANDWRITING).shipped.digest
    bundle(seed=2)
    assert install_shipped(store, folder) == [HANDWRITING]
    assert store.runs.get(HANDWRITING).shipped.digest != digest


def test_two_processes_that_start_at_once_do_no_harm(settings, folder, bundle):
    for name in RUN_IDS:
        bundle(name)
    program = (
        "import sys; from pathlib import Path\n"
        "from mnist_core.store import shared_store; from mnist_core.sharing.shipped import install_shipped\n"
        "sys.stdin.readline(); install_shipped(shared_store(), Path(sys.argv[1]))\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[4],
            env=os.environ,
        )
        for _ in range(3)
    ]
    said = [process.communicate(b"\n", timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert said == [b"", b"", b""], "no bundle was left out"
    store = Store(settings)
    assert [run.id for run in store.runs.shipped()] == sorted(RUN_IDS.values())
    assert install_shipped(store, folder) == [], "all of it is whole"
    assert [len(store.metrics.points(run_id)) for run_id in RUN_IDS.values()] == [1, 1, 1]
    store.close()


def test_two_threads_that_install_at_once_do_no_harm(store, folder, bundle):
    bundle()
    threads = [threading.Thread(target=install_shipped, args=(store, folder)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.runs.shipped()) == 1
    assert set(contents(store)) == FILES


def with_changes(path, name, **changes):
    """Write a bundle again with other values in one of its texts, everything else as it was."""
    data = path.read_bytes()
    told = json.loads(members(data)[name]) | changes
    path.write_bytes(changed(data, {name: json.dumps(told).encode()}))


def with_a_changed_file(path):
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("weights.npz")
    for place in range(info.header_offset + 60, info.header_offset + info.compress_size):
        content[place] ^= 0x55
    path.write_bytes(content)


def with_other_files(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../evil", b"x")


DAMAGES = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "text": lambda path: path.write_text("this is no zip"),
    "empty": lambda path: path.write_bytes(b""),
    "changed": with_a_changed_file,
    "other files": with_other_files,
    "format": lambda path: with_changes(path, "run/manifest.json", format=99),
    "config": lambda path: with_changes(path, "config.json", data={"dataset": "from the future"}),
    "id": lambda path: with_changes(path, "run/manifest.json", run_id="../../../etc"),
    "another run": lambda path: with_changes(path, "run/manifest.json", run_id=RUN_IDS["fashion"]),
}


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_bundle_is_named_in_the_log_and_the_others_are_installed(store, folder, bundle, capsys, how):
    DAMAGES[how](bundle("handwriting"))
    bundle("mnist-only")
    assert install_shipped(store, folder) == [RUN_IDS["mnist-only"]]
    assert [run.id for run in store.runs.shipped()] == [RUN_IDS["mnist-only"]]
    said = capsys.readouterr().err
    assert said.startswith("A shipped model is left out: ")
    assert said.count("\n") == 1


def test_a_run_of_a_visitor_is_never_replaced(store, folder, bundle, capsys):
    from sqlalchemy import update

    from mnist_core.config import RunConfig
    from mnist_core.store.tables import runs

    run_id = store.new_runs.create(RunConfig(), "Mine", owner="ada")
    with store.database.begin() as connection:
        connection.execute(update(runs).where(runs.c.id == run_id).values(id=HANDWRITING))
    bundle()
    assert install_shipped(store, folder) == []
    assert store.runs.get(HANDWRITING).name == "Mine"
    assert "left out" in capsys.readouterr().err


def test_no_bundles_is_no_problem(store, folder):
    assert install_shipped(store, folder) == []
    assert install_shipped(store, folder / "missing") == []


def test_a_look_at_what_is_there_takes_no_time(store, folder, bundle):
    for name in RUN_IDS:
        bundle(name)
    install_shipped(store, folder)
    times = []
    for _ in range(5):
        begin = time.process_time()
        install_shipped(store, folder)
        times.append(time.process_time() - begin)
    assert min(times) < 0.05


class TestReadOnly:
    @pytest.fixture(autouse=True)
    def installed(self, store, folder, bundle):
        bundle()
        install_shipped(store, folder)

    @pytest.mark.parametrize("visitor", [Visitor("ada"), Visitor(None), Visitor("root", is_admin=True)])
    @pytest.mark.parametrize(
        ("request_name", "arguments"),
        [
            ("queue.request_stop", ()),
            ("queue.request_pause", ()),
            ("queue.request_resume", ()),
            ("runs.rename", ("Mine now",)),
            ("runs.set_shared", (False,)),
            ("runs.set_pinned", (False,)),
            ("runs.set_notes", ("Mine",)),
            ("bin.delete", ()),
        ],
    )
    def test_nobody_may_change_it(self, store, visitor, request_name, arguments):
        before = store.runs.get(HANDWRITING)
        assert not visitor.may_change(before)
        with pytest.raises(NotOwnerError, match="comes with MNIST Lab, so nobody can change it"):
            attrgetter(request_name)(store)(HANDWRITING, *arguments, visitor)
        assert store.runs.get(HANDWRITING) == before
        assert store.files(HANDWRITING).model.exists()

    def test_it_is_no_run_that_was_trained_here(self, store):
        assert store.runs.find() == []
        assert [run.id for run in store.runs.shipped()] == [HANDWRITING]

    def test_who_trains_the_same_settings_trains_them_and_is_not_shown_the_shipped_run(self, store):
        run = store.runs.get(HANDWRITING)
        assert store.runs.find_completed(run.fingerprint) is None
        assert store.runs.find_completed(run.fingerprint, Visitor("ada")) is None
        mine = store.new_runs.create(run.config, "Mine", owner="ada")
        assert store.runs.get(mine).fingerprint == run.fingerprint

    def test_it_takes_no_space_of_anybody(self, store):
        assert store.runs.get(HANDWRITING).bytes > 1000
        assert store.runs.disk_usage() == 0

    def test_it_is_not_cleaned_away(self, store, settings):
        from mnist_core.engine.cleaning import clean, next_to_go, sweep

        store.settings = settings.model_copy(update={"total_disk_mb": 0})
        assert next_to_go(store) == []
        assert clean(store) == []
        os.utime(store.files(HANDWRITING).folder, (0, 0))
        sweep(store)
        assert store.files(HANDWRITING).model.exists()

    def test_its_training_can_not_go_on(self, store):
        from mnist_core.engine import check_continuation
        from mnist_core.errors import ConfigError

        run = store.runs.get(HANDWRITING)
        with pytest.raises(ConfigError, match="comes with MNIST Lab without what training needs to go on"):
            check_continuation(run, run.config.with_settings({"epochs": 9}))

    def test_its_times_are_no_measure_of_this_computer(self, store):
        from mnist_core.engine import estimate

        assert estimate(store.runs.get(HANDWRITING).config, store).basis != "earlier runs"

    def test_a_database_of_an_older_version_takes_it(self, store, settings, folder):
        from sqlalchemy import text

        store.close()
        with Store(settings).database.begin() as connection:
            connection.execute(text("DELETE FROM runs"))
            connection.execute(text("ALTER TABLE runs DROP COLUMN shipped"))
            forget_versions(connection.connection.driver_connection)
        again = Store(settings)
        assert install_shipped(again, folder) == [HANDWRITING]
        assert again.runs.find() == []
        again.close()
