"""Charts are drawn once for all who see the same numbers, and pictures are written once."""

import base64
import io
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_core.datasets import Dataset
from mnist_core.store import RunRecord, Store
from pages._ui.judged import matrix
from pages._ui.parts.gallery import data_url
from tests.pages.charts import charts_of

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list that gets each matrix that is drawn."""
    seen: list[Any] = []
    draw = matrix.confusion_figure

    @wraps(draw)
    def counting(shown: Any, *values: Any, **more: Any) -> Any:
        seen.append(shown)
        return draw(shown, *values, **more)

    monkeypatch.setattr(matrix, "confusion_figure", counting)
    return seen


def test_a_chart_is_drawn_once_for_all_visitors_and_anew_for_other_numbers(
    open_page: OpenPage, finished_run: FinishedRun, store: Store, digits: Dataset, drawn: list[Any]
) -> None:
    first, second = finished_run(name="first"), finished_run(name="second")
    answers = np.roll(np.eye(10)[digits.y_test], int(first.id[-1], 16) % 9 + 1, axis=1)  # numbers of no other test
    store.files(first.id).write_probabilities({"test": answers})
    store.files(second.id).write_probabilities({"test": np.eye(10)[digits.y_test]})
    shown = [charts_of(open_page("evaluate.py", run=run.id))[0]["figure"] for run in (first, first, second)]
    assert shown[0] == shown[1] != shown[2]
    assert sum(matrix.right == 0 for matrix in drawn) <= 1


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 3), (60, 100)])
def test_a_picture_in_an_address_is_the_picture(shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    for shown in (image, image[::-1], image):  # the second is no copy in memory of the first
        written = Image.open(io.BytesIO(base64.b64decode(data_url(shown).partition(",")[2])))
        assert np.array_equal(np.asarray(written), shown)
