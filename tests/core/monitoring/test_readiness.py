"""Whether everything is there that a visitor needs."""

import pytest

from mnist_core.datasets import shared_provider
from mnist_core.engine import Supervisor
from mnist_core.errors import StorageError
from mnist_core.monitoring import Readiness, readiness
from mnist_core.monitoring.cached import Cached
from mnist_core.settings import get_settings
from mnist_core.store import Store
from tests.waiting import wait_until


@pytest.fixture
def looks(store, supervisor, digits):
    supervisor.start()
    return Readiness(store, supervisor, shared_provider())


def test_a_lab_that_serves_its_queue_and_has_images_is_ready(looks):
    state = looks.state()
    assert state.is_ready, state
    assert state.as_json() == {
        "ready": True,
        "checks": {name: {"ok": True} for name in ("database", "disk", "queue", "content")},
    }


def test_each_thing_that_is_missing_is_named_without_a_folder_of_the_server(looks, store, supervisor, monkeypatch):
    home = store.settings.home

    def lost(_query):
        raise StorageError("The database {path} can't be used.", path=home / "mnist_lab.db")

    monkeypatch.setattr(store.database, "value", lost)
    monkeypatch.setattr(readiness, "no_room_for_a_run", lambda _: True)
    supervisor.close()
    state = looks.state()
    assert not state.is_ready
    assert state.problems == {
        "database": "The database …/mnist_lab.db can't be used.",
        "disk": "The disk is full: nothing can be trained or uploaded.",
        "queue": "The queue is not served: it has not begun, or has ended.",
        "content": None,
    }
    assert state.as_json()["checks"]["database"] == {"ok": False, "why": "The database …/mnist_lab.db can't be used."}


def test_a_database_server_that_is_away_is_told_until_it_is_back(postgres, postgres_server, digits, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_DATABASE_PATIENCE", "0.2")
    get_settings.cache_clear()
    store = Store(get_settings())
    supervisor = Supervisor(store, get_settings())
    supervisor.start()
    looks = Readiness(store, supervisor, shared_provider())
    assert looks._look().is_ready
    postgres_server.stop()
    try:
        problems = {name: why for name, why in looks._look().problems.items() if why}
        assert list(problems) == ["database"]
        assert "127.0.0.1" not in problems["database"]  # strangers ask too
    finally:
        postgres_server.start()
    wait_until(lambda: looks._look().is_ready, 240, "the database")
    supervisor.close()
    store.close()


def test_a_folder_that_can_t_be_written_is_told(looks, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(readiness.tempfile, "TemporaryFile", refuse)
    assert "Permission denied" in looks.state().problems["disk"]


def test_a_queue_that_nobody_looks_at_any_more_is_told(looks, monkeypatch):
    monkeypatch.setattr(readiness, "_LONGEST_LOOK", -1.0)
    assert looks.state().problems["queue"].startswith("The queue is stuck")


def test_without_images_and_networks_there_is_nothing_to_look_at_yet(store, supervisor):
    supervisor.start()
    looks = Readiness(store, supervisor, shared_provider())
    assert looks.state().problems["content"] == "There are neither images nor networks yet to look at."


def test_an_answer_is_kept_for_a_moment_and_an_error_is_not():
    now, asked = [0.0], []

    def find():
        asked.append(now[0])
        if len(asked) == 1:
            raise OSError
        return len(asked)

    kept = Cached(find, 2.0, lambda: now[0])
    with pytest.raises(OSError):  # noqa: PT011
        kept()
    assert [kept(), kept()] == [2, 2]
    now[0] = 2.0
    assert kept() == 3
