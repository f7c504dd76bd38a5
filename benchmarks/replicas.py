"""A crowd on several replicas of one lab, one of which is killed: real PostgreSQL, real nginx, real training.

``python -m benchmarks.replicas [--replicas 2] [--sessions 300] [--seconds 120] [--every 10] [--json]`` starts
PostgreSQL, so many dashboards on it with one home folder, and nginx in front, which keeps a visitor at one of them by
the cookie. Visitors of the websocket protocol (`benchmarks.visitors`), each with a cookie and an address of its own,
change pages every ten seconds, and one in ten trains short runs by the page's own button. In the middle one replica is
killed as a computer fails. Printed are the seconds until a page's script has finished, errors, how long visitors whose
replica is gone are away, what became of all runs, and memory for each session, while it is there and two minutes after.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import requests
import websockets

from benchmarks.visitors import PAGES, Seen, Visitor, random_address
from mnist_core.config import DataConfig, Dense, NetworkConfig, RunConfig, TrainConfig
from mnist_core.config.links import settings_address
from mnist_core.gateway import VISITOR_COOKIE
from mnist_core.settings import Settings
from mnist_core.store import RunState, Store
from tests.postgres import PostgresServer
from tests.serving import ROOT, Server, free_port, running_server
from tests.sockets import connect
from tests.waiting import wait_until

_NGINX = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1; worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream replicas {{ hash $cookie_{cookie} consistent; {servers} }}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{
      proxy_pass http://replicas; proxy_http_version 1.1; proxy_next_upstream error timeout;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";
      proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_read_timeout 86400; proxy_buffering off;
    }}
  }}
}}
"""
SHORT = RunConfig(
    data=DataConfig(dataset="digits"),
    model=NetworkConfig(layers=(Dense(units=16),)),
    train=TrainConfig(epochs=2, batch_size=100),
)
TRAINS = 10  # one visitor in so many
_SOME_WAIT = re.compile(r"You already have \d+ runs waiting\.")  # two, or one more that lost its replica
_ARRIVALS = 10.0  # visitors in a second, until all are there
_GIVEN_BACK = 150.0  # seconds after which Streamlit has forgotten sessions that were left
_REMAINING = 600.0  # seconds that the queue may take to become empty


@dataclass
class Crowd(Seen):
    """What visitors met; `away` are the seconds for which those were without a page whose replica was killed."""

    away: list[float] = field(default_factory=list)
    started: int = 0


@dataclass(frozen=True)
class Front:
    """What visitors talk to."""

    url: str


def main() -> None:
    """Print what the crowd met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--sessions", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=120.0, help="how long the crowd is watched")
    parser.add_argument("--every", type=float, default=10.0, help="seconds from one click of a visitor to the next")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.replicas, options.sessions, options.seconds, options.every, _GIVEN_BACK)
    print(json.dumps(found) if options.json else "\n".join(f"| {name} | {value} |" for name, value in found.items()))


def measure(replicas: int, sessions: int, seconds: float, every: float, rest: float) -> dict[str, object]:
    """Start all, let the crowd work, and return what was seen; memory is looked at again after `rest` seconds."""
    with lab(replicas) as (front, servers, store):
        return asyncio.run(_watch(front, servers, store, sessions, seconds, every, rest))


@contextmanager
def lab(replicas: int) -> Iterator[tuple[Front, list[Server], Store]]:
    """Start PostgreSQL, so many dashboards, and nginx in front of them; the store is to look at."""
    folder = Path(tempfile.mkdtemp())
    database = PostgresServer()
    variables = {name: value for name, value in os.environ.items() if name == "MNIST_LAB_DATA_DIR" and value}
    variables |= {
        "MNIST_LAB_HOME": str(folder / "home"),
        "MNIST_LAB_DATABASE_URL": database.new_database(),
        "MNIST_LAB_TRUSTED_PROXIES": "127.0.0.0/8",
        "MNIST_LAB_SLOTS": "1",
    }
    try:
        with ExitStack() as stack:
            servers = [
                stack.enter_context(_killable(folder / f"replica-{number}", variables)) for number in range(replicas)
            ]
            front = stack.enter_context(_nginx(folder, servers))
            settings = Settings(home=folder / "home", database_url=variables["MNIST_LAB_DATABASE_URL"])
            yield front, servers, stack.enter_context(_store(settings))
    finally:
        database.close()
        shutil.rmtree(folder, ignore_errors=True)


async def _watch(
    front: Front, servers: list[Server], store: Store, sessions: int, seconds: float, every: float, rest: float
) -> dict[str, object]:
    seen, end = Crowd(), asyncio.Event()
    first = Guest(front, Crowd(), 1)
    for _ in servers:  # what the first visit of each replica computes for all is there before the crowd comes
        await first.look_at_every_page()
        first = Guest(front, Crowd(), 1)
    before = [memory(server) for server in servers]
    guests = [Guest(front, seen, number) for number in range(sessions)]
    arriving = sessions / _ARRIVALS
    stays = [asyncio.create_task(guest.stay(every, arriving * guest.number / sessions, end)) for guest in guests]
    await asyncio.gather(*(guest.there.wait() for guest in guests))
    await asyncio.sleep(every)  # until the last of them, too, has come to the page after the first
    arrived, seen.seconds = seen.seconds, []
    begin, used = time.monotonic(), _processor(servers)
    await asyncio.sleep(seconds / 2)
    during = [memory(server) for server in servers]
    passed = time.monotonic() - begin
    busy = {name: (now - used[name]) / passed for name, now in _processor(servers).items()}
    until_kill = list(seen.seconds)
    servers[0].process.kill()
    killed = time.monotonic()
    print(f"after {killed - begin:.0f} s one replica was killed; pages so far: {len(until_kill)}", file=sys.stderr)
    await asyncio.sleep(seconds / 2)
    took, pages = time.monotonic() - begin, len(seen.seconds)
    end.set()
    await asyncio.gather(*stays)
    last = await _until_trained(store)
    await asyncio.sleep(rest)
    after = [memory(server) for server in servers[1:]]
    states = Counter(record.state.value for record in store.runs.find(limit=10_000))
    refused = sum(_SOME_WAIT.match(error) is not None for error in seen.errors)
    for error, times in Counter(seen.errors).most_common(10):
        print(f"{times} x {error[:200]}", file=sys.stderr)
    return {
        "visitors": sessions,
        "pages a second": round(pages / took, 1),
        "page, p50 (s)": round(seen.quantile(0.5), 2),
        "page, p95 (s)": round(seen.quantile(0.95), 2),
        "page until the kill, p95 (s)": round(_p95(until_kill), 2),
        **{f"processors used: {name}": round(share, 2) for name, share in busy.items()},
        "page while all arrive, p95 (s)": round(_p95(arrived), 2),
        "errors": len(seen.errors) - refused,
        "starts refused, as two runs of the visitor wait": refused,
        "visitors whose replica was killed": len(seen.away),
        "back after, median (s)": round(sorted(seen.away)[len(seen.away) // 2], 2) if seen.away else None,
        "back after, longest (s)": round(max(seen.away), 2) if seen.away else None,
        "runs begun": seen.started - refused,
        "runs by state": dict(states),
        "runs that went on in another replica": sum(r.retries > 0 for r in store.runs.find(limit=10_000)),
        "seconds until the queue was empty": round(last, 1),
        "memory before, each replica (MB)": [round(value) for value in before],
        "memory a session (MB)": round((sum(during) - sum(before)) / sessions, 2),
        "memory two minutes after all left (MB)": [round(value) for value in after],
    }


class Guest:
    """One visitor, who comes back as a browser does when the socket breaks: with the same cookie, to the same page."""

    def __init__(self, front: Front, seen: Crowd, number: int) -> None:
        self._front, self._seen, self.number = front, seen, number
        self._headers = {
            "Cookie": f"{VISITOR_COOKIE}={secrets.token_urlsafe(24)}",
            "X-Forwarded-For": random_address(),
        }
        self._rng = random.Random(number)
        pages = self._rng.sample(PAGES, len(PAGES))
        if number % TRAINS == 0:  # each third page is Train
            others = [page for page in pages if page != "train"]
            pages = [page for pair in zip(others[::2], others[1::2], strict=False) for page in ("train", *pair)]
        self._pages = itertools.cycle(pages)
        self.there = asyncio.Event()
        self._page = ""

    async def look_at_every_page(self) -> None:
        """Have everything computed that the first visit of a page computes for all."""
        async with connect(self._front, **self._headers) as socket:  # type: ignore[arg-type]
            one = Visitor(self._front, socket, self._seen)  # type: ignore[arg-type]
            listening = asyncio.create_task(one.listen())
            for page in ("", *PAGES, *PAGES):
                await one.open(page)
            one.leave()
            listening.cancel()

    async def stay(self, every: float, arrives: float, end: asyncio.Event) -> None:
        """Come after `arrives` seconds, change pages every `every` seconds, and leave at the end."""
        lost: float | None = None
        await asyncio.sleep(arrives)
        while not end.is_set():
            try:
                async with connect(self._front, **self._headers) as socket:  # type: ignore[arg-type]
                    one = Visitor(self._front, socket, self._seen)  # type: ignore[arg-type]
                    listening = asyncio.create_task(one.listen())
                    try:
                        self._seen.seconds.append(await one.open(self._page))
                        if lost is not None:
                            self._seen.away.append(time.monotonic() - lost)
                            lost = None
                        self.there.set()
                        await self._click_around(one, listening, every, end)
                    finally:
                        one.leave()
                        listening.cancel()
            except (OSError, TimeoutError, websockets.WebSocketException):
                pass
            if not end.is_set() and self.there.is_set() and lost is None:
                lost = time.monotonic()
            await asyncio.sleep(0.5)
        self.there.set()

    async def _click_around(
        self, one: Visitor, listening: "asyncio.Task[None]", every: float, end: asyncio.Event
    ) -> None:
        """Change pages until the end, or until the socket breaks."""
        due = time.monotonic() + every
        while not end.is_set():
            while (rest := due - time.monotonic()) > 0 and not end.is_set():
                await asyncio.wait([listening], timeout=min(rest, 0.25))
                if listening.done():
                    return
            if end.is_set():
                return
            self._page = page = next(self._pages)
            opened = asyncio.create_task(self._train(one) if self._trains(page) else one.open(page))
            await asyncio.wait([opened, listening], return_when=asyncio.FIRST_COMPLETED)
            if not opened.done():  # the socket broke meanwhile
                opened.cancel()
                return
            try:
                self._seen.seconds.append(opened.result())
            except TimeoutError:
                self._seen.errors.append(f"{page}: no answer")
            due = max(due + every, time.monotonic())

    def _trains(self, page: str) -> bool:
        return page == "train" and self.number % TRAINS == 0

    async def _train(self, one: Visitor) -> float:
        """Open the page Train with settings that nobody has trained, press its button; return the first's seconds."""
        config = SHORT.with_settings({"seed": self._rng.randrange(10**6)})
        seconds = await one.open("train", urlsplit(settings_address("http://lab", config)).query)
        if await one.press("Start training"):
            self._seen.started += 1
        return seconds


async def _until_trained(store: Store) -> float:
    begin = time.monotonic()
    active = (RunState.QUEUED, RunState.RUNNING)
    while store.runs.find(states=active, limit=1) and time.monotonic() - begin < _REMAINING:
        await asyncio.sleep(1.0)
    return time.monotonic() - begin


@contextmanager
def _killable(home: Path, variables: Mapping[str, str]) -> Iterator[Server]:
    with suppress(ProcessLookupError), running_server(home, descriptors=None, root=ROOT, **variables) as server:
        yield server


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    store = Store(settings)
    yield store
    store.close()


@contextmanager
def _nginx(folder: Path, servers: list[Server]) -> Iterator[Front]:
    """Start nginx before the replicas."""
    port, program = free_port(), shutil.which("nginx") or "/usr/sbin/nginx"
    upstream = " ".join(f"server {urlsplit(server.url).netloc} max_fails=1 fail_timeout=5s;" for server in servers)
    text = _NGINX.format(folder=folder, port=port, servers=upstream, cookie=VISITOR_COOKIE)
    (folder / "nginx.conf").write_text(text)
    process = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")])
    front = Front(f"http://127.0.0.1:{port}")

    def answers() -> bool:
        with suppress(requests.ConnectionError):
            return requests.get(f"{front.url}/lab/health", timeout=10).ok
        return False

    try:
        wait_until(answers, 60, "nginx")
        yield front
    finally:
        process.terminate()
        process.wait(30)


def _p95(seconds: list[float]) -> float:
    return Seen(seconds).quantile(0.95)


def _processor(servers: list[Server]) -> dict[str, float]:
    """Return the processor seconds so far of the parts that share this computer."""
    used = dict.fromkeys(("visitors", "replicas", "training", "postgres", "nginx"), 0.0)
    apps = {server.process.pid for server in servers}
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        with suppress(psutil.Error):
            times, name = process.cpu_times(), process.name()
            own, ended = times.user + times.system, times.children_user + times.children_system
            if process.pid in apps:
                used["replicas"] += own
                used["training"] += ended
            elif process.pid == os.getpid():
                used["visitors"] += own
            else:
                part = name if name in ("postgres", "nginx") else "training"
                used[part] += own + ended
    return used


def memory(server: Server) -> float:
    """Return the resident memory of an app in MB, 0 where it is gone."""
    with suppress(psutil.Error):
        return float(psutil.Process(server.process.pid).memory_info().rss / 1e6)
    return 0.0


if __name__ == "__main__":
    main()
