"""Which lessons there are, in the reader's language."""

from collections import defaultdict
from functools import lru_cache
from pathlib import Path

from mnist_core.errors import LessonError
from mnist_core.lessons.lesson import MOST_BYTES, Lesson, read_lesson, too_large
from mnist_core.settings import Settings
from mnist_core.text import SOURCE_LANGUAGE

_OWN = Path(__file__).parent / "content"
_MOST = 200  # files of a folder


def lessons(language: str, settings: Settings) -> tuple[tuple[Lesson, ...], tuple[LessonError, ...]]:
    """Return all lessons in their order, and what is wrong with those of the teacher's folder.

    A lesson that is not written in this language comes in English, or else in the first language that it has. A file
    is called ``NAME.LANGUAGE.toml``; without a language it is English.
    """
    found = list(_read(_OWN, _stamp(_OWN), language)[0])
    problems: tuple[LessonError, ...] = ()
    if settings.lessons is not None:
        own, problems = _read(settings.lessons, _stamp(settings.lessons), language)
        if not settings.lessons.is_dir():
            problems = (LessonError("The folder of lessons is not there. Look at MNIST_LAB_LESSONS."),)
        known = {lesson.id for lesson in own}
        found = [lesson for lesson in found if lesson.id not in known] + list(own)
    return tuple(sorted(found, key=lambda lesson: lesson.number)), problems


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what changes where a file does: a teacher sees a new version without a restart."""
    try:
        files = sorted(folder.glob("*.toml"))[:_MOST]
        return tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files)
    except OSError:
        return ()


@lru_cache(maxsize=32)
def _read(
    folder: Path, stamp: tuple[tuple[str, int, int], ...], language: str
) -> tuple[tuple[Lesson, ...], tuple[LessonError, ...]]:
    by_id: dict[str, dict[str, Lesson]] = defaultdict(dict)
    problems = []
    for name, _, size in stamp:
        parts = name.removesuffix(".toml").rsplit(".", 1)
        try:
            if size > MOST_BYTES:
                raise too_large(name)
            lesson = read_lesson((folder / name).read_text(encoding="utf-8"), name)
        except LessonError as error:
            problems.append(error)
        except (OSError, UnicodeDecodeError) as error:
            problems.append(LessonError("The lesson {name} can't be read: {why}.", name=name, why=str(error)))
        else:
            by_id[lesson.id][parts[1] if len(parts) > 1 else SOURCE_LANGUAGE] = lesson
    chosen = (
        versions.get(language) or versions.get(language.split("_")[0]) or versions.get(SOURCE_LANGUAGE) or first
        for versions in by_id.values()
        for first in [next(iter(versions.values()))]
    )
    return tuple(chosen), tuple(problems)
