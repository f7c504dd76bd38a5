"""What PostgreSQL does in its own way: apps on several computers, and a server that comes and goes."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text, update

from mnist_core.config import RunConfig
from mnist_core.errors import ConfigError, DatabaseAwayError, StorageError
from mnist_core.settings import Settings, get_settings
from mnist_core.store import MetricPoint, Place, RunState, Store, Visitor, migrations
from mnist_core.store import apps as apps_module
from mnist_core.store import postgres as postgres_module
from mnist_core.store.apps import LEASE
from mnist_core.store.tables import apps, metadata, runs
from mnist_core.system.processes import own_process
from tests.older_tables import back_to_first_version
from tests.postgres import PostgresServer

ADA = Visitor("ada")
POINT = MetricPoint(kind="batch", step=1, epoch=1, seconds=0.1, values={"loss": 1.0})


@pytest.fixture
def kind_of_database(postgres: str) -> str:
    """Return "postgres": here is no other."""
    return "postgres"


@pytest.fixture
def elsewhere(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Return the store of an app on another computer, which has signed in."""
    other = Store(store.settings)
    with monkeypatch.context() as patched:
        patched.setattr(apps_module, "this_host", lambda: "another computer")
        other.apps.sign_in()
    yield other
    other.close()


def take(store: Store) -> str | None:
    """Let an app take the next run that waits, and begin it."""
    taken = store.queue.take(lambda waiting, _training: waiting[:1], 1)
    if not taken:
        return None
    assert store.queue.claim(taken[0].id, own_process(), store.apps.id)
    return taken[0].id


def fall_silent(store: Store, silent: Store) -> None:
    """Let the last sign of life of an app be old."""
    with store.database.begin() as connection:
        old = store.database.clock - 2 * LEASE
        connection.execute(update(apps).where(apps.c.id == silent.apps.id).values(seen=old))


def has_long_seen_the_database(store: Store) -> None:
    store.apps.sign_in()
    store.apps._steady_since -= 2 * LEASE


class TestOtherComputers:
    def test_the_run_of_a_silent_app_goes_on_elsewhere(self, store: Store, elsewhere: Store) -> None:
        run_id = store.new_runs.create(RunConfig(), "A run", owner="ada")
        assert take(elsewhere) == run_id
        has_long_seen_the_database(store)
        assert store.queue.mark_interrupted() == []
        fall_silent(store, elsewhere)
        assert store.queue.mark_interrupted() == [run_id]
        record = store.runs.get(run_id)
        assert (record.state, record.retries, record.holder) == (RunState.QUEUED, 1, None)
        assert take(store) == run_id
        assert not elsewhere.queue.finish(run_id, RunState.COMPLETED), "it lost the run"
        assert store.queue.finish(run_id, RunState.COMPLETED)

    def test_a_run_that_its_app_had_not_begun_waits_for_anybody_again(self, store: Store, elsewhere: Store) -> None:
        run_id = store.new_runs.create(RunConfig(), "A run", owner="ada")
        assert elsewhere.queue.take(lambda waiting, _training: waiting, 1)
        assert take(store) is None
        has_long_seen_the_database(store)
        fall_silent(store, elsewhere)
        store.queue.mark_interrupted()
        assert take(store) == run_id

    def test_a_run_that_ends_every_app_is_left_alone_after_a_few(self, store: Store, elsewhere: Store) -> None:
        run_id = store.new_runs.create(RunConfig(), "A run", owner="ada")
        has_long_seen_the_database(store)
        states = []
        for _ in range(4):
            assert take(elsewhere) == run_id
            fall_silent(store, elsewhere)
            store.queue.mark_interrupted()
            states.append(store.runs.get(run_id).state)
        assert states == [RunState.QUEUED] * 3 + [RunState.INTERRUPTED]
        store.queue.request_resume(run_id, ADA)
        assert store.runs.get(run_id).retries == 0

    def test_a_run_that_was_to_pause_is_paused(self, store: Store, elsewhere: Store) -> None:
        run_id = store.new_runs.create(RunConfig(), "A run", owner="ada")
        take(elsewhere)
        store.queue.request_pause(run_id, ADA)
        has_long_seen_the_database(store)
        fall_silent(store, elsewhere)
        store.queue.mark_interrupted()
        assert store.runs.get(run_id).state is RunState.PAUSED

    def test_after_an_outage_nobody_is_taken_for_gone_at_once(self, store: Store, elsewhere: Store) -> None:
        run_id = store.new_runs.create(RunConfig(), "A run", owner="ada")
        take(elsewhere)
        fall_silent(store, elsewhere)
        store.apps.sign_in()  # the first sign for long: it could not reach the database itself
        assert store.queue.mark_interrupted() == []
        assert store.runs.get(run_id).state is RunState.RUNNING

    def test_an_app_that_says_good_bye_is_gone_at_once(self, store: Store, elsewhere: Store) -> None:
        run_id = store.new_runs.create(RunConfig(), "A run", owner="ada")
        take(elsewhere)
        elsewhere.apps.sign_out()
        assert store.queue.mark_interrupted() == [run_id]

    def test_two_apps_take_all_runs_once_and_no_visitor_has_two(self, store: Store, elsewhere: Store) -> None:
        runs = [store.new_runs.create(RunConfig(), "A run", owner=f"visitor {n % 20}") for n in range(40)]
        taken: dict[Store, list[str]] = {store: [], elsewhere: []}

        def choose(waiting: list[Place], training: list[Place]) -> list[Place]:
            busy = {place.owner for place in training}
            return [place for place in waiting if place.owner not in busy][:1]

        def work(app: Store) -> None:
            for _ in range(200):
                taken[app] += [place.id for place in app.queue.take(choose, 1)]

        threads = [threading.Thread(target=work, args=(app,)) for app in taken]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        both = taken[store] + taken[elsewhere]
        assert len(both) == len(set(both)) == 20
        assert set(both) <= set(runs)
        assert len({store.runs.get(run_id).owner for run_id in both}) == 20

    def test_one_leads_and_another_takes_over_once_it_is_silent(self, store: Store, elsewhere: Store) -> None:
        assert elsewhere.apps.take("lead")
        assert not store.apps.take("lead")
        assert store.apps.holder("lead") == "another"
        assert elsewhere.apps.take("lead"), "it keeps it"
        with store.database.begin() as connection:
            connection.execute(text("UPDATE leases SET until = until - 1000"))
        store.apps.sign_in()
        assert store.apps.take("lead")
        assert not elsewhere.apps.take("lead")
        store.apps.give_back("lead")
        assert elsewhere.apps.take("lead")

    def test_apps_that_are_long_gone_are_forgotten_unless_they_have_a_run(self, store: Store, elsewhere: Store) -> None:
        store.apps.sign_in()
        with store.database.begin() as connection:
            connection.execute(text("UPDATE apps SET seen = seen - 1000000 WHERE host = 'another computer'"))
        run_id = store.new_runs.create(RunConfig(), "A run", owner="ada")
        take(elsewhere)
        store.apps.forget()
        assert elsewhere.apps.id in store.apps.roll().known
        elsewhere.queue.finish(run_id, RunState.COMPLETED)
        store.apps.forget()
        assert store.apps.roll().known == {store.apps.id}


class TestTurns:
    def test_who_checks_and_then_writes_is_alone(self, store: Store, elsewhere: Store) -> None:
        found, most = [], 5

        def submit(app: Store) -> None:
            for _ in range(10):
                with app.database.turn("submitting"):
                    if len(app.runs.find(owner="ada")) < most:
                        found.append(app.new_runs.create(RunConfig(), "A run", owner="ada"))

        threads = [threading.Thread(target=submit, args=(app,)) for app in (store, elsewhere) * 8]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == most


class TestTheServer:
    def test_what_can_not_be_reached_is_told_in_words(self, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = Settings(database_url="postgresql://lab:secret@127.0.0.1:1/lab", database_patience=0.0)
        with pytest.raises(DatabaseAwayError, match=r"The database server 127\.0\.0\.1:1/lab can't be reached") as told:
            Store(settings)
        assert "secret" not in str(told.value)

    def test_a_wrong_address_is_refused_without_repeating_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MNIST_LAB_DATABASE_URL", "mysql://lab:secret@host/lab")
        get_settings.cache_clear()
        with pytest.raises(ConfigError, match=r"MNIST_LAB_DATABASE_URL: .*postgresql://") as told:
            get_settings()
        assert "secret" not in str(told.value)

    @pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
    def test_addresses_as_hosts_give_them_are_taken(self, scheme: str) -> None:
        url = Settings(database_url=f"{scheme}://lab@host/lab").database_url
        assert url == "postgresql+psycopg://lab@host/lab"

    def test_a_request_waits_for_a_server_that_is_restarted(
        self, store: Store, postgres_server: PostgresServer
    ) -> None:
        store.database.be_patient()
        run_id = store.new_runs.create(RunConfig(), "A run", owner="ada")
        postgres_server.stop()
        restart = threading.Timer(2.0, postgres_server.start)
        restart.start()
        try:
            assert store.runs.get(run_id).name == "A run"
            assert take(store) == run_id
        finally:
            restart.join()

    def test_a_page_is_told_soon_that_the_server_is_away(self, store: Store, postgres_server: PostgresServer) -> None:
        store.database.patience = 0.0
        postgres_server.stop()
        try:
            with pytest.raises(DatabaseAwayError, match="try again in a minute"):
                store.runs.find()
        finally:
            postgres_server.start()
        assert store.runs.find() == []

    def test_points_that_were_written_before_the_server_went_are_not_there_twice(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_id = store.new_runs.create(RunConfig(), "A run", owner="ada")
        take(store)
        add, told = store.metrics._add, []

        def written_but_not_told(*arguments: object, **named: object) -> None:
            add(*arguments, **named)
            if not told:
                told.append(1)
                raise DatabaseAwayError("gone")

        monkeypatch.setattr(store.metrics, "_add", written_but_not_told)
        store.metrics.add(run_id, [POINT])
        assert store.metrics.points(run_id) == [POINT]

    def test_a_request_that_waits_for_another_one_for_too_long_is_told_so(
        self, postgres: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres_module, "_WAIT", 1)
        store = Store(get_settings())
        run_id = store.new_runs.create(RunConfig(), "A run", owner="ada")
        with store.database.begin() as connection:
            connection.execute(text("SELECT 1 FROM runs FOR UPDATE"))
            with pytest.raises(StorageError, match="lock timeout"):
                store.runs.rename(run_id, "Another name", ADA)
        store.runs.rename(run_id, "Another name", ADA)
        store.close()

    def test_connections_are_kept(self, store: Store) -> None:
        for _ in range(50):
            store.runs.find()
        ours = "application_name = 'mnist_lab' AND datname = current_database()"
        query = text(f"SELECT COUNT(*) FROM pg_stat_activity WHERE {ours}")
        with store.database.begin() as connection:
            assert connection.execute(query).scalar_one() <= 2


class TestTables:
    def test_are_those_of_today_and_of_the_newest_version(self, store: Store) -> None:
        with store.database.begin() as connection:
            assert migrations.version_of(connection) == migrations.versions()[-1]
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []

    def test_many_that_open_a_new_database_at_once_make_it_once(self, postgres: str) -> None:
        program = "from mnist_core.store import shared_store\nprint(shared_store().database.was_missing)"
        processes = [
            subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(4)
        ]
        told = sorted(process.communicate(timeout=240)[0].strip() for process in processes)
        assert told == ["False", "False", "False", "True"]

    def test_an_older_database_is_brought_up_to_date_and_keeps_its_rows(self, store: Store) -> None:
        run_id = store.new_runs.create(RunConfig(), "A run", owner="ada")
        with store.database.begin() as connection:
            back_to_first_version(connection)
        store.close()
        again = Store(store.settings)
        assert again.runs.get(run_id).name == "A run"
        assert take(again) == run_id
        again.close()

    def test_of_a_newer_version_are_left_alone(self, store: Store) -> None:
        with store.database.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(StorageError, match="written by a newer version"):
            Store(store.settings)


def test_a_server_that_hangs_is_as_one_that_is_gone(
    store: Store, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_module, "_SLOW", 1.0)
    store.database.patience = 0.5
    run_id = store.new_runs.create(RunConfig(), "before", owner="ada")
    postgres_server.pause()
    try:
        began = time.monotonic()
        with pytest.raises(DatabaseAwayError):
            store.runs.get(run_id)
        assert time.monotonic() - began < 30  # the server's own limit is 60 s, and it hangs too
    finally:
        postgres_server.go_on()
    store.database.patience = 30
    assert store.runs.get(run_id).name == "before"


def test_a_run_that_somebody_changes_holds_up_nobody_s_turn(store: Store) -> None:
    first, second, third = (store.new_runs.create(RunConfig(), "a run", owner="ada") for _ in range(3))
    with store.database.begin() as connection:
        connection.execute(update(runs).where(runs.c.id == third).values(notes="being written"))
        assert take(store) == first
    assert store.runs.get(second).queued > store.runs.get(third).queued, "the others moved back"
