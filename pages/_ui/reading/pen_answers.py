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
from pages._ui.shell import access

_SHARE = 0.5  # of one processor: more than that all pens together don't ask for
_OF_ONE = 0.25  # of one processor: more than that no pen gets, however long its drawing or slow its network
_BODY = 65_536  # bytes: 1,500 points take 20,000
_BODY_SECONDS = 5.0
_STROKES, _POINTS = 10, 2_000  # that a page does not know yet
_FARTHEST = 20_000  # pixels from the corner of the canvas, whose side has 560: a pen may leave it


class _Share:
    """How often pens may ask so that all together take no more than their share of the computer."""

    def __init__(self) -> None:
        self._cost, self._asked = 0.005, dict[str, float]()

    def rest(self, token: str, seconds: float) -> float:
        """Return the least seconds between two answers to a pen, after one that took some of the processor's."""
        now = time.monotonic()
        self._cost += 0.05 * (seconds - self._cost)
        self._asked = {pen: at for pen, at in self._asked.items() if now - at < 1.0} | {token: now}
        return max(len(self._asked) * self._cost / _SHARE, seconds / _OF_ONE)


_share = _Share()


async def answer_pen(request: Request) -> Response:
    """Answer what a network makes of a stroke so far.

    The header ``X-Pen`` has the pad's token, the body ``{"board": number, "strokes": [[x, y, x, y, ...], ...]}``.
    The answer: 200 with what to show; 204 where there is no ink; 409 where the page has another board by now, 404
    without such a page, 403 where its visitor may not see the network, 429 for who asks too often, 422 for nonsense.
    """
    pad = pads.get(request.headers.get("x-pen", ""))
    board = None if pad is None else pad.board
    if pad is None or board is None:
        return _plain(404)
    if pad.pace.wait() > 0 or not pad.free.acquire(blocking=False):
        return _plain(429)
    pad.pace.take()
    try:
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                content = json.loads(await _body(request))
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
    began = time.thread_time()
    try:
        return _read(pad, board, strokes, began)
    finally:
        pad.pace.take(max(0.0, (time.thread_time() - began) / _OF_ONE * most_a_second() - 1))


def _read(pad: Pad, board: Board, strokes: list[npt.NDArray[np.float64]], began: float) -> Response:
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
    return JSONResponse(
        {
            "words": "  /  ".join(reading.lines) + ("" if reading.sure else "?"),
            "row": [round(float(share), 4) for share in reading.answers[at].row],
            "part": at + 1 if len(reading.answers) > 1 else None,
            "rest": round(_share.rest(pad.token, time.thread_time() - began), 3),
        },
        headers={"Cache-Control": "no-store"},
    )


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY:
            raise ValueError
    return bytes(body)


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
