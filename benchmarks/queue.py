"""How long the supervisor's tick takes with a crowd, and how fair the queue is: ``python -m benchmarks.queue``.

A thousand visitors ask for 10,000 runs and 200 slots train them, in made-up workers that take no time of this computer
and end after some ticks. The queue, its order and the record are real: an SQLite file, or a PostgreSQL database with
``--database-url``, which has to be empty. What worker processes write themselves is not part of a tick.
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import insert, select, text

from mnist_core.config.recipes import RECIPES
from mnist_core.engine.workers import Workers
from mnist_core.settings import Settings
from mnist_core.store import RunState, Store
from mnist_core.store.artifacts import new_run_id
from mnist_core.store.tables import runs

_TICKS = 40  # that a run takes on average: 8 s
_BATCH = 1000  # rows of one INSERT


class Worker:
    """Claims its run and ends it after a few ticks, as a process would, but outside of ticks."""

    gpu: str | None = None
    pid: int | None = 1

    def __init__(self, store: Store, ticks: int) -> None:
        self._store, self._left = store, ticks
        self._given: tuple[str, str] | None = None
        self._code: int | None = None

    def begin(self, run_id: str, holder: str) -> None:
        """Take note of the run."""
        self._given = run_id, holder

    def live(self) -> None:
        """Do what a process does between two ticks."""
        if self._given is None or self._code is not None:
            return
        run_id, holder = self._given
        if self._left > 0:
            if self._store.runs.get(run_id).state is RunState.QUEUED:
                self._store.queue.claim(run_id, None, holder)
            self._left -= 1
        else:
            self._store.queue.finish(run_id, RunState.COMPLETED)
            self._code = 0

    def poll(self) -> int | None:
        """Return 0 once its run is over."""
        return self._code

    def memory(self) -> int:
        """Return as much as a small training takes."""
        return 10**9

    def request_stop(self) -> None:
        """Nobody asks for it."""

    request_pause = terminate = kill = request_stop

    def close(self, timeout: float) -> None:
        """There is nothing to close."""


class Launcher:
    """Gives made-up workers."""

    memory_limit_mb = 4000.0
    cards: Sequence[str] = ()
    spares = 0

    def __init__(self, store: Store, slots: int, rng: random.Random) -> None:
        self.slots = slots
        self.launched = 0
        self._workers: list[Worker] = []
        self._store, self._rng = store, rng

    def look(self) -> None:
        """There is nothing to look after."""

    def launch(self, log: Path, *, gpu: str | None, warm_up: bool) -> Worker:
        """Start a worker."""
        worker = Worker(self._store, self._rng.randint(1, 2 * _TICKS))
        self._workers.append(worker)
        self.launched += 1
        return worker

    def live(self) -> None:
        """Let the time between two ticks pass for all workers."""
        for worker in self._workers:
            worker.live()
        self._workers = [worker for worker in self._workers if worker.poll() is None]

    def close(self, timeout: float) -> None:
        """There is nothing to end."""


def fill(store: Store, wanted: Sequence[int], per_address: int, rng: random.Random) -> None:
    """Queue so many runs for each visitor, in a random order; `per_address` visitors share an address."""
    owners = [owner for owner, much in enumerate(wanted) for _ in range(much)]
    rng.shuffle(owners)
    run_id = store.new_runs.create(next(iter(RECIPES.values())).config, "run")
    with store.database.begin() as connection:
        row = dict(connection.execute(runs.select().where(runs.c.id == run_id)).mappings().one())
        connection.execute(runs.delete())
        for start in range(0, len(owners), _BATCH):
            rows = [
                row | {"id": new_run_id(), "owner": f"v{owner}", "address": f"a{owner // per_address}", "queued": n}
                for n, owner in enumerate(owners[start : start + _BATCH], start)
            ]
            connection.execute(insert(runs), rows)
        connection.execute(text("ANALYZE"))  # as databases do by themselves after a while


def max_min_shares(wanted: Sequence[int], served: int) -> list[float]:
    """Return what each would get of `served` runs if nobody could get more without somebody with less losing."""
    shares = [0.0] * len(wanted)
    left, open_ = float(served), sorted(range(len(wanted)), key=lambda owner: wanted[owner])
    while open_:
        owner = open_.pop(0)
        shares[owner] = min(wanted[owner], left / (len(open_) + 1))
        left -= shares[owner]
    return shares


def jain(values: Iterable[float]) -> float:
    """Return Jain's fairness index: 1 where all are equal, 1/n where one has everything."""
    values = list(values)
    return sum(values) ** 2 / (len(values) * sum(value**2 for value in values))


def main() -> None:
    """Serve half of the runs and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--visitors", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--slots", type=int, default=200)
    parser.add_argument("--per-address", type=int, default=1, help="visitors behind one address")
    parser.add_argument("--served", type=float, default=0.3, help="share of the runs after which it ends")
    parser.add_argument("--database-url")
    options = parser.parse_args()
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), database_url=options.database_url, warm_spare=False)
        store = Store(settings)
        store.apps.sign_in()
        # Some ask for many times as much as others.
        weights = [rng.paretovariate(1.5) for _ in range(options.visitors)]
        wanted = [max(1, round(weight * options.runs / sum(weights))) for weight in weights]
        fill(store, wanted, options.per_address, rng)
        launcher = Launcher(store, options.slots, rng)
        workers = Workers(store, settings, launcher)
        wall: list[float] = []
        processor: list[float] = []
        while launcher.launched < options.served * sum(wanted):
            start, start_processor = time.perf_counter(), time.thread_time()
            workers.serve()
            wall.append(time.perf_counter() - start)
            processor.append(time.thread_time() - start_processor)
            launcher.live()
        _report(store, wanted, wall, processor)
        store.close()


def _report(store: Store, wanted: Sequence[int], wall: Sequence[float], processor: Sequence[float]) -> None:
    begun = select(runs.c.owner).where((runs.c.state != RunState.QUEUED.value) | runs.c.holder.is_not(None))
    served = Counter(row.owner for row in store.database.rows(begun))
    shares = max_min_shares(wanted, served.total())
    index = jain(served[f"v{owner}"] / share for owner, share in enumerate(shares))
    print(f"{len(wanted)} visitors, {sum(wanted)} runs, {served.total()} begun in {len(wall)} ticks")
    for name, seconds in (("first tick", wall[:1]), ("tick", wall[1:]), ("its processor time", processor[1:])):
        ordered = sorted(1000 * value for value in seconds)
        at = [ordered[min(int(share * len(ordered)), len(ordered) - 1)] for share in (0.5, 0.95)]
        print(f"{name:>20}: median {at[0]:6.1f} ms, p95 {at[1]:6.1f} ms, most {ordered[-1]:6.1f} ms")
    print(f"Jain's index of what each visitor got of a max-min fair share: {index:.4f}")


if __name__ == "__main__":
    main()
