"""Points that come while somebody draws: read as the canvas's strokes are, and what is not allowed is refused."""

import gc
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from starlette.requests import Request
from starlette.responses import Response
from streamlit.testing.v1 import AppTest

from mnist_core.config import DataConfig, Dense, NetworkConfig, RunConfig
from mnist_core.drawing import prepare_parts, read_canvas, write_canvas
from mnist_core.inference import open_classifier
from mnist_core.store import RunRecord, Store, Visitor
from mnist_core.system.buckets import Bucket
from pages._ui.reading.pad import Pad, pads
from pages._ui.reading.pen_answers import answer_pen
from pages._ui.reading.turns import Turns
from tests.pages.test_pages import words
from tests.sockets import in_a_loop

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]
# In pixels of the canvas, which has 560 a side.
LINE = [280.0, 120.0, 280.0, 300.0, 278.0, 440.0]
BESIDE = [80.0, 120.0, 82.0, 300.0, 80.0, 440.0]
CLOTHES = RunConfig(data=DataConfig(dataset="fashion_mnist"), model=NetworkConfig(layers=(Dense(units=8),)))


def pad_of(app: AppTest) -> Pad:
    pad: Pad = app.session_state["pad"]
    return pad


def sent(body: bytes, token: str) -> Response:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {"type": "http", "method": "POST", "path": "/lab/pen", "headers": [(b"x-pen", token.encode())]}
    return in_a_loop(answer_pen(Request(scope, receive)))  # type: ignore[arg-type]


def ask(app: AppTest, *strokes: Any, **more: Any) -> Response:
    pad = pad_of(app)
    content = {"board": pad.board.number if pad.board else 0, "strokes": list(strokes)} | more
    return sent(json.dumps(content).encode(), pad.token)


def said(response: Response) -> dict[str, Any]:
    assert response.status_code == 200, response.status_code
    answer: dict[str, Any] = json.loads(bytes(response.body))
    return answer


def drawn(*strokes: list[float], shade: int = 255, pen: int = 36) -> dict[str, Any]:
    """Return what the canvas sends once these strokes are drawn."""
    points = [np.reshape(stroke, (-1, 2)) for stroke in strokes]
    return {"drawing": {"raw": write_canvas(points, pen, [shade] * len(points)), "data": None}}


def expected(store: Store, run: RunRecord, content: dict[str, Any], part: int = 0) -> list[float]:
    """Return the probabilities of what is on a canvas, without the page."""
    drawing = read_canvas(content["drawing"]["raw"], 560).scaled(0.5)
    image = prepare_parts(drawing, 280, run.config.spec.kind.reader)[part].image
    row = open_classifier(store.files(run.id)).predict(image[None])[0]
    return [round(float(share), 4) for share in row]


def test_the_answer_with_the_pen_is_the_page_s_answer_to_the_same_stroke(
    open_page: OpenPage, finished_run: FinishedRun, store: Store
) -> None:
    run = finished_run()
    app = open_page("draw.py")
    live = said(ask(app, LINE))
    assert live["row"] == expected(store, run, drawn(LINE))
    assert live["part"] is None
    app.session_state["canvas_digits_0"] = drawn(LINE)
    app.run()
    assert f'data-best="{live["words"].rstrip("?")}"' in words(app)


def test_what_the_page_knows_already_counts_and_the_bars_are_those_under_the_pen(
    open_page: OpenPage, finished_run: FinishedRun, store: Store
) -> None:
    run = finished_run()
    app = open_page("draw.py")
    app.session_state["canvas_digits_0"] = drawn(LINE)
    app.run()
    live = said(ask(app, BESIDE))  # left of the first: the first digit as one reads
    assert live["part"] == 1
    assert live["row"] == expected(store, run, drawn(LINE, BESIDE), part=0)
    both = said(ask(app, BESIDE, [500.0, 120.0, 500.0, 440.0]))  # a stroke that the page does not know yet
    assert both["part"] == 3
    assert len(re.sub(r"\W", "", both["words"])) == 3


@pytest.mark.parametrize("fill", [False, True])
def test_tools_for_clothes_draw_as_they_do_on_the_canvas(
    open_page: OpenPage, finished_run: FinishedRun, store: Store, fill: bool
) -> None:
    run = finished_run(CLOTHES.with_settings({"validation_split": 0.0}))
    app = open_page("draw.py")
    app.selectbox(key="draw_shade").set_value(96).run()
    app.segmented_control(key="draw_tool").set_value("fill" if fill else "pen").run()
    outline = [120.0, 120.0, 440.0, 120.0, 440.0, 440.0, 120.0, 440.0, 120.0, 120.0]
    live = said(ask(app, outline))
    points = [np.reshape(outline, (-1, 2))]
    content = {"drawing": {"raw": write_canvas(points, 8 if fill else 36, [96], [fill])}}
    assert live["row"] == expected(store, run, content)


def test_what_is_all_erased_or_outside_has_no_answer(open_page: OpenPage, finished_run: FinishedRun) -> None:
    finished_run(CLOTHES.with_settings({"validation_split": 0.0}))
    app = open_page("draw.py")
    app.selectbox(key="draw_shade").set_value(0).run()
    assert ask(app, LINE).status_code == 204
    assert ask(app, [-50.0, -50.0, -10.0, -10.0]).status_code == 204


def test_points_for_another_drawing_or_network_are_not_answered(open_page: OpenPage, finished_run: FinishedRun) -> None:
    first, second = finished_run(name="one"), finished_run(name="other")
    app = open_page("draw.py", run=first.id)
    number = pad_of(app).board.number  # type: ignore[union-attr]
    app.run()
    assert ask(app, LINE, board=number).status_code == 200  # nothing has changed
    app.selectbox(key="draw_run").set_value(second.id).run()
    assert ask(app, LINE, board=number).status_code == 409
    number = pad_of(app).board.number  # type: ignore[union-attr]
    app.session_state["canvas_digits_0"] = drawn(LINE)
    app.run()
    assert ask(app, BESIDE, board=number).status_code == 409


def test_a_network_that_the_visitor_may_not_see_any_more_says_nothing(
    open_page: OpenPage, finished_run: FinishedRun, store: Store
) -> None:
    run = finished_run(owner="ada")
    app = open_page("draw.py")
    assert ask(app, LINE).status_code == 200
    store.runs.set_shared(run.id, False, Visitor("ada"))
    assert ask(app, LINE).status_code == 403


def test_nobody_is_answered_without_an_open_page(open_page: OpenPage, finished_run: FinishedRun) -> None:
    finished_run()
    app = open_page("draw.py")
    token = pad_of(app).token
    body = json.dumps({"board": 1, "strokes": [LINE]}).encode()
    assert [sent(body, guess).status_code for guess in ("", "x", token[:-1], token + "x")] == [404] * 4
    del app
    gc.collect()
    assert token not in pads  # it was the session's


HOSTILE: dict[str, bytes] = {
    "no JSON": b"points",
    "no object": b"[]",
    "no strokes": b'{"board": 1}',
    "empty": b'{"board": 1, "strokes": []}',
    "an empty stroke": b'{"board": 1, "strokes": [[]]}',
    "half a point": b'{"board": 1, "strokes": [[1, 2, 3]]}',
    "words": b'{"board": 1, "strokes": [["1", "2"]]}',
    "true": b'{"board": 1, "strokes": [[true, false]]}',
    "no number": b'{"board": 1, "strokes": [[NaN, 1]]}',
    "endless": b'{"board": 1, "strokes": [[Infinity, 1]]}',
    "far away": b'{"board": 1, "strokes": [[1e9, 1]]}',
    "a huge integer": b'{"board": 1, "strokes": [[1' + b"0" * 400 + b", 1]]}",
    "deep": b'{"board": 1, "strokes": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "many strokes": json.dumps({"board": 1, "strokes": [LINE] * 11}).encode(),
    "many points": json.dumps({"board": 1, "strokes": [[1, 2] * 2001]}).encode(),
    "many bytes": b'{"board": 1, "strokes": [[1, 2]], "more": "' + b"x" * 70_000 + b'"}',
}


def test_what_is_no_stroke_is_refused_and_does_no_harm(open_page: OpenPage, finished_run: FinishedRun) -> None:
    finished_run()
    app = open_page("draw.py")
    found = {name: sent(body, pad_of(app).token).status_code for name, body in HOSTILE.items()}
    assert found == dict.fromkeys(HOSTILE, 422)
    assert ask(app, LINE).status_code == 200


def test_who_asks_faster_than_pages_may_is_refused(open_page: OpenPage, finished_run: FinishedRun) -> None:
    finished_run()
    app = open_page("draw.py")
    pad_of(app).pace = Bucket(0.001, 20)
    assert [ask(app, LINE, board=-1).status_code for _ in range(30)] == [409] * 20 + [429] * 10


def test_who_has_a_drawing_that_takes_long_gets_a_quarter_of_a_processor(
    open_page: OpenPage, finished_run: FinishedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished_run()
    app = open_page("draw.py")
    monkeypatch.setattr("pages._ui.reading.pen_answers.OF_ONE", 1e-4)  # so that this one does
    assert ask(app, LINE).status_code == 200
    assert ask(app, LINE).status_code == 429


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return what the pens' clock says, in seconds."""
    now = [100.0]
    monkeypatch.setattr("pages._ui.reading.turns.time.monotonic", lambda: now[0])
    return now


def answers_a_second(pens: int, clock: list[float], seconds: float, passed: float) -> float:
    """Return how many answers pens get that ask as soon as they may, 20 times a second at most."""
    turns, due, answers = Turns(), [clock[0] + n / 1000 for n in range(pens)], 0
    end = clock[0] + 20
    while (at := min(due)) < end:
        clock[0] = max(clock[0], at) + passed
        due[due.index(at)] = clock[0] + max(turns.rest(seconds, passed), 0.05)
        answers += 1
    return answers / 20


def test_one_pen_has_all_the_answers_it_can_use(clock: list[float]) -> None:
    assert answers_a_second(1, clock, 0.003, 0.004) > 18
    assert Turns().rest(0.1, 0.1) == pytest.approx(0.4)  # unless its drawing takes long: a quarter of a processor


def test_many_pens_share_half_of_a_processor_and_use_all_of_it(clock: list[float]) -> None:
    assert answers_a_second(30, clock, 0.003, 0.004) == pytest.approx(0.5 / 0.004, rel=0.1)


def test_on_a_computer_with_other_work_pens_ask_less_often_instead_of_queueing(clock: list[float]) -> None:
    assert answers_a_second(30, clock, 0.003, 0.02) == pytest.approx(1 / 0.02, rel=0.1)


def test_a_pen_that_comes_when_others_rest_does_not_wait_for_them(clock: list[float]) -> None:
    turns = Turns()
    assert max(turns.rest(0.003, 0.003) for _ in range(30)) > 0.2
    clock[0] += 1
    assert turns.rest(0.003, 0.003) < 0.02
