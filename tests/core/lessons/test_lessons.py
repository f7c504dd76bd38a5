"""Lessons are read from files, in the reader's language, and say what is wrong with them."""

from pathlib import Path

import pytest

from mnist_core.config.recipes import RECIPES
from mnist_core.errors import LessonError
from mnist_core.lessons import Lesson, lessons, read_lesson
from mnist_core.settings import Settings
from mnist_core.text import languages

CONTENT = Path(__file__).parents[3] / "mnist_core" / "lessons" / "content"
ORDER = ["first-network", "feedforward", "softmax", "clothes", "convolutions", "handwriting"]
SMALL = """
id = "mine"
number = 7
title = "Mine"
summary = "A small one."
minutes = 5
recipe = "first-network"

[[steps]]
id = "one"
title = "One"
text = "Words."
"""


def own(folder: Path, name: str, text: str) -> Settings:
    """Return settings with a lesson of a teacher's own."""
    (folder / name).write_text(text, encoding="utf-8")
    return Settings(lessons=folder)


@pytest.mark.parametrize("language", languages())
def test_the_lessons_come_in_their_order_in_every_language(language: str) -> None:
    found, problems = lessons(language, Settings())
    assert problems == ()
    assert [lesson.id for lesson in found] == ORDER
    assert [lesson.number for lesson in found] == [1, 2, 3, 4, 5, 6]
    assert all(len(lesson.steps) >= 8 for lesson in found)


def skeleton(lesson: Lesson) -> object:
    """Return all of a lesson but its words."""
    return (
        lesson.id,
        lesson.number,
        lesson.minutes,
        lesson.recipe,
        [
            (
                step.id,
                step.console,
                step.view,
                step.dataset,
                step.recipe,
                step.image,
                bool(step.code),
                step.guess and (len(step.guess.options), step.guess.answer),
                [(task.level, task.wants) for task in step.tasks],
            )
            for step in lesson.steps
        ],
    )


@pytest.mark.parametrize("lesson_id", ORDER)
def test_a_lesson_is_the_same_in_every_language_but_for_its_words(lesson_id: str) -> None:
    files = sorted(CONTENT.glob(f"{lesson_id}.*.toml"))
    assert {path.name.split(".")[1] for path in files} >= {"en", "ko"}
    versions = [read_lesson(path.read_text(encoding="utf-8"), path.name) for path in files]
    assert all(skeleton(version) == skeleton(versions[0]) for version in versions)
    words = [{step.text for step in version.steps} for version in versions]
    assert not words[0] & words[1], "a step says the same in both languages"


def test_every_tutorial_s_recipe_has_its_lesson() -> None:
    found, _ = lessons("en", Settings())
    about = {lesson.recipe for lesson in found} | {step.recipe for lesson in found for step in lesson.steps}
    assert about >= {"first-network", "feedforward-64", "softmax-only", "logistic-sgd", "fashion-dropout"}
    assert about - {None} <= set(RECIPES)


def test_a_teacher_s_lesson_comes_after_and_takes_the_place_of_one_with_its_id(tmp_path: Path) -> None:
    settings = own(tmp_path, "mine.toml", SMALL)
    assert [lesson.id for lesson in lessons("ko", settings)[0]] == [*ORDER, "mine"]
    settings = own(tmp_path, "mine.toml", SMALL.replace('"mine"', '"clothes"').replace("number = 7", "number = 4"))
    found = lessons("en", settings)[0]
    assert [lesson.title for lesson in found if lesson.id == "clothes"] == ["Mine"]


def test_a_lesson_is_read_in_the_reader_s_language_or_in_english(tmp_path: Path) -> None:
    own(tmp_path, "mine.en.toml", SMALL)
    settings = own(tmp_path, "mine.ko.toml", SMALL.replace("Mine", "내 수업"))
    assert lessons("ko", settings)[0][-1].title == "내 수업"
    assert lessons("de", settings)[0][-1].title == "Mine"


def test_a_new_version_of_a_file_is_seen(tmp_path: Path) -> None:
    settings = own(tmp_path, "mine.toml", SMALL)
    assert lessons("en", settings)[0][-1].title == "Mine"
    own(tmp_path, "mine.toml", SMALL.replace("Mine", "Another title"))
    assert lessons("en", settings)[0][-1].title == "Another title"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('recipe = "first-network"', 'recipe = "nonsense"', "recipe"),
        ("minutes = 5", "", "minutes"),
        ('title = "One"', 'titel = "One"', "steps.1.title"),
        ('text = "Words."', 'text = "Words."\nview = "nothing"', "steps.1.view"),
        ('text = "Words."', 'text = "Words."\nconsole = ["import os"]', "import os"),
        ('text = "Words."', 'text = "Words."\n[[steps]]\nid = "one"\ntitle = "x"\ntext = "x"', "two steps"),
        ('id = "mine"', "id = ", "mine.toml"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, says: str, tmp_path: Path) -> None:
    found, problems = lessons("en", own(tmp_path, "mine.toml", SMALL.replace(old, new, 1)))
    assert [lesson.id for lesson in found] == ORDER
    assert len(problems) == 1
    assert says in str(problems[0])


HOSTILE = {
    "a long number": "number = " + "9" * 5000,
    "lists in lists": "number = " + "[" * 100_000,
    "groups in groups": "number = " + "{a = " * 100_000,
    "a long name": ".".join("a" * 20_000) + " = 7",
    "a long quoted name": "number = { " + '"a b" . ' * 20_000 + "a = 7 }",
    "a large file": "number = 7 #" + "x" * 500_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_that_would_cost_much_is_refused_in_words(kind: str, tmp_path: Path) -> None:
    found, problems = lessons("en", own(tmp_path, "mine.toml", SMALL.replace("number = 7", HOSTILE[kind])))
    assert [lesson.id for lesson in found] == ORDER
    assert "mine.toml" in str(problems[0])
    assert len(str(problems[0])) < 300


def test_a_folder_that_is_gone_is_no_lesson(tmp_path: Path) -> None:
    found, problems = lessons("en", Settings(lessons=tmp_path / "gone"))
    assert len(found) == len(ORDER)
    assert "MNIST_LAB_LESSONS" in str(problems[0])


def test_a_guess_has_its_answer_among_the_options() -> None:
    guess = '\n[steps.guess]\nquestion = "?"\noptions = ["a", "b"]\nanswer = 3\nwhy = "so"\n'
    with pytest.raises(LessonError, match="answer = 3"):
        read_lesson(SMALL + guess, "mine.toml")
