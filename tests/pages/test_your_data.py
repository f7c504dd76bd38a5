"""The page Your data: what is told, a link that is opened, guessed or somebody else's, and deleting everything."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from mnist_core.gateway import VISITOR_COOKIE, Tries
from mnist_core.settings import get_settings
from mnist_core.store import RunRecord, RunState, Store
from mnist_core.system.processes import own_process
from pages._ui.your_data import kept, opened_link
from tests.made_studies import made_study
from tests.pages.charts import components_of
from tests.pages.test_pages import words

OpenPage = Callable[..., AppTest]
SECRET, ADA = "a cookie", "acd33f2619a89184005437a47415ec20"  # who has that cookie


@pytest.fixture
def ada(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> OpenPage:
    """Return a function that opens a page in Ada's browser."""
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {VISITOR_COOKIE: SECRET}))
    monkeypatch.setattr(opened_link, "_tries", Tries(of_address=(0.001, 2.0)))
    return open_page


def opened(app: AppTest, secret: str) -> AppTest:
    """Open a personal link, as the page's script does in a browser."""
    app.session_state["link_offered"] = secret
    return app.run()


def test_a_link_of_somebody_else_changes_nothing_before_its_owner_confirms(ada: OpenPage, store: Store) -> None:
    secret = store.links.make("bob")
    app = opened(ada("your_data.py"), secret)
    assert "Is this your link?" in words(app)
    assert store.links.known_as(ADA) == ADA
    app.run()  # whatever else happens on the page
    assert store.links.known_as(ADA) == ADA
    app.button(key="opened_link_no").click().run()
    assert "Is this your link?" not in words(app)
    assert store.links.known_as(ADA) == ADA
    opened(app, secret).button(key="opened_link_yes").click().run()
    assert store.links.known_as(ADA) == "bob"
    app.button(key="personal_link_leave").click().run()
    assert store.links.known_as(ADA) == ADA


def test_a_link_that_was_switched_off_while_the_question_stood_there_opens_nothing(ada: OpenPage, store: Store) -> None:
    app = opened(ada("your_data.py"), store.links.make("bob"))
    store.links.revoke("bob", "bob")
    app.button(key="opened_link_yes").click().run()
    assert not app.exception
    assert "opens nothing, or not any more" in words(app)
    assert store.links.known_as(ADA) == ADA


def test_who_guesses_is_slowed_down_and_a_rerun_is_no_guess(ada: OpenPage, store: Store) -> None:
    app = opened(ada("your_data.py"), "guess 1")
    for _ in range(3):
        app.run()
        assert "opens nothing, or not any more" in words(app)
    assert "too many links" in words(opened(app, "guess 2"))
    right = opened(app, store.links.make("bob"))
    assert "Is this your link?" not in words(right)


def test_the_own_link_says_that_all_is_here_already(ada: OpenPage, store: Store) -> None:
    assert "This is your own link" in words(opened(ada("your_data.py"), store.links.make(ADA)))


def test_a_link_is_shown_once_and_a_new_one_ends_it(ada: OpenPage, store: Store) -> None:
    app = ada("your_data.py")
    app.button(key="personal_link_make").click().run()
    first = app.code[0].value.partition("#link=")[2]
    assert store.links.owner_of(first) == ADA
    app.run()
    assert not app.code
    app.button(key="personal_link_make").click().run()
    assert store.links.owner_of(first) is None
    app.button(key="personal_link_off").click().run()
    assert store.links.made(ADA) is None


def test_the_personal_link_has_a_code_for_ones_phone_but_none_for_a_projector(
    ada: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_LAB_PUBLIC_URL", "https://lab.example.org")
    get_settings.cache_clear()
    app = ada("your_data.py")
    app.button(key="personal_link_make").click().run()
    (code,) = components_of(app, "qr_code")
    assert code["url"] == app.code[0].value
    assert code["url"].startswith("https://lab.example.org/your_data#link=")
    assert code["whole"] is None
    assert code["alt"] == code["name"], "the secret is not read out"


def test_a_browser_that_joined_sees_and_changes_what_its_visitor_has(
    ada: OpenPage, store: Store, finished_run: Callable[..., RunRecord]
) -> None:
    run = finished_run(owner="bob")
    store.links.join(ADA, store.links.make("bob"))
    app = ada("train.py", run=run.id)
    assert f"name_{run.id}" in {field.key for field in app.text_input}


def test_everything_goes_when_it_is_confirmed_and_what_trains_once_it_has_stopped(
    ada: OpenPage, store: Store, finished_run: Callable[..., RunRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_core.engine.supervisor.Supervisor.start", lambda self: None)
    mine, theirs = finished_run(owner=ADA), finished_run(owner="bob")
    store.drawings.add(ADA, "digits", np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8))
    store.lessons.keep(ADA, "first-network", "hello")
    trains = store.new_runs.create(mine.config, "trains", owner=ADA)
    assert store.queue.claim(trains, own_process())
    app = ada("your_data.py")
    assert "You have 2 runs, 1 drawing and 1 step of a lesson here." in words(app)
    app.button(key="goodbye").click().run()
    app.button(key="goodbye_no").click().run()
    assert store.runs.exists(mine.id)
    app.button(key="goodbye").click().run()
    app.button(key="goodbye_yes").click().run()
    assert "Deleted, but for what still trains" in words(app)
    assert not store.runs.exists(mine.id, deleted=True)
    assert store.queue.finish(trains, RunState.STOPPED)
    app.run()
    assert app.success[0].value == "All is deleted: 2 runs, 1 drawing and 1 step of a lesson."
    assert store.leaving.kept(ADA).is_nothing
    assert store.runs.exists(theirs.id)


def test_it_says_for_how_long_as_the_settings_do(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, own_home: object
) -> None:
    monkeypatch.setenv("MNIST_LAB_KEEP_DAYS", "3")
    get_settings.cache_clear()
    assert "you stayed away for 3 days" in words(open_page("your_data.py"))


def test_it_tells_of_link_and_lessons_and_where_several_computers_serve_of_their_cookie(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "**Your personal link**, if you made one" in words(open_page("your_data.py"))
    assert "**Lessons**: which steps you have done" in words(open_page("your_data.py"))
    assert "lab_replica" not in words(open_page("your_data.py"))
    several = get_settings().model_copy(update={"database_url": "postgresql://a/b"})
    monkeypatch.setattr(kept, "get_settings", lambda: several)
    assert "`lab_replica`" in words(open_page("your_data.py"))


def test_every_page_leads_there(open_page: OpenPage) -> None:
    assert [link.proto.page for link in open_page("explore.py").get("page_link")][-1] == "your_data"
    assert "your_data" not in [link.proto.page for link in open_page("your_data.py").get("page_link")]


def test_studies_are_told_counted_and_deleted(
    ada: OpenPage, store: Store, finished_run: Callable[..., RunRecord]
) -> None:
    made_study(store, finished_run, owner=ADA)
    app = ada("your_data.py")
    assert "**Studies**: what you asked" in words(app)
    app.button(key="goodbye").click().run()
    assert "You have 3 runs and 1 study here." in words(app)
    app.button(key="goodbye_yes").click().run()
    assert app.run().success[0].value == "All is deleted: 3 runs and 1 study."
    assert store.studies.find(owner=ADA) == []
