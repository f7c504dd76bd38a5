"""Answers to the parts of a picture: the three best, whether it is sure, and all of them as a number."""

import numpy as np
import pytest

from mnist_core.drawing import Part
from mnist_core.inference import Reading, answer_to, read_parts

NAMES = ("shirt", "coat", "bag", "boot", "dress")
ROW = np.float32([0.05, 0.6, 0.0, 0.3, 0.05])


def part(**place):
    return Part(image=np.zeros((28, 28), np.uint8), steps=(), **place)


def read(digits, places, sure_from=0.9, share=0.95):
    """Return the reading of a network that says so of parts at these places, each as sure."""
    rows = np.full((len(digits), 10), (1 - share) / 9, np.float32)
    rows[np.arange(len(digits)), digits] = share
    return read_parts([part(**place) for place in places], lambda images: rows, "0123456789", sure_from)


def test_the_three_most_probable_classes_come_in_their_order():
    answer = answer_to(part(box=(1, 2, 3, 4)), ROW, NAMES, 0.5)
    assert [name for name, _ in answer.ranked] == ["coat", "boot", "shirt"]
    assert [share for _, share in answer.ranked] == pytest.approx([0.6, 0.3, 0.05])
    assert (answer.label, answer.name, answer.probability) == (1, "coat", pytest.approx(0.6))
    assert list(answer.probabilities) == list(NAMES)
    assert answer.box == (1, 2, 3, 4)


@pytest.mark.parametrize(("sure_from", "sure"), [(0.5, True), (0.7, False), (np.inf, False)])
def test_below_the_least_confidence_it_is_not_sure(sure_from, sure):
    assert answer_to(part(), ROW, NAMES, sure_from).sure is sure


def test_of_classes_that_are_as_probable_the_first_one_is_the_answer():
    answer = answer_to(part(), np.float32([0.1, 0.4, 0.4, 0.05, 0.05]), NAMES, 0.5)
    assert (answer.name, answer.ranked[0][0], answer.ranked[1][0]) == ("coat", "coat", "bag")


def test_digits_become_numbers_and_lines_as_they_stand():
    places = [{}, {}, {"after_gap": True}, {"line": 1}, {"line": 1}]
    reading = read([1, 2, 3, 4, 5], places)
    assert reading.lines == ["12 3", "45"]
    assert reading.words == "12 3 45"
    assert reading.as_json()["reading"] == "12 3 45"
    assert reading.in_a_line() == "12 3 / 45 (5 digits, the least sure one 95.0%)"


def test_a_whole_is_as_sure_as_its_least_sure_digit():
    reading = Reading((*read([4], [{}]).answers, *read([2], [{}], share=0.6).answers))
    assert not reading.sure
    assert reading.least == pytest.approx(0.6)
    assert reading.in_a_line() == "42 (2 digits, the least sure one 60.0%, not sure)"
    assert [digit["sure"] for digit in reading.as_json()["digits"]] == [True, False]
    assert read([7], [{}], share=0.6).in_a_line() == "7 (60.0%, not sure)"
