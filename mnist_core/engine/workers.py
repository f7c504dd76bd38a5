"""The worker processes: which run gets the next one, and what becomes of those that ended."""

import errno
import time
from collections import Counter
from collections.abc import Collection, Sequence
from functools import partial

from mnist_core.engine.fairness import fair_order, next_to_begin
from mnist_core.engine.job import Job
from mnist_core.engine.launcher import LOST, Launcher
from mnist_core.engine.limits import why_no_training
from mnist_core.engine.local import LocalLauncher
from mnist_core.engine.news import News
from mnist_core.engine.ray_launcher import RayLauncher
from mnist_core.engine.spare import Spare
from mnist_core.settings import Settings
from mnist_core.store import Place, RunError, RunState, Store
from mnist_core.store.reserve import no_room_for_a_run
from mnist_core.system.saying import say

# What is used up for the moment: file descriptors, processes, memory.
_PASSING = (errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM)
_ENDING = ("evaluate", "export")  # phases after which a slot is free within a second or two
_OUT_OF_REACH = RunError(
    code="worker_lost",
    template="The computer that trained this run is out of reach. You can resume it from its last checkpoint.",
)


class Workers:
    """Gives queued runs to workers, `slots` at a time. `serve` and `close` are for one thread, the rest for any."""

    def __init__(self, store: Store, settings: Settings, launcher: Launcher | None = None) -> None:
        self._store = store
        self._settings = settings
        self._launcher = launcher or (RayLauncher(settings) if settings.engine == "ray" else LocalLauncher(settings))
        self._jobs: dict[str, Job] = {}
        self._spare = Spare(settings, self._launcher)
        self._trains = why_no_training(settings) is None
        self.news = News(store)
        self._ending = False

    @property
    def slots(self) -> int:
        """How many runs may train at once."""
        return self._launcher.slots

    @property
    def run_ids(self) -> Collection[str]:
        """The runs that have a worker."""
        return self._jobs.keys()

    @property
    def spare_pid(self) -> int | None:
        """Process id of the worker that waits for a run, if there is one."""
        return self._spare.pid

    def queue(self) -> tuple[list[Place], list[Place]]:
        """Return the waiting runs in their order, and those that train or are about to."""
        queued, running = self._store.queue.line()
        return fair_order(queued, running, self._settings.running_per_visitor), running

    def serve(self) -> None:
        """Record what ended, pass on what was asked for, and let those begin whose turn it is."""
        self._launcher.look()
        self._reap()
        self._attend()
        if not self._trains:
            return
        self._fill_slots()
        # While nobody waits for its processor: a slot is free, or nearly.
        free = self.slots - len(self._jobs)
        if free > 0 or self._ending:
            self._spare.keep(self._free_gpu(), max(free, 1))

    def memory(self) -> dict[str, list[int]]:
        """Return the bytes of memory of each worker: of those at work (``training``) and of the one that waits."""
        return {
            "training": [job.worker.memory() for job in list(self._jobs.values())],
            "spare": self._spare.memory(),
        }

    def close(self, timeout: float) -> None:
        """End all workers; what they trained is still marked as running, unless it had ended by itself."""
        self._spare.close(timeout)
        for run_id, job in self._jobs.items():
            job.worker.close(timeout)
            self.news.ended(run_id)
        self._launcher.close(timeout)

    def _reap(self) -> None:
        ended: dict[str, int] = {}
        for run_id, job in list(self._jobs.items()):
            code = job.worker.poll()
            if code is None:
                continue
            # Forgotten only once the end is recorded: on a full disk that may take several tries.
            if code == 0:
                # It recorded the end itself, or the run was not its to take; if the run waits, it was paused
                # and somebody wants it again already.
                if job.remark is not None:
                    self._store.queue.explain(run_id, job.remark)
            elif (job.was_spare or code == LOST) and job.verdict is None and not self._has_begun(run_id):
                pass  # the spare was dead already, or there was no place for it: another worker takes the run
            elif code == LOST and job.verdict is None:
                say(f"The computer that trained {run_id} is out of reach.")
                self._store.queue.interrupt(run_id, _OUT_OF_REACH)
            else:
                # Does nothing where the worker has recorded a failure itself, or where the run was not its
                # own: another app or the command line may have been faster.
                state, error = job.ending(code, self._settings)
                self._store.queue.finish(run_id, state, error=error, held=True)
            ended[run_id] = code
        if ended:
            self._store.queue.give_back(*ended)
        for run_id, code in ended.items():
            self.news.worker_ended(run_id, self._jobs.pop(run_id).worker.pid, code)

    def _has_begun(self, run_id: str) -> bool:
        return self._store.runs.exists(run_id) and self._store.runs.get(run_id).state is not RunState.QUEUED

    def _attend(self) -> None:
        if not self._jobs:
            return
        signs = self._store.queue.signs(self._jobs)
        for run_id, job in self._jobs.items():
            job.attend(signs.get(run_id), self._settings, self._launcher.memory_limit_mb)
        self._ending = any(sign.phase in _ENDING for sign in signs.values())

    def _fill_slots(self) -> None:
        free = self.slots - len(self._jobs)
        if free <= 0 or no_room_for_a_run(self._settings.home):
            return
        places = self._store.queue.take(partial(self._whose_turn, free), self._settings.running_per_visitor)
        for n, place in enumerate(places):
            try:
                self._begin(place.id)
            except BaseException:
                self._store.queue.give_back(*[left.id for left in places[n:]])
                raise

    def _whose_turn(self, free: int, queued: Sequence[Place], running: Sequence[Place]) -> list[Place]:
        """Return the runs to begin, `free` at most."""
        # A training of the command line has no part in the dashboard's limits.
        trained_here = [place for place in running if place.owner is not None or place.id in self._jobs]
        waiting = [place for place in queued if place.id not in self._jobs]
        per_visitor = self._settings.running_per_visitor
        return next_to_begin(fair_order(waiting, running, per_visitor), trained_here, per_visitor, free)

    def _begin(self, run_id: str) -> None:
        waited = max(0.0, time.time() - self._store.runs.get(run_id).updated.timestamp())
        gpu = self._free_gpu()
        worker = self._spare.take(gpu)
        was_spare = worker is not None
        try:
            if worker is None:
                worker = self._launcher.launch(self._store.files(run_id).log, gpu=gpu, warm_up=False)
        except OSError as error:
            if error.errno in _PASSING:
                raise  # the run waits on, and is tried again at the next look
            self._store.queue.finish(
                run_id,
                RunState.FAILED,
                error=RunError(
                    code="worker_start",
                    template="The training process could not be started: {reason}",
                    values={"reason": str(error)},
                ),
            )
            return
        worker.begin(run_id, self._store.apps.id)
        self.news.begins(run_id, worker.pid, waited)
        self._jobs[run_id] = Job(worker, was_spare)

    def card(self, run_id: str) -> str | None:
        """Return the card that a run trains on; None without one, or where the run is not one of these."""
        job = self._jobs.get(run_id)
        return job.worker.gpu if job is not None else None

    def _free_gpu(self) -> str | None:
        """Return a card with the fewest runs, the spare's if it can be; None on a computer without."""
        used = Counter(job.worker.gpu for job in self._jobs.values())
        return min(self._launcher.cards, key=lambda gpu: (used[gpu], gpu != self._spare.gpu), default=None)
