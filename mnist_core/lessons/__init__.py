"""Lessons: the tutorials that MNIST Lab grew from, in steps, and those of teachers.

A lesson is a file (`lesson`), read in the reader's language (`library`). What Python answers to its lines is computed
on the real arrays without running them (`console`), what Keras prints of a run
in its own form (`printed`); its tasks are checked by the reader's own runs (`tasks`).
"""

from mnist_core.lessons.console import answer
from mnist_core.lessons.lesson import Guess, Lesson, LessonStep, LessonTask, Wanted, read_lesson
from mnist_core.lessons.library import lessons
from mnist_core.lessons.printed import epoch_log, evaluation
from mnist_core.lessons.tasks import best_attempt, is_met
from mnist_core.lessons.worked import CrossEntropy, binary, categorical

__all__ = [
    "CrossEntropy",
    "Guess",
    "Lesson",
    "LessonStep",
    "LessonTask",
    "Wanted",
    "answer",
    "best_attempt",
    "binary",
    "categorical",
    "epoch_log",
    "evaluation",
    "is_met",
    "lessons",
    "read_lesson",
]
