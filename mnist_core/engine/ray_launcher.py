"""Workers on the computers of a Ray cluster, as the app sees them.

The app never imports Ray, which ends a process whose cluster is lost: a child process (`ray_driver`) talks to the
cluster, in lines of JSON with the app. It holds an actor (`ray_actor`) for each worker, whose process is the same as on
this computer. So the supervisor never waits for the cluster: what it asks is the newest answer that is known.

Whatever is lost on the way, two workers never train one run: a worker that is not asked how it is for `FORGOTTEN`
seconds ends, and one that gave no answer for so long is `LOST`, not earlier.
"""

import json
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from mnist_core.engine.launcher import LOST
from mnist_core.settings import Settings
from mnist_core.system.launching import child_environment, end_by_input, launch
from mnist_core.system.saying import say

DRIVER = "mnist_core.engine.ray_driver"
FORGOTTEN = 15.0  # seconds
_SILENCE = 60.0  # seconds without a word from the driver, which tells the slots every second: the cluster hangs
_PLACING = 120.0  # seconds for a worker to find its place, before its run goes back into the queue
_RETRY = 10.0  # seconds between two tries to reach the cluster


class RayWorker:
    """A worker somewhere in the cluster: see `mnist_core.engine.launcher.Worker`."""

    gpu: str | None = None  # Ray chooses

    def __init__(self, number: int, launcher: "RayLauncher") -> None:
        self.pid: int | None = None
        self._number, self._launcher = number, launcher
        self._answered = time.monotonic()
        self._memory = 0
        self._code: int | None = None
        self._is_lost = self._is_killed = False

    def begin(self, run_id: str, holder: str) -> None:
        """Give the process its run."""
        self._send("begin", run_id=run_id, holder=holder)

    def poll(self) -> int | None:
        """Return the exit code, `LOST` where nobody knows it, or None while the process lives."""
        silent = time.monotonic() - self._answered
        if self._code is None and self._is_lost and silent > FORGOTTEN:
            self._code = LOST
        elif self._code is None and self.pid is None and silent > _PLACING:
            self._send("close")
            self._code = LOST
        return self._code

    def request_stop(self) -> None:
        """Ask for the end after the current batch."""
        self._send("request_stop")

    def request_pause(self) -> None:
        """Ask for a checkpoint and the end after the current batch."""
        self._send("request_pause")

    def memory(self) -> int:
        """Return the bytes of memory that the process took when it was last asked."""
        return self._memory

    def terminate(self) -> None:
        """End the process without asking."""
        self._send("terminate")

    def kill(self) -> None:
        """End the process at once."""
        if not self._is_killed:
            self._is_killed = True
            self._send("kill")

    def close(self, timeout: float) -> None:
        """Let the process's input end, which ends it; nobody waits for that."""
        self._send("close")

    # what the launcher heard of it

    def answer(self, message: Mapping[str, Any]) -> None:
        """Take what is known of it now."""
        self._answered = time.monotonic()
        if "pid" in message:
            self.pid, self._memory = message["pid"], message["memory"]
        if "code" in message:
            self._code = message["code"]

    def lose(self) -> None:
        """Take note that it can't be asked any more."""
        self._is_lost = True

    def _send(self, command: str, **values: str) -> None:
        if self._code is None:
            self._launcher.send({"command": command, "worker": self._number, **values})


class RayLauncher:
    """Starts workers in a Ray cluster: see `mnist_core.engine.launcher.Launcher`."""

    cards: Sequence[str] = ()

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._numbers = count(1)
        self._workers: dict[int, RayWorker] = {}
        self._driver: subprocess.Popen[bytes] | None = None
        self._heard = 0.0
        self._next_try = 0.0
        self._said = ""
        self._cluster: Mapping[str, Any] = {}

    @property
    def slots(self) -> int:
        """As many workers as there are and find room, or as the settings allow; none while there is no cluster."""
        room = int(self._cluster.get("slots", 0))
        return min(room, self._settings.slots) if self._settings.slots else room

    @property
    def memory_limit_mb(self) -> float:
        """The setting, or what a worker can have on the smallest computer."""
        limit = self._settings.worker_memory_mb
        return limit if limit is not None else float(self._cluster.get("memory_mb", "inf"))

    @property
    def spares(self) -> int:
        """One for each computer that has room for workers."""
        return int(self._cluster.get("computers", 0))

    def look(self) -> None:
        """Start the process that talks to the cluster where there is none, and end one that hangs."""
        for number, worker in list(self._workers.items()):
            if worker.poll() is not None:
                del self._workers[number]
        now = time.monotonic()
        if self._driver is not None and now - self._heard > _SILENCE:
            self._say("The Ray cluster does not answer. Runs wait until it does.")
            self._driver.kill()
        if self._driver is not None and self._driver.poll() is not None:
            self._driver, self._cluster, self._next_try = None, {}, now + _RETRY
            self._lose_all()
        if self._driver is None and now >= self._next_try:
            self._start(now)

    def launch(self, log: Path, *, gpu: str | None, warm_up: bool) -> RayWorker:
        """Start a worker; its output goes to Ray's own logs until its run begins."""
        number = next(self._numbers)
        worker = self._workers[number] = RayWorker(number, self)
        self.send({"command": "launch", "worker": number, "warm_up": warm_up})
        return worker

    def close(self, timeout: float) -> None:
        """End all workers, and the process that talks to the cluster."""
        if self._driver is not None:
            end_by_input(self._driver, timeout)
            self._driver, self._cluster = None, {}

    def send(self, message: Mapping[str, Any]) -> None:
        """Tell the driver something, never waiting: where it takes nothing more, it hangs and is ended."""
        if self._driver is None or self._driver.stdin is None:
            return
        line = json.dumps(message).encode() + b"\n"
        try:
            whole = os.write(self._driver.stdin.fileno(), line) == len(line)
        except (OSError, ValueError):  # no room in the pipe, or gone
            whole = False
        if not whole:
            self._driver.kill()

    def _start(self, now: float) -> None:
        self._next_try, self._heard = now + _RETRY, now
        try:
            environment = child_environment(self._settings)
            with self._settings.ray_log.open("wb") as log:
                self._driver = launch(DRIVER, [], environment, output=log, heard=True)
        except OSError as error:
            self._say(f"The process that talks to the Ray cluster could not be started: {error}")
            return
        assert self._driver.stdin is not None
        os.set_blocking(self._driver.stdin.fileno(), False)
        threading.Thread(target=self._listen, args=(self._driver,), name="Ray cluster", daemon=True).start()

    def _listen(self, driver: "subprocess.Popen[bytes]") -> None:
        assert driver.stdout is not None
        with driver.stdout:
            for line in driver.stdout:
                if driver is not self._driver:
                    continue  # it is given up
                with suppress(ValueError):  # a line cut off by its end
                    self._hear(json.loads(line))

    def _hear(self, message: Mapping[str, Any]) -> None:
        self._heard = time.monotonic()
        if "words" in message:
            self._say(message["words"])
        elif "slots" in message:
            self._cluster = message
            if message["slots"]:
                self._said = ""
        elif (worker := self._workers.get(message["worker"])) is not None:
            if "lost" in message:
                self._say(f"A worker of the Ray cluster was lost: {message['lost']}")
                worker.lose()
            else:
                worker.answer(message)

    def _lose_all(self) -> None:
        for worker in self._workers.values():
            worker.lose()

    def _say(self, words: str) -> None:
        if words != self._said:  # once is enough, however often it is tried
            say(words)
        self._said = words
