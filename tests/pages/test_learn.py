"""Learn: lessons step by step, a guess before its answer, tasks reached by runs, progress that stays."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.config import DataConfig, RunConfig
from mnist_core.lessons import lessons
from mnist_core.settings import Settings, get_settings
from mnist_core.store import RunRecord, Store
from pages._ui.shell import session

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]
LESSONS = lessons("en", Settings())[0]


@pytest.fixture
def ada(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let every visitor of this test be one and the same."""
    monkeypatch.setattr(session, "owner", lambda: "ada")
    return "ada"


def words(app: AppTest) -> str:
    """Return all that the page says in Markdown."""
    return "\n".join(str(one.value) for one in (*app.markdown, *app.caption, *app.header))


def test_the_list_leads_into_a_lesson_and_back(open_page: OpenPage, ada: str) -> None:
    app = open_page("learn.py")
    assert [lesson.title in words(app) for lesson in LESSONS] == [True] * len(LESSONS)
    app.button(key="lesson_open_softmax").click().run()
    assert "softmax" in app.query_params["lesson"]
    assert app.header[0].value == next(lesson for lesson in LESSONS if lesson.id == "softmax").steps[0].title
    app.button(key="lesson_list").click().run()
    assert "lesson" not in app.query_params
    assert app.title[0].value == "Learn"


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("lesson_id", [lesson.id for lesson in LESSONS])
def test_every_step_of_every_lesson_opens(
    lesson_id: str, language: str, open_page: OpenPage, store: Store, ada: str
) -> None:
    lesson = next(one for one in lessons(language, Settings())[0] if one.id == lesson_id)
    for step in lesson.steps:
        if step.guess is not None:
            store.lessons.keep(ada, lesson.id, step.id, 1)
    app = open_page("learn.py", lesson=lesson_id, lang=language)
    for step in lesson.steps:
        app.query_params["step"] = step.id
        app.run()
        assert not app.exception
        assert not app.error, [error.value for error in app.error]
        assert app.header[0].value == step.title
        assert step.text.strip() in [one.value.strip() for one in app.markdown]


def guessed_step() -> tuple[str, str]:
    """Return the first step with a guess that has one right answer."""
    return next(
        (lesson.id, step.id)
        for lesson in LESSONS
        for step in lesson.steps
        if step.guess is not None and step.guess.answer
    )


def test_what_is_asked_is_shown_after_the_guess_only(open_page: OpenPage, store: Store, ada: str) -> None:
    lesson = LESSONS[0]
    step = next(step for step in lesson.steps if step.guess is not None and step.guess.answer)
    assert step.guess is not None
    app = open_page("learn.py", lesson=lesson.id, step=step.id)
    assert step.guess.why.strip() not in words(app)
    assert app.button(key="lesson_next").disabled
    app.radio(key=f"guess_choice_{lesson.id}_{step.id}").set_value(step.guess.answer).run()
    assert step.guess.why.strip() in words(app)
    assert "**Right!**" in words(app)
    assert not app.button(key="lesson_next").disabled
    assert store.lessons.of(ada)[lesson.id].guesses == {step.id: step.guess.answer}


def test_progress_stays_and_is_shown(open_page: OpenPage, store: Store, ada: str) -> None:
    lesson = LESSONS[0]
    for step in lesson.steps:
        if step.guess is not None:
            store.lessons.keep(ada, lesson.id, step.id, 1)
    app = open_page("learn.py", lesson=lesson.id, step=lesson.steps[0].id)
    for _ in range(3):
        app.button(key="lesson_next").click().run()
    assert app.header[0].value == lesson.steps[3].title
    assert {step.id for step in lesson.steps[:3]} <= store.lessons.of(ada)[lesson.id].done
    again = open_page("learn.py")
    assert f"of {len(lesson.steps)} steps done" in words(again)
    again.button(key=f"lesson_open_{lesson.id}").click().run()
    assert again.header[0].value not in (lesson.steps[0].title, lesson.steps[1].title)


def test_a_task_is_reached_by_a_run_of_one_s_own(
    open_page: OpenPage, finished_run: FinishedRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ada: str
) -> None:
    (tmp_path / "mine.toml").write_text(
        'id = "mine"\nnumber = 9\ntitle = "Mine"\nsummary = "s"\nminutes = 1\nrecipe = "first-network"\n'
        '[[steps]]\nid = "try"\ntitle = "Try"\ntext = "Now you."\n'
        '[[steps.tasks]]\ntext = "Any network on the digits."\nwants = { dataset = "digits" }\n'
    )
    monkeypatch.setenv("MNIST_LAB_LESSONS", str(tmp_path))
    get_settings.cache_clear()
    app = open_page("learn.py", lesson="mine")
    assert "Reached by" not in words(app)
    finished_run(RunConfig(data=DataConfig(dataset="digits")), owner=ada)
    app.run()
    assert "Reached by" in words(app)


def test_what_is_wrong_with_a_lesson_is_said_on_the_page(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.toml").write_text("id = ")
    monkeypatch.setenv("MNIST_LAB_LESSONS", str(tmp_path))
    get_settings.cache_clear()
    app = open_page("learn.py")
    assert "bad.toml" in app.error[0].value
    assert app.button(key="lesson_open_first-network")
