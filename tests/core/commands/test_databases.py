"""The command database, with a real PostgreSQL: there and back, and what it refuses."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from mnist_core.__main__ import main
from mnist_core.config import RunConfig
from mnist_core.settings import get_settings
from mnist_core.store import RunState, Store, Visitor, shared_store
from mnist_core.store.moving import other_database
from mnist_core.system.processes import own_process
from tests.postgres import PostgresServer, folder_of_programs

ADA = Visitor("ada")


@pytest.fixture
def url(postgres_server: PostgresServer) -> str:
    """Return the address of an empty database."""
    return postgres_server.new_database()


@pytest.fixture
def lab(store, finished_run):
    """Return a store with what a lab has: a finished run with its curve, a waiting one, a deleted one, drawings."""
    finished_run(owner="ada", name="Finished")
    store.new_runs.create(RunConfig(), "Waits", owner="eve")
    store.bin.delete(finished_run(owner="ada", name="Deleted").id, ADA)
    store.drawings.add(
        "ada", "digits", np.arange(4 * 784, dtype=np.uint32).astype(np.uint8).reshape(4, 28, 28), np.arange(4)
    )
    return store


def told(store):
    """Return what a lab says to its visitors."""
    rows = store.listing.rows(Visitor(None, is_admin=True))
    drawn = store.drawings.read("ada", "digits")
    return (
        rows,
        [store.metrics.points(row.id) for row in rows],
        [record.name for record in store.bin.runs(ADA)],
        (drawn.images.tolist(), drawn.labels.tolist(), drawn.ids),
        store.visitors.who_makes_room(),
    )


def use(monkeypatch, **settings):
    shared_store.cache_clear()
    for name, value in settings.items():
        monkeypatch.setenv(f"MNIST_LAB_{name.upper()}", value)
    get_settings.cache_clear()


def test_a_lab_moves_to_a_server_and_back_and_is_the_same(lab, url, tmp_path, monkeypatch, capsys):
    before = told(lab)
    assert main(["database", "copy", "--to", url]) == 0
    assert "rows were copied to 127.0.0.1:" in capsys.readouterr().out
    use(monkeypatch, database_url=url)
    on_server = Store(get_settings())
    assert told(on_server) == before
    (one,) = on_server.drawings.add("ada", "digits", np.full((1, 28, 28), 9, np.uint8), np.array([9]))
    assert one > max(before[3][2]), "numbers go on"
    on_server.drawings.delete("ada", [one])
    assert main(["database", "copy", "--to", str(tmp_path / "back")]) == 0
    on_server.close()
    back = other_database(get_settings(), str(tmp_path / "back"))
    back.close()
    (tmp_path / "back" / "runs").symlink_to(get_settings().runs_dir)
    monkeypatch.delenv("MNIST_LAB_DATABASE_URL")
    use(monkeypatch, home=str(tmp_path / "back"))
    again = Store(get_settings())
    assert told(again) == before
    again.close()


def test_nothing_is_copied_over_anything(lab, url, capsys):
    assert main(["database", "copy", "--to", url]) == 0
    assert main(["database", "copy", "--to", url]) == 2
    assert "is not empty, and nothing in it is replaced" in capsys.readouterr().err


def test_nothing_is_copied_while_a_run_trains(lab, url, capsys):
    run_id = lab.new_runs.create(RunConfig(), "Trains", owner="ada")
    assert lab.queue.claim(run_id, own_process(), lab.apps.id)
    assert main(["database", "copy", "--to", url]) == 2
    assert "Stop MNIST Lab first" in capsys.readouterr().err
    assert lab.runs.get(run_id).state is RunState.RUNNING


@pytest.mark.parametrize("where", ["mysql://a@b/c", "postgresql://lab:secret@127.0.0.1:1/lab"])
def test_what_is_no_database_is_told_in_words(lab, where, monkeypatch, capsys):
    use(monkeypatch, database_patience="0")
    assert main(["database", "copy", "--to", where]) == 2
    error = capsys.readouterr().err
    assert error.startswith("mnist_core: ")
    assert "secret" not in error


def test_check_counts_and_names_what_lacks_its_files(lab, capsys):
    assert main(["database", "check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["runs"] == 3
    (whole,) = lab.runs.find(states=[RunState.COMPLETED])
    lab.files(whole.id).onnx.unlink()
    assert main(["database", "check"]) == 1
    assert f"The files of {whole.id} are missing." in capsys.readouterr().out


def test_upgrade_makes_the_tables(url, monkeypatch, capsys):
    use(monkeypatch, database_url=url)
    assert main(["database", "upgrade"]) == 0
    assert "is up to date" in capsys.readouterr().out
    assert main(["database", "check"]) == 0


def test_a_dump_is_restored_and_what_came_after_it_is_brought_back_from_the_folders(
    lab, url, tmp_path: Path, finished_run, monkeypatch, capsys
):
    assert main(["database", "copy", "--to", url]) == 0
    use(monkeypatch, database_url=url)
    programs, dump = folder_of_programs(), tmp_path / "lab.dump"
    subprocess.run([programs / "pg_dump", "--format=custom", f"--file={dump}", url], check=True)
    before = told(shared_store())
    later = shared_store().new_runs.create(RunConfig(), "After the dump", owner="ada")
    shared_store().close()
    subprocess.run([programs / "pg_restore", "--clean", "--if-exists", f"--dbname={url}", dump], check=True)
    use(monkeypatch)
    assert told(shared_store()) == before
    assert main(["recover"]) == 0
    assert later in capsys.readouterr().out
    assert shared_store().runs.get(later).name == "After the dump"
