"""Opening the files of older and newer versions."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from mnist_core.config import RunConfig
from mnist_core.errors import ConfigError, StorageError
from mnist_core.store import Store, Visitor, migrations
from mnist_core.store.copies import copies
from mnist_core.store.tables import drawings, metadata
from tests.older_tables import forget_versions

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
OPENS = """
from mnist_core.settings import get_settings
from mnist_core.store import Store
print("ready", flush=True)
store = Store(get_settings())
print(len(store.runs.find()))
"""
# A change that SQLite can't make in place: the table is made anew and takes the place of the old one.
NEXT = """
from alembic import op
from sqlalchemy import String

revision = "9999"
down_revision = "{newest}"


def upgrade():
    with op.batch_alter_table("runs") as batch:
        batch.alter_column("name", existing_type=String(200), type_=String(300))
"""


def other_default(_context, _found_column, _column, found, _default, written):
    """Alembic itself takes '' for another default than no letters."""
    return (found and found.strip("(')")) != written


def differences(path):
    """Return where a database's tables are not those of `mnist_core.store.tables`."""
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_server_default": other_default})
            return compare_metadata(context, metadata)
    finally:
        engine.dispose()


def rows_of(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        names = ("runs", "metrics", "drawings")
        return {name: [dict(row) for row in connection.execute(f"SELECT * FROM {name} ORDER BY id")] for name in names}


@pytest.fixture
def database(settings):
    settings.home.mkdir(parents=True)
    connection = sqlite3.connect(settings.database_path)
    yield connection
    connection.close()


@pytest.fixture
def older(store, settings, finished_run):
    """Leave a database as one was before revisions were counted, and return its rows."""
    finished_run()
    store.close()
    with closing(sqlite3.connect(settings.database_path)) as connection:
        connection.execute("DROP INDEX line_of_runs")
        connection.execute("ALTER TABLE runs DROP COLUMN address")
        connection.execute("ALTER TABLE runs DROP COLUMN notes")
        connection.execute("DROP INDEX drawings_of_owner")
        connection.execute("DROP TABLE visitors")
        forget_versions(connection)
    return rows_of(settings.database_path)


@pytest.fixture
def next_version(tmp_path, monkeypatch):
    """Add a revision to those that are known, and return how to forget it."""
    folder = tmp_path / "50% more"  # Alembic reads % in a path as the beginning of a name
    shutil.copytree(migrations.FOLDER, folder)
    (folder / "versions" / "m9999_longer_names.py").write_text(NEXT.replace("{newest}", migrations.versions()[-1]))
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "FOLDER", folder)
        yield patched.undo


def test_runs_of_the_first_version_are_all_there_and_shared(database, settings):
    database.execute(FIRST_VERSION)
    old = RunConfig().model_dump(mode="json")
    del old["train"]["precision"]
    database.execute(OLD_ROW, (ID, RunConfig.parse(old).to_json().replace(',"precision":"float32"', "")))
    database.commit()
    for _ in range(2):  # bringing it up to date twice is no error
        store = Store(settings)
        record = store.runs.get(ID)
        assert (record.name, record.shared, record.pinned, record.bytes) == ("Old", True, False, 0)
        assert record.config == RunConfig()
        assert (record.notes, record.deleted) == ("", None)
        assert [row.id for row in store.listing.rows(Visitor("ada"))] == [ID]
        assert Visitor("eve").may_see(record)
        store.runs.rename(ID, "Old", Visitor("ada"))
        store.close()
    assert store.new_runs.create(RunConfig(), "New") != ID
    store.close()
    assert differences(settings.database_path) == []


def test_the_newest_version_is_that_of_the_tables(store, settings):
    assert differences(settings.database_path) == []
    assert copies(settings) == []
    with store.database.begin() as connection:
        assert migrations.version_of(connection) == migrations.versions()[-1]
    script = ScriptDirectory(str(migrations.FOLDER))
    assert [revision.revision for revision in script.walk_revisions()] == migrations.versions()[::-1]


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
    assert other.runs.get(record.id) == record
    other.close()


def test_a_run_in_a_state_that_only_a_newer_version_knows_hides_no_other(store, settings, finished_run):
    archived, kept = finished_run(name="archived"), finished_run(name="kept")
    with sqlite3.connect(settings.database_path) as connection:
        connection.execute("UPDATE runs SET state = 'archived' WHERE id = ?", [archived.id])
    assert store.runs.find() == [kept]
    assert [row.id for row in store.listing.rows(Visitor("ada"))] == [kept.id]
    with pytest.raises(ConfigError, match="written by another version of the dashboard"):
        store.runs.get(archived.id)


def test_an_older_one_keeps_every_row(older, settings):
    Store(settings).close()
    assert differences(settings.database_path) == []
    now = rows_of(settings.database_path)
    assert older["runs"]
    assert older["metrics"]
    for table, rows in older.items():
        assert [row | before for row, before in zip(now[table], rows, strict=True)] == now[table]


def test_two_that_open_it_at_once_change_it_once(older, settings):
    holder = sqlite3.connect(settings.database_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    opening = [subprocess.Popen([sys.executable, "-c", OPENS], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in opening:
        assert process.stdout.readline() == "ready\n"
    holder.execute("COMMIT")
    holder.close()
    assert [process.communicate(timeout=60)[0] for process in opening] == ["1\n", "1\n"]
    assert len(copies(settings)) == 1
    assert differences(settings.database_path) == []


def test_a_change_that_fails_halfway_changes_nothing(older, settings, next_version):
    path = migrations.FOLDER / "versions" / "m9999_longer_names.py"
    path.write_text(path.read_text() + '    op.execute("DELETE FROM metrics")\n    op.execute("SELECT absent")\n')
    with pytest.raises(StorageError, match="no such column: absent"):
        Store(settings)
    assert rows_of(settings.database_path) == older
    next_version()
    with closing(Store(settings)) as store:
        assert len(store.runs.find()) == 1, "the program of before opens it still"


def test_a_table_that_is_replaced_takes_no_other_s_rows_with_it(store, settings, finished_run, next_version):
    run = finished_run()
    points = store.metrics.points(run.id)
    assert points
    store.close()
    assert migrations.versions()[-1] == "9999"
    with closing(Store(settings)) as later:
        assert later.metrics.points(run.id) == points
        with later.database.begin() as connection:
            assert migrations.version_of(connection) == "9999"
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    assert "VARCHAR(300)" in _definition(settings.database_path)


def test_a_newer_one_is_refused_with_what_to_do_and_left_as_it_is(store, settings, next_version):
    store.close()
    Store(settings).close()
    next_version()
    before = settings.database_path.read_bytes()
    with pytest.raises(StorageError, match="written by a newer version of MNIST Lab. Start that one"):
        Store(settings)
    assert settings.database_path.read_bytes() == before
    assert len(copies(settings)) == 1, "that was made before it became newer"


def test_one_whose_making_was_cut_short_is_made_to_its_end(settings):
    """Older versions made one table after the other, and the disk can be full between two."""
    settings.home.mkdir(parents=True)
    engine = create_engine(f"sqlite:///{settings.database_path}")
    drawings.create(engine)
    engine.dispose()
    with closing(Store(settings)) as store:
        assert store.runs.find() == []
    assert differences(settings.database_path) == []


def _definition(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT sql FROM sqlite_master WHERE name = 'runs'").fetchone()[0]
