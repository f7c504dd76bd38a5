"""The process that talks to a Ray cluster for one app: ``python -m mnist_core.engine.ray_driver``.

Commands come as one JSON object a line on standard input, ``{"command": "launch", "worker": 1, "warm_up": true}`` and
then what `RayWorker` sends; the end of the input ends all workers. Lines on standard output tell how each worker is
(``{"worker": 1, "pid": ..., "memory": ...}``, at its end ``code``, or ``lost``), and once a second what the cluster has
room for. It is the only part of MNIST Lab that imports Ray.
"""

import mnist_core.as_program  # noqa: F401

# isort: split
import io
import json
import logging
import math
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any

from mnist_core.engine.ray_actor import WorkerActor
from mnist_core.settings import Settings, get_settings
from mnist_core.system.launching import PROJECT, told_settings

_WAIT = 0.25  # seconds until new workers are looked at too
_COUNT = 1.0  # seconds between two looks at the cluster
_ENDING = 2.0  # seconds for workers to end with the app
_THREADS = 4  # of an actor: while one waits for the worker's end, others pass on what is asked of it


class Driver:
    """Holds the actors of one app. `obey` is for the thread that reads, `serve` for the main one."""

    def __init__(self, ray: Any, settings: Settings, say: Any) -> None:
        self._ray, self._settings, self._say = ray, settings, say
        self._actor = ray.remote(WorkerActor).options(
            num_cpus=settings.ray_cpus,
            num_gpus=settings.ray_gpus,
            max_concurrency=_THREADS,
            scheduling_strategy="SPREAD",
        )
        self._told = told_settings(settings)
        self._actors: dict[int, Any] = {}
        self._looks: dict[Any, int] = {}
        self._placed: set[int] = set()
        self._lock = threading.Lock()
        self._had_room = True

    def obey(self, message: Mapping[str, Any]) -> None:
        """Do what the app says; what is said to a worker that is gone is passed over."""
        number, command = message["worker"], message["command"]
        if command == "launch":
            actor = self._actor.remote(self._told, message["warm_up"])
            with self._lock:
                self._actors[number] = actor
                self._looks[actor.look.remote()] = number
        elif (actor := self._actors.get(number)) is None:
            return
        elif command == "close":
            self._let_go(number)
        else:
            actor.tell.remote(command, *[message[name] for name in ("run_id", "holder") if name in message])

    def serve(self) -> None:
        """Tell how workers and cluster are, for ever."""
        next_count = 0.0
        while True:
            with self._lock:
                looks = list(self._looks)
            if looks:
                self._ray.wait(looks, timeout=_WAIT)
                for look in self._ray.wait(looks, num_returns=len(looks), timeout=0)[0]:
                    self._hear(look)
            else:
                time.sleep(_WAIT)
            if time.monotonic() >= next_count:
                self._count()
                next_count = time.monotonic() + _COUNT

    def close(self) -> None:
        """End all workers."""
        with self._lock:
            ends = [actor.tell.remote("close", _ENDING) for actor in self._actors.values()]
        if ends:
            self._ray.wait(ends, num_returns=len(ends), timeout=_ENDING)
        for number in list(self._actors):
            self._let_go(number)

    def _hear(self, look: Any) -> None:
        number = self._looks.get(look)
        actor = self._actors.get(number) if number is not None else None
        if number is None or actor is None:
            return
        try:
            answer = self._ray.get(look)
        except self._ray.exceptions.RayError as error:
            self._say({"worker": number, "lost": _reason(error)})
            self._let_go(number)
            return
        self._say({"worker": number, **answer})
        if "code" in answer:
            self._let_go(number)
            return
        with self._lock:
            del self._looks[look]
            self._looks[actor.look.remote()] = number
            self._placed.add(number)

    def _let_go(self, number: int) -> None:
        """End an actor, which gives its place free; its process ends with it."""
        with self._lock:
            actor = self._actors.pop(number, None)
            self._looks = {look: of for look, of in self._looks.items() if of != number}
            self._placed.discard(number)
        if actor is not None:
            self._ray.kill(actor)

    def _count(self) -> None:
        """Tell how many workers there are and find room, how much memory each has, and on how many computers."""
        nodes = {node["NodeID"]: node["Resources"] for node in self._ray.nodes() if node["Alive"]}
        fit = {name: self._fitting(resources) for name, resources in nodes.items()}
        free = sum(self._fitting(left) for name, left in self._left().items() if name in nodes)
        with self._lock:
            coming = len(self._actors) - len(self._placed)
            slots = len(self._placed) + max(coming, free)
        memory = [nodes[name].get("memory", math.inf) / workers for name, workers in fit.items() if workers]
        computers = sum(workers > 0 for workers in fit.values())
        self._say({"slots": slots, "computers": computers, "memory_mb": min(memory, default=math.inf) / 1e6})
        if not slots and self._had_room:
            wanted = f"{self._settings.ray_cpus} processor cores and {self._settings.ray_gpus} graphics cards"
            self._say({"words": f"There is no room for a run in the Ray cluster, so runs wait: one takes {wanted}."})
        self._had_room = slots > 0

    def _left(self) -> Mapping[str, Mapping[str, float]]:
        """Return what is free, by node: what none of Ray's public functions tells, and Ray's client has to ask for."""
        if not self._settings.ray_address.startswith("ray://"):
            return _free_by_node()
        asked: Any = self._ray.remote(_free_by_node).options(num_cpus=0).remote()
        found: Mapping[str, Mapping[str, float]] = self._ray.get(asked)
        return found

    def _fitting(self, resources: Mapping[str, float]) -> int:
        wanted = {"CPU": self._settings.ray_cpus, "GPU": self._settings.ray_gpus}
        return min(math.floor(resources.get(name, 0.0) / much + 1e-6) for name, much in wanted.items() if much)


def main() -> int:
    """Talk to the cluster until the app ends; return the process's exit code."""
    say = _voice()
    settings = get_settings()
    try:
        import ray

        ray.init(
            settings.ray_address,
            log_to_driver=False,
            logging_level=logging.WARNING,
            # Its computers need the libraries of requirements-ray.txt; MNIST Lab itself is sent there.
            runtime_env={"py_modules": [str(PROJECT / "mnist_core")]},
        )
    except ImportError:
        say({"words": "Ray is not installed here, so runs wait: pip install -r requirements-ray.txt"})
        return 1
    except Exception as error:  # Ray's and gRPC's own kinds, and OSError
        say({"words": f"No Ray cluster at {settings.ray_address} answers, so runs wait: {_reason(error)}"})
        return 1
    driver = Driver(ray, settings, say)
    threading.Thread(target=_listen, args=(driver,), daemon=True).start()
    driver.serve()
    return 0


def _voice() -> Any:
    """Return a function that tells the app something; all that others print goes into the log."""
    output, lock = os.dup(1), threading.Lock()
    os.dup2(2, 1)

    def say(message: Mapping[str, Any]) -> None:
        with lock:
            os.write(output, json.dumps(message).encode() + b"\n")

    return say


def _commands() -> Iterator[Mapping[str, Any]]:
    for line in io.FileIO(0, closefd=False):
        with suppress(ValueError):  # cut off by the app's end
            yield json.loads(line)


def _listen(driver: Driver) -> None:
    try:
        for message in _commands():
            driver.obey(message)
        driver.close()
    except BaseException:  # the cluster is lost, most likely: the app begins anew
        traceback.print_exc()
    os._exit(0)


def _free_by_node() -> Mapping[str, Mapping[str, float]]:
    state: Any = import_module("ray._private.state")
    found: Mapping[str, Mapping[str, float]] = state.available_resources_per_node()
    return found


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__


if __name__ == "__main__":
    sys.exit(main())
