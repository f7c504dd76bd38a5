"""Learn: lessons step by step, a guess before its answer, tasks reached by runs, progress that stays."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.config import DataConfig, RunConfig
from mnist_core.lessons import lessons
from mnist_core.models.speed import resolved
from mnist_core.settings import Settings, get_settings
from mnist_core.store import RunError, RunRecord, RunState, Store
from mnist_core.system.processes import own_process
from pages._ui.learn import training
from pages._ui.one_run import runs
from pages._ui.shell import session

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]
LESSONS = lessons("en", Settings())[0]


@pytest.fixture
def ada(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let every visitor of this test be one and the same."""
    monkeypatch.setattr(session, "owner", lambda: "ada")
    return "ada"


@pytest.fixture
def write_lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that writes the steps of the lesson "mine" into a teacher's folder."""
    monkeypatch.setenv("MNIST_LAB_LESSONS", str(tmp_path))
    get_settings.cache_clear()

    def written(steps: str) -> None:
        head = 'id = "mine"\nnumber = 9\ntitle = "Mine"\nsummary = "s"\nminutes = 1\nrecipe = "first-network"\n'
        (tmp_path / "mine.toml").write_text(head + steps)

    return written


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
    app.button(key=f"guess_choice_{lesson.id}_{step.id}_{step.guess.answer}").click().run()
    assert step.guess.why.strip() in words(app)
    assert "**Right!**" in words(app)
    assert not app.button(key="lesson_next").disabled
    assert store.lessons.of(ada)[lesson.id].guesses == {step.id: step.guess.answer}


def test_an_option_reads_the_same_before_and_after_the_guess(
    open_page: OpenPage, store: Store, write_lesson: Callable[[str], None], ada: str
) -> None:
    write_lesson(
        '[[steps]]\nid = "one"\ntitle = "One"\ntext = "How many?"\n'
        '[steps.guess]\nquestion = "?"\noptions = ["3 * 3 * 32", "9"]\nanswer = 1\nwhy = "So."\n'
    )
    app = open_page("learn.py", lesson="mine")
    assert app.button(key="guess_choice_mine_one_1").label == r"3 \* 3 \* 32"
    store.lessons.keep(ada, "mine", "one", 1)
    app.run()
    assert r"3 \* 3 \* 32" in words(app)


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
    open_page: OpenPage, finished_run: FinishedRun, write_lesson: Callable[[str], None], ada: str
) -> None:
    write_lesson(
        '[[steps]]\nid = "try"\ntitle = "Try"\ntext = "Now you."\n'
        '[[steps.tasks]]\ntext = "Any network on the digits."\nwants = { dataset = "digits" }\n'
    )
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


TRAINS = next((lesson.id, step.id) for lesson in LESSONS for step in lesson.steps if step.view == "train")


@pytest.fixture
def begun(store: Store, ada: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the page begin runs that nobody trains; return their ids."""
    ids: list[str] = []

    store.lessons.keep(ada, *TRAINS, 1)

    def start(config: RunConfig, recipe_id: str, name: str) -> str:
        ids.append(store.new_runs.create(resolved(config, get_settings()), name, owner=ada, recipe=recipe_id))
        assert store.queue.claim(ids[-1], own_process())
        return ids[-1]

    monkeypatch.setattr(runs, "start", start)
    return ids


def test_why_a_training_failed_is_said(open_page: OpenPage, store: Store, begun: list[str]) -> None:
    app = open_page("learn.py", lesson=TRAINS[0], step=TRAINS[1])
    app.button(key="lesson_train").click().run()
    assert not [button for button in app.button if button.key == "lesson_train"]
    assert store.queue.finish(
        begun[0], RunState.FAILED, error=RunError(code="worker", template="It had no memory left.")
    )
    app.run()
    assert "It had no memory left." in app.error[0].value
    assert app.button(key="lesson_train")


def test_what_is_over_is_not_looked_at_again_and_again(
    open_page: OpenPage, finished_run: FinishedRun, store: Store, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.lessons.keep(ada, *TRAINS, 1)
    record = finished_run(owner=ada)
    monkeypatch.setattr(runs, "start", lambda *_, **__: record.id)
    monkeypatch.setattr(training, "run_of", lambda _: record)
    paces: list[float | None] = []
    fragment = training.st.fragment

    def noticed(body: Callable[..., None] | None = None, *, run_every: float | None = None) -> Callable[..., None]:
        if body is not None:
            paces.append(run_every)
        return fragment(body)

    monkeypatch.setattr(training.st, "fragment", noticed)
    app = open_page("learn.py", lesson=TRAINS[0], step=TRAINS[1])
    assert paces == []
    app.button(key="lesson_train").click().run()
    assert paces == [training._PACE], "played again"
    app.button(key="lesson_skip").click().run()
    assert paces[-1] is None
    assert not [button for button in app.button if button.key == "lesson_skip"]


def test_the_end_of_a_training_shows_the_whole_step_anew(
    finished_run: FinishedRun, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Again(BaseException): ...

    def again() -> None:
        raise Again

    record = finished_run(owner=ada)
    monkeypatch.setattr(training.st, "rerun", again)
    with pytest.raises(Again):
        training._learning(replace(record, state=RunState.RUNNING), "softmax-only", False)
