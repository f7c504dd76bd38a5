"""How soon an answer comes while the pen still moves, alone and with a class that draws.

``python -m benchmarks.pen [--people 1 30] [--seconds 15] [--kind digits|clothes]`` starts the dashboard with an empty
home folder and the networks that come along. One visitor draws in Chromium: from each point of the pen to the frame
whose bars know of it. The others have a page by its socket each, write digits at 60 points a second with short rests,
and ask as `pages/_ui/reading/pen.js` does: from each point to the answer that knows of it. The shapes are made up.
"""

import argparse
import asyncio
import json
import math
import random
import shutil
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from mnist_core.sharing.shipped.catalogue import SHIPPED
from tests.serving import Server, running_server
from tests.sockets import connect

NETWORKS = {"digits": SHIPPED["handwriting"].run_id, "clothes": SHIPPED["fashion"].run_id}
POINTS_A_SECOND = 60
STROKE = 1.2  # seconds
REST = 0.8  # seconds between strokes
SIDE = 560  # pixels of the canvas
POINT_TO_BARS = "point of the pen to bars on the screen, median (ms)"
POINT_TO_BARS_P95 = "point of the pen to bars on the screen, p95 (ms)"
Points = list[tuple[float, float]]

# Notes when each point came, which of them each question had, and when the frame with its answer was painted.
_WATCH = """
window.labPen = { waits: [], asked: 0, bytes: [], answers: [] };
const log = window.labPen;
let drawn = [];
let known = 0;
document.addEventListener('mousedown', () => { drawn = []; known = 0; }, true);
document.addEventListener('mousemove', (event) => event.buttons && drawn.push(event.timeStamp), true);
const usual = window.fetch;
window.fetch = async (...question) => {
  if (!String(question[0]).endsWith('/lab/pen')) return usual(...question);
  log.asked += 1;
  log.bytes.push(question[1].body.length);
  const began = performance.now();
  const [line, count] = [drawn, drawn.length];
  const answer = await usual(...question);
  log.answers.push(performance.now() - began);
  if (answer.ok) document.addEventListener('lab-pen', () => requestAnimationFrame(() => setTimeout(() => {
    if (line !== drawn) return;
    const now = performance.now();
    for (; known < count; known += 1) log.waits.push(now - line[known]);
  })), { once: true });
  return answer;
};
"""


def main() -> None:
    """Print a table, one column for each number of people."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[1, 30])
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--kind", choices=tuple(NETWORKS), default="digits")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        columns = {people: _measure(browser, people, options.seconds, options.kind) for people in options.people}
    print("| what | " + " | ".join(f"{n} drawing" for n in columns) + " |")
    print("|---|" + "---|" * len(columns))
    for name in dict.fromkeys(name for column in columns.values() for name in column):
        print(f"| {name} | " + " | ".join(str(column.get(name, "–")) for column in columns.values()) + " |")


def _measure(browser: Browser, people: int, seconds: float, kind: str) -> dict[str, float]:
    with running_server(Path(tempfile.mkdtemp()) / "home", MNIST_LAB_WARM_SPARE="0") as server:
        return watch(browser, server, people, seconds, kind)


def watch(browser: Browser, server: Server, people: int, seconds: float, kind: str = "digits") -> dict[str, float]:
    """Return what one who draws in a browser sees while others draw as well, and what the others notice."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.add_init_script(_WATCH)
    page.goto(f"{server.url}/draw?run={NETWORKS[kind]}")
    page.locator("canvas.upper-canvas").wait_for()
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    _draw(page, 2)  # the first answer loads the network
    process = psutil.Process(server.process.pid)
    with _Crowd(server, people - 1, seconds, kind) as crowd:
        page.evaluate("Object.assign(window.labPen, { waits: [], asked: 0, bytes: [], answers: [] })")
        used, began = sum(process.cpu_times()[:2]), time.monotonic()
        _draw(page, seconds)
        passed = time.monotonic() - began
        used = sum(process.cpu_times()[:2]) - used
        others = crowd.result()
    log = page.evaluate("window.labPen")
    context.close()
    if not log["waits"]:
        raise SystemExit(f"The pen was not answered in time: {log}")
    result = {
        POINT_TO_BARS: statistics.median(log["waits"]),
        POINT_TO_BARS_P95: _p95(log["waits"]),
        "answer of the server, median (ms)": statistics.median(log["answers"]),
        "answers a second while the pen is down": log["asked"] / passed * (STROKE + REST) / STROKE,
        "question, median (bytes)": statistics.median(log["bytes"]),
        "processor of the server (% of a core)": 100 * used / passed,
    }
    if people > 1:
        result |= {
            "the others: point to answer, median (ms)": statistics.median(others["waits"]),
            "the others: point to answer, p95 (ms)": _p95(others["waits"]),
            "the others: answers a second while the pen is down": others["answers"],
            "the others: questions left out (%)": others["left_out"],
        }
    return {name: round(value, 1) for name, value in result.items()}


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * len(values))]


def shape(seed: int) -> Points:
    """Return a stroke of 60 points a second, as somebody may write it: a round one, or a bent one."""
    rng = random.Random(seed)
    count = int(POINTS_A_SECOND * STROKE)
    x, y, wide, tall = rng.uniform(200, 360), rng.uniform(220, 340), rng.uniform(60, 140), rng.uniform(120, 190)
    turn, begin = rng.uniform(2, 6.3), rng.uniform(-2, 0)
    angles = [begin + turn * n / count for n in range(count)]
    return [(x + wide * math.cos(a), y + tall * math.sin(a) * (1 if seed % 2 else math.cos(a / 2))) for a in angles]


def _draw(page: Page, seconds: float) -> None:
    """Draw strokes in the browser as a hand would, and take each away."""
    end, seed = time.monotonic() + seconds, 0
    canvas = page.locator("canvas.upper-canvas")
    while time.monotonic() < end:
        box = canvas.bounding_box()
        assert box is not None
        points = [(box["x"] + x / SIDE * box["width"], box["y"] + y / SIDE * box["height"]) for x, y in shape(seed)]
        page.mouse.move(*points[0])
        page.mouse.down()
        due = time.monotonic()
        for place in points[1:]:
            due += 1 / POINTS_A_SECOND
            page.wait_for_timeout(max(0.0, 1000 * (due - time.monotonic())))
            page.mouse.move(*place)
        page.mouse.up()
        page.wait_for_timeout(1000 * REST)
        page.get_by_role("button", name="Clear", exact=True).click()
        page.wait_for_function("document.querySelector('.lab-reading strong')?.innerText === '?'")
        page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
        seed += 1


class _Crowd:
    """People without a browser, who draw in another thread while one in Chromium is watched."""

    def __init__(self, server: Server, people: int, seconds: float, kind: str) -> None:
        self._threads, self._ready = ThreadPoolExecutor(1), Event()
        self._work = self._threads.submit(asyncio.run, _people(server, people, seconds, kind, self._ready))

    def __enter__(self) -> "_Crowd":
        while not self._ready.wait(0.1):
            if self._work.done():
                self._work.result()
        return self

    def result(self) -> dict[str, Any]:
        """Return what they noticed, once they are done."""
        return self._work.result()

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown()


async def _people(server: Server, people: int, seconds: float, kind: str, ready: Event) -> dict[str, Any]:
    pens = [await _open(server, n, kind) for n in range(people)]
    ready.set()
    end = time.monotonic() + seconds
    found = await asyncio.gather(*(_person(server, n, pen, end) for n, (_, pen) in enumerate(pens)))
    for socket, _ in pens:
        await socket.close()
    asked = sum(len(one["statuses"]) for one in found)
    left_out = sum(status != 200 for one in found for status in one["statuses"])
    down = sum(one["down"] for one in found)
    return {
        "waits": [1000 * wait for one in found for wait in one["waits"]] or [0.0],
        "answers": (asked - left_out) / down if down else 0.0,
        "left_out": 100 * left_out / asked if asked else 0.0,
    }


def _cookie(person: int) -> dict[str, str]:
    return {"Cookie": f"mnist_lab_visitor={person:032d}"}


async def _open(server: Server, person: int, kind: str) -> tuple[Any, dict[str, Any]]:
    """Open the page Draw by its socket; return the socket, and what the page tells the pen."""
    socket = await connect(server, None, **_cookie(person))
    message = BackMsg()
    message.rerun_script.query_string = f"run={NETWORKS[kind]}"
    message.rerun_script.page_name = "draw"
    await socket.send(message.SerializeToString())
    pen: dict[str, Any] = {}
    async for raw in socket:
        told = ForwardMsg()
        told.ParseFromString(raw)
        element = told.delta.new_element.bidi_component
        if element.json and '"token"' in element.json:
            pen = json.loads(element.json)
        if told.WhichOneof("type") == "script_finished":
            break
    assert pen, "the page Draw told no pen"
    return socket, pen


async def _person(server: Server, person: int, pen: dict[str, Any], end: float) -> dict[str, Any]:
    """Draw stroke after stroke; ask as `pen.js` does."""
    found: dict[str, Any] = {"waits": [], "statuses": [], "down": 0.0}
    line = _Line(server, person, pen)
    await asyncio.sleep(random.Random(person).uniform(0, STROKE + REST))
    seed = 100 * person
    while time.monotonic() < end:
        seed += 1
        began = time.monotonic()
        came = [(began + n / POINTS_A_SECOND, place) for n, place in enumerate(shape(seed))]
        known, may_ask_at = 0, began
        while known < len(came) and time.monotonic() < end:
            await asyncio.sleep(max(0.0, may_ask_at - time.monotonic(), came[known][0] - time.monotonic()))
            asked_at = time.monotonic()
            count = sum(at <= asked_at for at, _ in came)
            status, answer = await line.ask([[round(v, 1) for _, place in came[:count] for v in place]])
            now = time.monotonic()
            found["statuses"].append(status)
            rest = max(pen["rest"], answer.get("rest", 0.0)) if status == 200 else 1.0
            may_ask_at = asked_at + rest
            if status == 200:
                found["waits"] += [now - at for at, _ in came[known:count]]
                known = count
        found["down"] += time.monotonic() - began
        await asyncio.sleep(REST)
    line.close()
    return found


class _Line:
    """A connection that is kept, as a browser keeps it."""

    def __init__(self, server: Server, person: int, pen: dict[str, Any]) -> None:
        host, _, port = server.url.removeprefix("http://").partition(":")
        self._host, self._port, self._pen = host, int(port), pen
        cookie = _cookie(person)["Cookie"]
        self._head = (
            f"POST /{pen['url']} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\nX-Pen: {pen['token']}\r\n"
            "Content-Type: application/json\r\nAccept: */*\r\nContent-Length: "
        )
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, strokes: list[list[float]]) -> tuple[int, dict[str, Any]]:
        """Return status and answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        body = json.dumps({"board": self._pen["board"], "strokes": strokes})
        writer.write(f"{self._head}{len(body)}\r\n\r\n{body}".encode())
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        except asyncio.IncompleteReadError:  # it was idle for too long
            self.close()
            return await self.ask(strokes)
        length = next((int(part[15:]) for part in head.split("\r\n") if part.startswith("content-length:")), 0)
        content = await reader.readexactly(length)
        status = int(head.split(" ")[1])
        return status, json.loads(content) if status == 200 else {}

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


if __name__ == "__main__":
    main()
