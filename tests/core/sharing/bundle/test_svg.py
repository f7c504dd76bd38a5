import re
from xml.etree import ElementTree

import pytest

from mnist_core.sharing.bundle.svg import HEIGHT, WIDTH, line_chart, ticks


@pytest.mark.parametrize(
    ("low", "high", "whole"), [(0, 1, False), (0.123, 0.124, False), (1, 1, True), (1, 200, True), (5, 5, False)]
)
def test_marks_are_few_even_and_include_both_ends(low, high, whole):
    marks = ticks(low, high, 5, whole=whole)
    assert 2 <= len(marks) <= 8
    assert marks[0] <= low
    assert marks[-1] >= high
    steps = [after - before for before, after in zip(marks[:-1], marks[1:], strict=True)]
    assert max(steps) == pytest.approx(min(steps))
    if whole:
        assert all(mark == int(mark) for mark in marks)


def test_a_chart_is_well_formed_and_stays_inside():
    points = [(float(epoch), 2.0 / epoch) for epoch in range(1, 9)]
    curves = [("train", "a < b", points), ("valid", "c", points[:1]), ("test", "d", points[-1:])]
    text = line_chart(curves, "epoch", 'say "x" & <y>')
    tree = ElementTree.fromstring(text)
    assert tree.get("aria-label") == 'say "x" & <y>'
    for line in re.findall(r'points="([^"]+)"', text):
        for pair in line.split():
            x, y = map(float, pair.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT
    assert text.count("<polyline") == 1
    symbols = re.findall(r'<path class="(\w+)" d="M[\d.]+ [\d.]+(\w[^"]+)"', text)
    assert len(symbols) == 10
    assert len({symbol for _, symbol in symbols}) == 3, "training, validation and test have symbols of their own"
