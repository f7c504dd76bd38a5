"""Opening the files of older and newer versions."""

import sqlite3

import pytest

from mnist_core.config import RunConfig
from mnist_core.errors import ConfigError
from mnist_core.store import Store, Visitor

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


def test_a_file_of_a_newer_version_still_opens(store, settings, finished_run):
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
