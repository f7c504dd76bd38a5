"""Who is new here, what those share, and what nobody gets by throwing cookies away."""

import os
import sqlite3
import stat
import time

import numpy as np
import pytest

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.engine.cleaning import clean, clean_drawings
from mnist_core.engine.fairness import fair_order
from mnist_core.engine.limits import check_disk, check_visitor
from mnist_core.errors import LimitError
from mnist_core.settings import Settings
from mnist_core.store import Imported, RunState, Store, Visitor
from mnist_core.store.records import Finished, Outcome
from mnist_core.store.visitors import NEW_SECONDS
from mnist_core.system.processes import own_process
from tests.older_tables import forget_versions
from tests.run_rows import write_columns

CONFIG = RunConfig(model=NetworkConfig())
MB = 1_000_000
ATTACKER, SCHOOL, ELSEWHERE = "an attacker's", "a school's", "elsewhere"


def some(n, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, 28, 28), dtype=np.uint8), np.zeros(n, np.uint8)


def train(store, owner, address=None):
    """Record a run that was trained to its end."""
    run_id = store.new_runs.create(CONFIG, "A run", owner=owner, address=address)
    assert store.queue.claim(run_id, own_process())
    assert store.queue.finish(run_id, RunState.COMPLETED)
    return store.runs.get(run_id)


def submit(store, owner, address=None):
    """Queue a run as the supervisor does."""
    check_visitor(owner, store, address)
    return store.new_runs.create(CONFIG, "A run", owner=owner, address=address)


def bring(store, owner, size, address=None, number=0):
    """Import a run as `import_bundle` does."""
    check_disk(owner, store, size, address)
    run_id = f"20260101-000000-{number:08x}"
    store.new_runs.put_imported(
        run_id,
        Imported(run_id="x", created="x", moment="x"),
        Finished(name="x", config=CONFIG, outcome=Outcome(), points=(), epoch=1, step=1, steps_per_epoch=1, size=size),
        owner=owner,
        state=RunState.COMPLETED,
        address=address,
    )
    return run_id


class TestWhoIsNew:
    def test_whoever_trained_a_network_to_its_end_is_not(self, store):
        assert store.visitors.is_new("ada")
        train(store, "ada")
        assert not store.visitors.is_new("ada")

    def test_nor_is_who_was_here_a_day_ago(self, store, monkeypatch):
        store.drawings.add("ada", "digits", *some(1))
        assert store.visitors.is_new("ada")
        now = time.time
        monkeypatch.setattr(time, "time", lambda: now() + NEW_SECONDS + 1)
        assert not store.visitors.is_new("ada")
        assert store.visitors.is_new("bob")

    def test_an_import_earns_nothing(self, store):
        bring(store, "ada", 10)
        assert store.visitors.is_new("ada")

    def test_deleting_the_run_takes_nothing_back(self, store):
        store.bin.delete(train(store, "ada").id, Visitor("ada"))
        assert not store.visitors.is_new("ada")

    @pytest.mark.sqlite
    def test_visitors_of_earlier_versions_are_known(self, store):
        train(store, "ada")
        submit(store, "bob")
        store.drawings.add("eve", "digits", *some(1))
        with sqlite3.connect(store.settings.database_path) as connection:
            connection.execute("UPDATE drawings SET created = 1")
            connection.execute("DROP TABLE visitors")
            forget_versions(connection)
            connection.execute("DROP INDEX drawings_of_owner")
            connection.execute("ALTER TABLE runs DROP COLUMN address")
        again = Store(store.settings)
        assert [again.visitors.is_new(owner) for owner in ("ada", "bob", "eve")] == [False, True, False]
        again.close()


class TestAddresses:
    @pytest.mark.sqlite
    def test_are_hashed_with_a_key_of_this_home_alone(self, store, tmp_path):
        hashed = store.visitors.hashed_address("203.0.113.7")
        assert hashed == Store(store.settings).visitors.hashed_address("203.0.113.7")
        assert hashed != store.visitors.hashed_address("203.0.113.8")
        assert "203" not in hashed
        assert Store(Settings(home=tmp_path / "other")).visitors.hashed_address("203.0.113.7") != hashed
        key = store.settings.address_key_path
        assert stat.S_IMODE(os.stat(key).st_mode) == 0o600

    @pytest.mark.parametrize("text", ["127.0.0.1", "::1"])
    def test_of_this_very_computer_are_none(self, store, text):
        assert store.visitors.hashed_address(text) is None


class TestDrawings:
    def test_205_thrown_away_cookies_take_nobody_s_drawings(self, store, monkeypatch):
        monkeypatch.setattr("mnist_core.store.drawings.MOST_DRAWINGS", 4100)
        monkeypatch.setattr("mnist_core.engine.cleaning.MOST_DRAWINGS", 4100)
        store.drawings.add("honest", "digits", *some(40, seed=1), address=ELSEWHERE)
        images, labels = some(20)
        refused = 0
        for cookie in range(205):
            try:
                store.drawings.add(f"cookie {cookie}", "digits", images, labels, address=ATTACKER)
            except LimitError:
                refused += 1
            if cookie % 40 == 0:
                clean_drawings(store)
        clean_drawings(store)
        assert store.drawings.count("honest") == 40
        assert refused > 150
        # others, new and old, are not kept out
        store.drawings.add("newcomer", "digits", images, labels, address=ELSEWHERE)
        store.drawings.add("honest", "digits", *some(5, seed=3), address=ELSEWHERE)

    def test_where_all_room_is_taken_the_new_is_refused(self, store, monkeypatch):
        monkeypatch.setattr("mnist_core.store.drawings.MOST_DRAWINGS", 50)
        monkeypatch.setattr("mnist_core.engine.cleaning.MOST_DRAWINGS", 50)
        store.drawings.add("honest", "digits", *some(40))
        with pytest.raises(LimitError, match="nobody's are deleted for new ones"):
            store.drawings.add("cookie", "digits", *some(20))
        assert clean_drawings(store) == 0
        assert (store.drawings.count("honest"), store.drawings.count("cookie")) == (40, 0)

    def test_a_class_of_40_finds_room_and_one_of_them_can_collect_all(self, store):
        for pupil in range(40):
            store.drawings.add(f"pupil {pupil}", "digits", *some(40, seed=pupil), address=SCHOOL)
        train(store, "pupil 0", SCHOOL)
        store.drawings.add("pupil 0", "digits", *some(900, seed=99), address=SCHOOL)

    def test_alone_on_a_laptop_all_of_the_visitors_own_limit_is_free(self, store):
        store.drawings.add("me", "digits", *some(store.settings.drawings_per_visitor))


class TestDisk:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"total_disk_mb": 20, "visitor_disk_mb": 6})

    def test_seven_imports_take_nobody_s_run(self, store):
        run = train(store, "ada", ELSEWHERE)
        write_columns(store, run.id, bytes=6 * MB, pinned=False)
        brought = 0
        for cookie in range(7):
            try:
                bring(store, f"cookie {cookie}", 3 * MB, ATTACKER, cookie)
                brought += 1
            except LimitError:
                pass
            clean(store)
        assert brought == 2, "new visitors of an address share what one visitor may take"
        assert store.runs.exists(run.id)

    def test_nor_do_imports_from_everywhere(self, store):
        run = train(store, "ada", ELSEWHERE)
        write_columns(store, run.id, bytes=6 * MB)
        for cookie in range(2):
            bring(store, f"cookie {cookie}", 5 * MB, f"address {cookie}", cookie)
        with pytest.raises(LimitError, match="nobody's are deleted for new ones"):
            bring(store, "cookie 2", 5 * MB, "address 2", 2)
        gone = clean(store)
        assert store.runs.exists(run.id)
        assert run.id not in gone

    def test_one_address_takes_half_at_most_whoever_comes_from_there(self, store):
        for number in range(4):
            train(store, f"patient {number}", ATTACKER)
            if number < 3:
                bring(store, f"patient {number}", 3 * MB, ATTACKER, number)
        with pytest.raises(LimitError, match="half of what there is"):
            bring(store, "patient 3", 3 * MB, ATTACKER, 3)

    def test_who_needs_the_room_of_what_was_just_deleted_has_it_at_once(self, store):
        train(store, "ada")
        first = bring(store, "ada", 5 * MB, number=1)
        write_columns(store, bring(store, None, 15 * MB, number=2), owner="bob")
        store.bin.delete(first, Visitor("ada"))
        check_disk("ada", store, 4 * MB)
        assert not store.runs.exists(first, deleted=True)
        with pytest.raises(LimitError, match="nobody's are deleted"):
            check_disk("ada", store, 5_500_000)

    def test_what_is_copied_for_a_run_that_never_begins_counts(self, store, tmp_path):
        earlier = train(store, "ada")
        np.savez(store.files(earlier.id).checkpoint, step=1, weights=np.zeros(300_000))
        run_id = store.new_runs.create(CONFIG, "more", owner="bob", continues=earlier.id)
        assert store.queue.request_stop(run_id, Visitor("bob")).bytes > 2 * MB


class TestTheQueue:
    def order(self, store):
        queued = store.runs.find(states=[RunState.QUEUED], limit=1000)
        running = store.runs.find(states=[RunState.RUNNING], limit=1000)
        return [record.owner for record in fair_order(queued, running, 1)]

    def test_twenty_cookies_with_forty_runs_keep_no_newcomer_waiting(self, store):
        first = submit(store, "cookie 0", ATTACKER)
        assert store.queue.claim(first, own_process())
        for cookie in range(20):
            submit(store, f"cookie {cookie}", ATTACKER)
            submit(store, f"cookie {cookie}", ATTACKER)
        submit(store, "newcomer", ELSEWHERE)
        assert self.order(store)[0] == "newcomer"
        with pytest.raises(LimitError, match="40 runs of new visitors from your network"):
            submit(store, "cookie 20", ATTACKER)

    def test_at_one_address_visitors_take_turns(self, store):
        for pupil in ("a", "a", "b", "c", "b"):
            submit(store, pupil, SCHOOL)
        submit(store, "d", ELSEWHERE)
        submit(store, "d", ELSEWHERE)
        assert self.order(store) == ["a", "d", "b", "d", "c", "a", "b"]

    def test_a_class_of_40_queues_a_run_each_and_who_has_trained_one_is_not_counted(self, store):
        train(store, "pupil 0", SCHOOL)
        for pupil in range(1, 41):
            submit(store, f"pupil {pupil}", SCHOOL)
        submit(store, "pupil 0", SCHOOL)
        submit(store, "pupil 0", SCHOOL)

    def test_bringing_deleted_ones_back_is_no_way_around(self, store):
        own = [submit(store, f"cookie {n}", ATTACKER) for n in range(40)]
        store.bin.delete(own[0], Visitor("cookie 0"))
        submit(store, "cookie 40", ATTACKER)
        with pytest.raises(LimitError, match="new visitors"):
            store.bin.undelete(own[0], Visitor("cookie 0"))
