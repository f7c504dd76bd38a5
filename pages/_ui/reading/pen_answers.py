"""Answers to what pens draw, on an address of the server: see `pages._ui.reading.pen`.

What comes is a browser's, so nothing in it is trusted; what the pad knows already is the page's own.
"""

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from mnist_core.drawing import write_canvas
from mnist_core.errors import MnistLabError
from pages._ui.canvas.state import read_objects
from pages._ui.reading.networks import read_from
from pages._ui.reading.pad import Board, Pad, most_a_second, pads
from pages._ui.reading.turns import OF_ONE, Turns
from pages._ui.shell import access
from pages._ui.shell.request_body import body_of

_BODY = 65_536  # bytes: 1,500 points take 20,000
_STROKES, _POINTS = 10, 2_000  # that a page does not know yet
_FARTHEST = 20_000  # pixels from the corner of the canvas, whose side has 560: a pen may leave it


_turns = Turns()


async def answer_pen(request: Request) -> Response:
    """Answer what a network makes of a stroke so far.

    The header ``X-Pen`` has the pad's token, the body ``{"board": number, "strokes": [[x, y, x, y, ...], ...]}``.
    The answer: 200 with what to show; 204 where there is no ink; 409 where the page has another board by now, 404
    without such a page, 403 where its visitor may not see the network, 429 for who asks too often, 422 for nonsense.
    """
    if request.method != "POST":
        return _plain(405)
    pad = pads.get(request.headers.get("x-pen", ""))
    board = None if pad is None else pad.board
    if pad is None or board is None:
        return _plain(404)
    if pad.pace.wait() > 0 or not pad.free.acquire(blocking=False):
        return _plain(429)
    pad.pace.take()
    try:
        try:
            content = json.loads(await body_of(request, _BODY))
            number, strokes = content["board"], _strokes(content["strokes"])
        except (ValueError, TypeError, KeyError, RecursionError, TimeoutError, ClientDisconnect):
            return _plain(422)
        if number != board.number:
            return _plain(409)
        return await asyncio.get_running_loop().run_in_executor(_thread(), _answer, pad, board, strokes)
    finally:
        pad.free.release()


@lru_cache(maxsize=1)
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "pen")  # one: however many draw, the pages keep the rest of the computer


def _answer(pad: Pad, board: Board, strokes: list[npt.NDArray[np.float64]]) -> Response:
    began, began_at = time.thread_time(), time.monotonic()
    answer = _read(board, strokes)
    seconds = time.thread_time() - began
    pad.pace.take(max(0.0, seconds / OF_ONE * most_a_second() - 1))
    rest = _turns.rest(seconds, time.monotonic() - began_at)
    if isinstance(answer, Response):
        return answer
    return JSONResponse(answer | {"rest": round(rest, 3)}, headers={"Cache-Control": "no-store"})


def _read(board: Board, strokes: list[npt.NDArray[np.float64]]) -> dict[str, Any] | Response:
    """Return what to show, or why there is nothing."""
    try:
        record = access.look_up(board.run_id, board.visitor)
    except MnistLabError:
        return _plain(403)
    many = len(strokes)
    new = write_canvas(strokes, board.width, [board.shade] * many, [board.fill] * many)["objects"]
    try:
        drawn = read_objects([*board.objects, *new], board.reader)
        if drawn is None:
            return _plain(204)
        reading = read_from(record, drawn.parts, board.sureness)
    except MnistLabError:
        return _plain(422)
    last = len(drawn.drawing.strokes) - 1
    at = next((n for n, answer in enumerate(reading.answers) if last in answer.strokes), 0)
    return {
        "words": "  /  ".join(reading.lines) + ("" if reading.sure else "?"),
        "row": [round(float(share), 4) for share in reading.answers[at].row],
        "part": at + 1 if len(reading.answers) > 1 else None,
    }


def _strokes(sent: Any) -> list[npt.NDArray[np.float64]]:
    """Return strokes of shape (n, 2); raises `ValueError` for what is none."""
    if not isinstance(sent, list) or not 0 < len(sent) <= _STROKES:
        raise ValueError
    if any(not isinstance(line, list) or not line or len(line) % 2 for line in sent):
        raise ValueError
    numbers = [number for line in sent for number in line]
    if len(numbers) > 2 * _POINTS or any(type(number) not in (int, float) for number in numbers):
        raise ValueError
    if not all(abs(number) <= _FARTHEST for number in numbers):  # NaN compares as false
        raise ValueError
    return [np.array(line, dtype=np.float64).reshape(-1, 2) for line in sent]


def _plain(status: int) -> Response:
    headers = {"Retry-After": "1"} if status == 429 else {}
    return Response(status_code=204) if status == 204 else PlainTextResponse("", status, headers)
