"""Opening the files of older and newer versions."""

import sqlite3
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from mnist_core.config import RunConfig
from mnist_core.errors import ConfigError, StorageError
from mnist_core.store import Store, Visitor, migrations
from mnist_core.store.tables import metadata

# The table as the first version made it.
FIRST_VERSION = """
CREATE TABLE runs (
    id VARCHAR(40) NOT NULL, name VARCHAR(200) NOT NULL, config TEXT NOT NULL, fingerprint VARCHAR(12) NOT NULL,
    state VARCHAR(16) NOT NULL, owner VARCHAR(64), recipe VARCHAR(64), created FLOAT NOT NULL, started FLOAT,
    finished FLOAT, updated FLOAT NOT NULL, phase VARCHAR(32) NOT NULL, device VARCHAR(200), epoch INTEGER NOT NULL,
    step INTEGER NOT NULL, steps_per_epoch INTEGER NOT NULL, pid INTEGER, pid_started FLOAT,
    stop_requested BOOLEAN NOT NULL, outcome JSON NOT NULL, error JSON, PRIMARY KEY (id)
)"""
OLD_ROW = (
    "INSERT INTO runs (id, name, config, fingerprint, state, owner, created, updated, phase, epoch, step, "
    "steps_per_epoch, stop_requested, outcome) VALUES (?, 'Old', ?, 'abc', 'completed', 'ada', 1.0, 1.0, '', 0, 0, 0, "
    "0, '{}')"
)
ID = "20260101-000000-00000000"


@pytest.fixture
def database(settings):
    settings.home.mkdir(parents=True)
    connection = sqlite3.connect(settings.database_path)
    yield connection
    connection.close()


def test_runs_of_the_first_version_are_all_there_and_shared(database, settings):
    database.execute(FIRST_VERSION)
    old = RunConfig().model_dump(mode="json")
    del old["train"]["precision"]
    database.execute(OLD_ROW, (ID, RunConfig.parse(old).to_json().replace(',"precision":"float32"', "")))
    database.commit()
    for _ in range(2):  # bringing it up to date twice is no error
        store = Store(settings)
        record = store.get(ID)
        assert (record.name, record.shared, record.pinned, record.bytes) == ("Old", True, False, 0)
        assert record.config == RunConfig()
        assert (record.notes, record.deleted) == ("", None)
        assert [row.id for row in store.list_runs(Visitor("ada"))] == [ID]
        assert Visitor("eve").may_see(record)
        store.rename(ID, "Old", Visitor("ada"))
        store.close()
    assert store.create(RunConfig(), "New") != ID
    store.close()


def _schema(path):
    """Return what a database is made of: columns with type and default, and indexes, in any order."""
    engine = create_engine(f"sqlite:///{path}")
    there = inspect(engine)
    tables = {
        name: (
            {
                (c["name"], str(c["type"]), c["nullable"], str(c["default"]).strip("'\""))
                for c in there.get_columns(name)
            },
            {(i["name"], tuple(i["column_names"])) for i in there.get_indexes(name)},
            {tuple(u["column_names"]) for u in there.get_unique_constraints(name)},
            {tuple(f["constrained_columns"]) for f in there.get_foreign_keys(name)},
        )
        for name in there.get_table_names()
    }
    engine.dispose()
    return tables


def test_an_old_file_becomes_the_same_as_a_new_one(database, settings, tmp_path):
    database.execute(FIRST_VERSION)
    database.commit()
    Store(settings).close()
    new = settings.model_copy(update={"home": tmp_path / "new"})
    Store(new).close()
    assert _schema(settings.database_path) == _schema(new.database_path)


def test_the_newest_version_is_that_of_the_tables(store, settings):
    with create_engine(f"sqlite:///{settings.database_path}").connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert migrations.version_of(connection) == migrations.versions()[-1]
    script = ScriptDirectory(str(migrations.FOLDER), version_locations=[str(migrations.FOLDER)])
    assert [revision.revision for revision in script.walk_revisions()] == migrations.versions()[::-1]


def test_a_file_of_a_newer_version_is_refused_in_words(store, settings):
    store.close()
    with sqlite3.connect(settings.database_path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageError, match="written by a newer version"):
        Store(settings)


def test_a_change_that_fails_leaves_the_old_file_as_it_was(database, settings, monkeypatch):
    database.execute(FIRST_VERSION)
    database.commit()
    before = database.execute("SELECT name, sql FROM sqlite_master").fetchall()
    monkeypatch.setattr("alembic.op.create_index", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Store(settings)
    assert database.execute("SELECT name, sql FROM sqlite_master").fetchall() == before


def test_two_processes_at_once_bring_one_file_up_to_date(database, settings):
    database.execute(FIRST_VERSION)
    database.execute(OLD_ROW, (ID, RunConfig().to_json()))
    database.commit()
    program = "from mnist_core.settings import get_settings\nfrom mnist_core.store import Store\nStore(get_settings())"
    processes = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    store = Store(settings)
    assert store.get(ID).name == "Old"
    store.close()


def test_a_file_that_is_up_to_date_is_opened_without_alembic(store):
    store.close()
    program = (
        "import sys\nfrom mnist_core.settings import get_settings\nfrom mnist_core.store import Store\n"
        "Store(get_settings())\nprint('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "False\n"


def test_a_file_with_more_than_this_version_knows_still_opens(store, settings, finished_run):
    record = finished_run()
    with sqlite3.connect(settings.database_path) as connection:
        connection.execute("ALTER TABLE runs ADD COLUMN mood VARCHAR(20) DEFAULT 'sunny'")
        connection.execute("UPDATE runs SET outcome = json_set(outcome, '$.applause', 3)")
    other = Store(settings)
    assert other.get(record.id) == record
    other.close()


def test_a_run_in_a_state_that_only_a_newer_version_knows_hides_no_other(store, settings, finished_run):
    archived, kept = finished_run(name="archived"), finished_run(name="kept")
    with sqlite3.connect(settings.database_path) as connection:
        connection.execute("UPDATE runs SET state = 'archived' WHERE id = ?", [archived.id])
    assert store.find() == [kept]
    assert [row.id for row in store.list_runs(Visitor("ada"))] == [kept.id]
    with pytest.raises(ConfigError, match="written by another version of the dashboard"):
        store.get(archived.id)
