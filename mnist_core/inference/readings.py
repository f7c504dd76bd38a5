"""What a network says to the digits of a picture or drawing, one by one and as a whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.drawing import Part
from mnist_core.text.sentences import English, english

Images = npt.NDArray[np.uint8]
Probabilities = npt.NDArray[np.float32]
Predict = Callable[[Images], Probabilities]
_RANKED = 3


@dataclass(frozen=True, kw_only=True)
class Answer(Part):
    """What a network says to one part.

    Attributes
    ----------
    classes : tuple of str
        The names of all classes.
    row : ndarray of shape (classes,), float32
        Their probabilities.
    sure : bool
        Whether the most probable one is so probable that it may be given as an answer.
    """

    classes: tuple[str, ...]
    row: Probabilities
    sure: bool

    @property
    def label(self) -> int:
        """Number of the most probable class; the first one of several."""
        return int(self.row.argmax())

    @property
    def name(self) -> str:
        """Its name."""
        return self.classes[self.label]

    @property
    def probability(self) -> float:
        """Its probability, 0 to 1."""
        return float(self.row[self.label])

    @property
    def probabilities(self) -> dict[str, float]:
        """Of all classes by name."""
        return dict(zip(self.classes, self.row.tolist(), strict=True))

    @property
    def ranked(self) -> tuple[tuple[str, float], ...]:
        """The three most probable classes with their probabilities, the most probable first."""
        best = np.argsort(-self.row, kind="stable")[:_RANKED]
        return tuple((self.classes[label], float(self.row[label])) for label in best)


@dataclass(frozen=True)
class Reading:
    """What a network says to a whole picture or drawing.

    Attributes
    ----------
    answers : tuple of Answer
        One for each digit in the order in which one reads them, or one for a piece of clothing; at least one.
    """

    answers: tuple[Answer, ...]

    @property
    def sure(self) -> bool:
        """Whether the network is sure of every part."""
        return all(answer.sure for answer in self.answers)

    @property
    def least(self) -> float:
        """Probability of the answer that the network is least sure of."""
        return min(answer.probability for answer in self.answers)

    @property
    def lines(self) -> list[str]:
        """The numbers as they stand there, line by line: ``["12 34", "567"]``."""
        lines: list[str] = []
        for answer in self.answers:
            if answer.line == len(lines):
                lines.append(answer.name)
            else:
                lines[-1] += (" " if answer.after_gap else "") + answer.name
        return lines

    @property
    def words(self) -> str:
        """All of it in one line: ``"12 34 567"``."""
        return " ".join(self.lines)

    def in_a_line(self, t: English = english) -> str:
        """Return the reading with how sure it is, for a terminal: ``"42 (2 digits, the least sure one 61.0%)"``."""
        if len(self.answers) > 1:
            words = t("{n} digits, the least sure one {share:.1%}", n=len(self.answers), share=self.least)
        else:
            words = t.number(self.least, ".1%")
        return f"{' / '.join(map(t, self.lines))} ({words if self.sure else t('{sureness}, not sure', sureness=words)})"

    def as_json(self) -> dict[str, Any]:
        """Return what programs are told: "reading", and "digits" with a box each (pieces of clothing, too)."""
        digits = [
            {"answer": answer.name, "probability": answer.probability, "sure": answer.sure, "box": answer.box}
            for answer in self.answers
        ]
        return {"reading": self.words, "digits": digits}


def read_parts(parts: Sequence[Part], predict: Predict, classes: Sequence[str], sure_from: float) -> Reading:
    """Return what a network says to the parts of a picture or drawing.

    Parameters
    ----------
    parts : sequence of Part
        At least one.
    predict : callable
        Takes images of shape (n, 28, 28), uint8, and returns probabilities of shape (n, classes).
    classes : sequence of str
    sure_from : float
        The least probability of a sure answer; infinite for a network that may never be sure.
    """
    rows = predict(np.stack([part.image for part in parts]))
    return Reading(tuple(answer_to(part, row, classes, sure_from) for part, row in zip(parts, rows, strict=True)))


def answer_to(part: Part, row: Probabilities, classes: Sequence[str], sure_from: float) -> Answer:
    """Return the answer that probabilities of shape (classes,) give; see `read_parts`."""
    return Answer(**vars(part), classes=tuple(classes), row=row, sure=float(row.max()) >= sure_from)


def error_as_json(error: Exception) -> dict[str, Any]:
    """Return what programs are told of a picture that can't be read: why, in words."""
    return {"reading": None, "digits": [], "error": str(error)}
