"""The page Classroom: opened by a teacher, joined by pupils, and nobody does what is another's."""

import hashlib
import time
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from mnist_core.config import RunConfig
from mnist_core.config.links import write_link
from mnist_core.errors import StorageError
from mnist_core.gateway import VISITOR_COOKIE, Tries
from mnist_core.store import ClassBeginning, RunState, Store, Visitor
from mnist_core.system.processes import own_process
from pages._ui.classroom import door, tiles
from pages._ui.shell import identity, membership
from tests.pages.test_pages import words

OpenPage = Callable[..., AppTest]
CODE = "river-lamp-goat-piano"
TEACHER = "a teacher"


@pytest.fixture
def browser_of(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], OpenPage]:
    """Return a function that turns this into the browser of somebody."""
    monkeypatch.setattr(door, "_tries", Tries(of_address=(0.001, 3.0)))
    monkeypatch.setattr("mnist_core.engine.supervisor.Supervisor.start", lambda self: None)

    def browser(name: str) -> OpenPage:
        monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {VISITOR_COOKIE: name}))
        return open_page

    return browser


@pytest.fixture
def secret(store: Store) -> str:
    """Return the secret of a class that is there already."""
    _, found = store.classrooms.open("3b", lambda: CODE, days=30)
    return found


def owner_of(name: str) -> str:
    """Return what the visitor with a cookie is known as."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def taught(app: AppTest, secret: str) -> AppTest:
    """Open the page as its teacher, whose browser tells the secret."""
    app.session_state["teaches"] = [secret]
    return app.run()


def view(app: AppTest, name: str) -> AppTest:
    app.session_state["classroom_view"] = name
    return app.run()


def join(app: AppTest, nickname: str, code: str | None = None) -> AppTest:
    if code is not None:
        app.text_input(key="classroom_code").set_value(code)
    app.text_input(key="classroom_nickname").set_value(nickname)
    submit = next(button for button in app.button if button.label == "Join")
    return submit.click().run()


def test_a_class_is_opened_with_a_code_to_show(browser_of, store: Store) -> None:
    app = browser_of(TEACHER)("classroom.py")
    app.text_input(key="classroom_name").set_value("3b, Tuesday")
    next(button for button in app.button if button.label == "Open the class").click().run()
    assert not app.exception
    (secret,) = app.session_state["teaches"]
    classroom = store.classrooms.of_secret(secret)
    assert classroom is not None
    assert classroom.name == "3b, Tuesday"
    assert 29 < (classroom.ends - classroom.created).days + 1 <= 31
    assert f"?code={classroom.code}" in words(app)
    assert secret not in words(app), "the projector shows it"
    app.run()
    assert store.classrooms.of_secret(secret) == classroom, "one click opens one class"


def test_a_name_is_needed(browser_of, store: Store) -> None:
    app = browser_of(TEACHER)("classroom.py")
    next(button for button in app.button if button.label == "Open the class").click().run()
    assert "1 to 200 characters" in app.error[0].value
    assert "teaches" not in app.session_state


def test_pupils_join_by_the_code_and_by_the_link(browser_of, store: Store, secret: str) -> None:
    app = join(browser_of("ada")("classroom.py"), "Ada", "  River LAMP goat piano ")
    assert "You are in the class “3b”" in words(app)
    app = browser_of("bob")("classroom.py", code=CODE)
    assert "Open a class" not in words(app), "who has a code has one thing to do"
    app = join(app, "Bob")
    assert [pupil.nickname for pupil in store.classrooms.pupils(secret)] == ["Ada", "Bob"]
    assert [pupil.owner for pupil in store.classrooms.pupils(secret)] == [owner_of("ada"), owner_of("bob")]


def test_a_wrong_code_a_name_that_is_taken_and_guessing(browser_of, store: Store, secret: str) -> None:
    store.classrooms.join(CODE, "somebody", "Ada")
    app = browser_of("eve")("classroom.py")
    app = join(app, "Ada", CODE)
    assert "has this name already" in app.error[0].value
    for guess in ("a-b-c-d", "e-f-g-h"):
        app = join(app, "Eve", guess)
        assert "no class with this code" in app.error[0].value
    app = join(app, "Eve", "i-j-k-l")
    assert "too many wrong codes" in app.error[0].value
    assert [pupil.nickname for pupil in store.classrooms.pupils(secret)] == ["Ada"]


def test_a_pupil_takes_another_name_and_leaves(browser_of, store: Store, secret: str) -> None:
    app = join(browser_of("ada")("classroom.py", code=CODE), "Ada")
    app.text_input(key="classroom_again").set_value("Adele").run()
    app.button(key="classroom_rename").click().run()
    assert "**Adele**" in words(app)
    app.button(key="classroom_leave").click().run()
    assert "Join a class" in words(app)
    assert store.classrooms.pupils(secret) == []


@pytest.mark.parametrize("way", ["a pupil", "a forged state", "the code", "a cookie"])
def test_nobody_but_the_teacher_is_at_the_desk(browser_of, store: Store, secret: str, way: str) -> None:
    store.classrooms.join(CODE, owner_of("eve"), "Eve")
    app = browser_of(TEACHER if way == "a cookie" else "eve")("classroom.py")
    if way == "a forged state":
        app.session_state["classroom_view"] = "settings"
        app.run()
    elif way == "the code":
        taught(app, CODE)
    assert not app.exception
    for sign in ("The wall", "Say something to all", "Delete the class", "Pause all"):
        assert sign not in words(app) + " ".join(button.label for button in app.button)


def test_the_teacher_s_link_opens_the_desk_and_an_old_one_does_not(browser_of, store: Store, secret: str) -> None:
    app = taught(browser_of("another computer")("classroom.py"), secret)
    assert "3b" in words(app)
    store.classrooms.close(secret, with_runs=False)
    app.run()
    assert app.session_state["teaches"] == []
    assert "Join a class" in words(app)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[list[dict[str, Any]]]:
    """Return what walls are told, the newest last."""
    told: list[list[dict[str, Any]]] = []

    def component(name: str, **_: Any) -> Callable[..., Any]:
        return (lambda **how: told.append(how["data"]["tiles"])) if name == "wall" else lambda **_: _Nothing()

    monkeypatch.setattr(tiles.st.components.v2, "component", component)
    return told


class _Nothing:
    """What another component gives: nothing was clicked."""

    secrets = None


def test_the_wall_says_what_each_does_and_nothing_else_of_them(
    browser_of, store: Store, secret: str, finished_run, shown: list[list[dict[str, Any]]]
) -> None:
    for name in ("ada", "bob", "carol", "dan"):
        store.classrooms.join(CODE, owner_of(name), name.title())
    run = finished_run(owner=owner_of("ada"), name="Mine")
    private = finished_run(owner=owner_of("bob"), name="Hidden")
    store.runs.set_shared(private.id, False, Visitor(owner_of("bob")))
    waiting = store.new_runs.create(RunConfig(), "Waits", owner=owner_of("carol"))
    lesson = next(iter(tiles.known_lessons().values()))
    store.lessons.keep(owner_of("dan"), lesson.id, lesson.steps[1].id)
    view(taught(browser_of(TEACHER)("classroom.py"), secret), "wall")
    ada, bob, carol, dan = shown[-1]
    assert (ada["name"], ada["state"], ada["run"], ada["link"]) == ("Ada", "Finished", "Mine", f"train?run={run.id}")
    assert ada["accuracy"] == f"{run.outcome.test_accuracy:.1%}"
    assert len(ada["curve"]) == 3
    assert (bob["run"], bob["link"]) == ("Hidden", ""), "a private run is named, and opens for its owner alone"
    assert (carol["state"], carol["link"]) == ("Waiting", f"train?run={waiting}")
    assert (dan["state"], dan["step"]) == (
        "Nothing trained yet",
        f"Lesson {lesson.number}: step 2 of {len(lesson.steps)}",
    )
    assert not any(owner_of(name) in str(shown[-1]) for name in ("ada", "bob", "carol", "dan"))


def test_who_is_shown_a_finished_run_is_on_the_wall_too(
    browser_of, store: Store, secret: str, finished_run, shown: list[list[dict[str, Any]]]
) -> None:
    from mnist_core.config.recipes import RECIPES

    store.classrooms.join(CODE, owner_of("ada"), "Ada")
    app = browser_of("ada")("train.py", run="new")
    config = RunConfig.parse(app.session_state["draft"])
    run = finished_run(config, name="Somebody's", owner="somebody", recipe=next(iter(RECIPES)))
    app.button(key="train_start").click().run()
    assert app.session_state["shown_from_cache"] == run.id
    view(taught(browser_of(TEACHER)("classroom.py"), secret), "wall")
    (ada,) = shown[-1]
    assert (ada["state"], ada["run"], ada["link"]) == ("Watches a replay", "Somebody's", f"train?run={run.id}")


def test_names_are_ordered_and_hidden_for_the_projector(
    browser_of, store: Store, secret: str, shown: list[list[dict[str, Any]]]
) -> None:
    for name in ("bob", "ada"):
        store.classrooms.join(CODE, owner_of(name), name.title())

    def names() -> list[str]:
        return [tile["name"] for tile in shown[-1]]

    app = view(taught(browser_of(TEACHER)("classroom.py"), secret), "wall")
    assert names() == ["Bob", "Ada"]
    app.selectbox(key="classroom_order").set_value("name").run()
    assert names() == ["Ada", "Bob"]
    app.toggle(key="classroom_named").set_value(False).run()
    assert names() == ["Pupil 1", "Pupil 2"]
    assert [tile["number"] for tile in shown[-1]] == [1, 2], "the alphabet would tell who is who"


def test_who_teaches_sees_names_in_the_list_of_runs_and_nobody_else_does(
    browser_of, store: Store, secret: str, finished_run
) -> None:
    store.classrooms.join(CODE, owner_of("ada"), "Ada")
    finished_run(owner=owner_of("ada"), name="Mine")
    finished_run(owner="somebody", name="Another's")

    def by(app: AppTest) -> dict[str, str]:
        frame = app.dataframe[0].value
        return dict(zip(frame["name"], frame["owner"], strict=True))

    app = taught(browser_of(TEACHER)("runs.py"), secret)
    assert by(app) == {"Mine": "Ada", "Another's": "another visitor"}
    app.session_state["runs_whose"] = "class"
    app.run()
    assert by(app) == {"Mine": "Ada"}
    store.classrooms.remove(secret, owner_of("ada"))
    del app.session_state["classroom_names"]
    app.run()
    assert by(app) == {"Mine": "another visitor", "Another's": "another visitor"}
    app = browser_of("eve")("runs.py")
    app.session_state["runs_whose"] = "class"
    app.run()
    assert by(app) == {"Mine": "another visitor", "Another's": "another visitor"}


def test_two_classes_are_taught_from_one_browser(browser_of, store: Store, secret: str) -> None:
    _, other = store.classrooms.open("4a", lambda: "another-one-of-four", days=1)
    app = browser_of(TEACHER)("classroom.py")
    app.session_state["teaches"] = [secret, other]
    app.run()
    assert "4a" in [header.value for header in app.header]
    app.selectbox(key="classroom_taught_2").select_index(0).run()
    assert "3b" in [header.value for header in app.header]
    store.classrooms.close(other, with_runs=False)
    app.run()
    assert app.session_state["teaches"] == [secret]
    assert "3b" in [header.value for header in app.header]


def test_teaching_is_given_up_after_a_question_that_shows_the_link(browser_of, store: Store, secret: str) -> None:
    app = view(taught(browser_of(TEACHER)("classroom.py"), secret), "settings")
    app.button(key="classroom_forget").click().run()
    assert any(f"#teach={secret}" in code.value for code in app.code)
    assert app.session_state["teaches"] == [secret]
    app.button(key="classroom_forget_yes").click().run()
    assert app.session_state["teaches"] == []
    assert store.classrooms.of_secret(secret) is not None


def test_the_code_of_another_class_is_asked_about(browser_of, store: Store, secret: str) -> None:
    _, other = store.classrooms.open("4a", lambda: "another-one-of-four", days=1)
    store.classrooms.join(CODE, owner_of("ada"), "Ada")
    assert "You are in the class “3b”" in words(browser_of("ada")("classroom.py", code=CODE))
    app = browser_of("ada")("classroom.py", code="another-one-of-four")
    assert "You leave it when you join this one" in app.info[-1].value
    join(app, "Ada")
    assert [pupil.nickname for pupil in store.classrooms.pupils(other)] == ["Ada"]
    assert store.classrooms.pupils(secret) == []


def test_what_is_said_is_seen_on_every_page_by_this_class_alone(browser_of, store: Store, secret: str) -> None:
    store.classrooms.join(CODE, owner_of("ada"), "Ada")
    app = view(taught(browser_of(TEACHER)("classroom.py"), secret), "wall")
    app.text_input(key="classroom_message").set_value("Look *here*")
    next(button for button in app.button if button.label == "Say it").click().run()
    for page in ("home.py", "learn.py", "glossary.py"):
        seen = browser_of("ada")(page)
        assert any("Look \\*here\\*" in shown.value for shown in seen.warning)
        seen = browser_of("eve")(page)
        assert not seen.warning
    app = view(taught(browser_of(TEACHER)("classroom.py"), secret), "wall")
    app.button(key="classroom_hush").click().run()
    assert not browser_of("ada")("home.py").warning


def test_a_database_that_is_away_is_told_once_and_by_the_page(
    browser_of, store: Store, secret: str, monkeypatch
) -> None:
    store.classrooms.join(CODE, owner_of("ada"), "Ada")
    app = browser_of("ada")("glossary.py")

    def away(*_: object) -> None:
        raise StorageError("The database is away.")

    monkeypatch.setattr("mnist_core.store.classrooms.Classrooms.of_pupil", away)
    del app.session_state["classroom_known"]
    app.run()
    assert not app.exception
    assert "Glossary" in [title.value for title in app.title]


def test_all_rest_and_go_on(browser_of, store: Store, secret: str) -> None:
    store.classrooms.join(CODE, owner_of("ada"), "Ada")
    run_id = store.new_runs.create(RunConfig(), "Ada's", owner=owner_of("ada"))
    assert store.queue.claim(run_id, own_process())
    app = view(taught(browser_of(TEACHER)("classroom.py"), secret), "wall")
    app.button(key="classroom_pause").click().run()
    assert store.runs.get(run_id).pause_requested
    assert any("paused all trainings" in shown.value for shown in browser_of("ada")("home.py").info)
    store.queue.mark_paused(run_id)
    app = view(taught(browser_of(TEACHER)("classroom.py"), secret), "wall")
    app.button(key="classroom_go").click().run()
    assert store.runs.get(run_id).state is RunState.QUEUED
    app.button(key="classroom_stop").click().run()
    assert store.runs.get(run_id).state in (RunState.STOPPED, RunState.QUEUED)
    assert store.runs.get(run_id).stop_requested or store.runs.get(run_id).state is RunState.STOPPED


def test_the_teacher_renames_and_takes_out(browser_of, store: Store, secret: str) -> None:
    for name in ("ada", "bob"):
        store.classrooms.join(CODE, owner_of(name), name)
    app = view(taught(browser_of(TEACHER)("classroom.py"), secret), "pupils")
    field = next(box for box in app.text_input if box.value == "bob")
    field.set_value("Bob").run()
    app.button(key="classroom_remove_0").click().run()
    assert [pupil.nickname for pupil in store.classrooms.pupils(secret)] == ["Bob"]
    app = browser_of("ada")("classroom.py", code=CODE)
    assert "took you out" in join(app, "Ada").error[0].value


@pytest.mark.parametrize("pasted", ["link", "settings alone"])
def test_pupils_begin_where_the_teacher_says(browser_of, store: Store, secret: str, pasted: str) -> None:
    text = write_link(RunConfig().with_settings({"epochs": 3}))
    app = view(taught(browser_of(TEACHER)("classroom.py"), secret), "settings")
    app.text_input(key="classroom_config").set_value("nonsense").run()
    app.button(key="classroom_keep_beginning").click().run()
    assert "These are no settings" in app.error[0].value
    app.text_input(key="classroom_config").set_value(
        f"http://lab.example/train?config={text}&lang=ko" if pasted == "link" else text
    ).run()
    app.button(key="classroom_keep_beginning").click().run()
    found = store.classrooms.of_secret(secret)
    assert found is not None
    assert found.beginning == ClassBeginning(config=text)
    app.selectbox(key="classroom_lesson").select_index(1).run()
    app.button(key="classroom_keep_beginning").click().run()
    found = store.classrooms.of_secret(secret)
    assert found is not None
    assert found.beginning.lesson
    assert found.beginning.config is None


@pytest.mark.parametrize("with_runs", [True, False])
def test_a_class_is_deleted_after_a_question(browser_of, store: Store, secret: str, with_runs: bool) -> None:
    store.classrooms.join(CODE, owner_of("ada"), "Ada")
    run_id = store.new_runs.create(RunConfig(), "Ada's", owner=owner_of("ada"))
    app = view(taught(browser_of(TEACHER)("classroom.py"), secret), "settings")
    app.button(key="classroom_close").click().run()
    assert store.classrooms.of_secret(secret) is not None, "a question first"
    app.toggle(key="classroom_with_runs").set_value(with_runs)
    app.button(key="classroom_close_yes").click().run()
    assert store.classrooms.of_secret(secret) is None
    assert store.runs.exists(run_id) is not with_runs
    assert store.classrooms.of_pupil(owner_of("ada")) is None


def test_what_a_visitor_s_class_is_is_asked_again_soon(browser_of, store: Store, secret: str, monkeypatch) -> None:
    app = browser_of("ada")("home.py")
    store.classrooms.join(CODE, owner_of("ada"), "Ada")
    store.classrooms.say(secret, "Hello")
    later = time.monotonic() + 6
    monkeypatch.setattr(membership.time, "monotonic", lambda: later)
    monkeypatch.setattr(identity.time, "monotonic", lambda: later)
    app.run()
    assert "Hello" in app.warning[0].value
