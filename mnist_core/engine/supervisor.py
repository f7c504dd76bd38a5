"""The queue: starts workers for queued runs, passes on requests, and notices dead and stuck workers."""

import errno
import threading
import time
import traceback
from collections import Counter
from dataclasses import dataclass

from mnist_core.config import RunConfig
from mnist_core.drawing.personal import PersonalSet
from mnist_core.engine.cleaning import clean, clean_drawings, next_to_go, sweep
from mnist_core.engine.estimate import estimate
from mnist_core.engine.fairness import fair_order, may_begin
from mnist_core.engine.job import Job
from mnist_core.engine.keeping import Keeper
from mnist_core.engine.limits import check_config, check_continuation, check_visitor
from mnist_core.engine.local import LocalWorker
from mnist_core.engine.progress import remaining_seconds
from mnist_core.engine.silence import Strays
from mnist_core.engine.spare import Spare
from mnist_core.engine.teaching import check_base, check_drawings, fine_tune_config
from mnist_core.errors import DatabaseLostError, MnistLabError
from mnist_core.models.speed import resolved
from mnist_core.settings import Settings, get_settings
from mnist_core.store import RunError, RunRecord, RunState, Store, Visitor, shared_store
from mnist_core.store.home_lock import HomeLock
from mnist_core.store.reserve import Reserve, no_room_for_a_run
from mnist_core.system.devices import default_slots, gpu_ids, memory_limit_mb
from mnist_core.system.files import disk_full
from mnist_core.system.saying import say

# What is used up for the moment: file descriptors, processes, memory.
_PASSING = (errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM)
_TICK = 0.2  # seconds between two looks at the workers
_RECOVERY = 5.0  # seconds between two looks for runs of dead processes
_CLEANING = 60.0  # seconds between two looks at the disk
_BEGIN = 0.3  # seconds that a warm worker may take to begin
_SHUTDOWN = 5.0  # seconds that workers get to end with the app
_LONGEST_QUEUE = 10_000
_ENDING = ("evaluate", "export")  # phases after which a slot is free within a second or two


@dataclass(frozen=True)
class QueueStatus:
    """Where a run is in the queue.

    Attributes
    ----------
    position : int
        How many waiting runs begin before it.
    expected_wait : float
        Seconds until it begins, as far as one can tell.
    """

    position: int
    expected_wait: float


class Supervisor:
    """Runs queued runs in worker processes, `slots` at a time; visitors take turns.

    One thread does all the work; every method may be called from any thread. Of several apps on one home folder one
    does the work for all, whichever of them was asked: they share the queue. When it ends, another takes over.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self.slots = settings.slots or default_slots()
        self._gpus = gpu_ids()
        self._memory_limit = memory_limit_mb(settings.worker_memory_mb, self.slots)
        self._jobs: dict[str, Job] = {}
        self._spare = Spare(settings)
        self._strays = Strays(settings.hang_patience)
        self._lock_of_home = HomeLock(settings.lock_path)
        self._keeper = Keeper(store)
        self._reserve = Reserve(settings.reserve_path)
        self._said = ""
        self._ending = False
        self._wake = threading.Event()
        self._closing = False
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work, unless begun; runs that an earlier app left behind are marked."""
        with self._lock:
            if self._thread is None and not self._closing:
                self._store.database.check()
                if not self._leads():
                    other = self._lock_of_home.holder()
                    if other is not None:
                        say(
                            f"Another MNIST Lab (process {other}) works with {self._settings.home}: it trains the runs "
                            "of both."
                        )
                    else:
                        say(f"{self._settings.lock_path} can't be written. Runs wait until it can.")
                self._thread = threading.Thread(target=self._loop, name="supervisor", daemon=True)
                self._thread.start()

    # what people ask for

    def submit(
        self,
        config: RunConfig,
        name: str,
        *,
        visitor: Visitor,
        recipe: str | None = None,
        continues: str | None = None,
        drawings: PersonalSet | None = None,
    ) -> str:
        """Queue a run and return its id.

        Parameters
        ----------
        config : RunConfig
            An automatic precision becomes the one that is faster here.
        name : str
        visitor : Visitor
            Whose run it is.
        recipe : str, optional
        continues : str, optional
            A run whose training this one goes on with; only the number of epochs may differ.
        drawings : PersonalSet, optional
            What a fine-tuned run learns from, unless it continues one; see `fine_tune`.

        Raises
        ------
        LimitError
            If the run is larger than allowed here, or the visitor has too many waiting.
        ConfigError
            If layers don't fit together, or the run to continue is of another kind.
        NotOwnerError
            If the run to begin with is not for this visitor's eyes, or somebody else drew the drawings.
        RunStateError
            If the run to continue has no checkpoint.
        StorageError
            If the disk is full.
        """
        if no_room_for_a_run(self._settings.home):
            raise disk_full(self._settings.home)
        config = resolved(config, self._settings)
        check_config(config, self._settings, estimate(config, self._store))
        if continues is not None:
            earlier = self._store.runs.get(continues)
            visitor.check_sees(earlier)  # the page that asks may be older than the wish to keep it private
            check_continuation(earlier, config)
        elif config.fine_tune is not None:
            check_base(self._store.runs.get(config.fine_tune.base), visitor, self._store)
            if drawings is not None:
                check_drawings(drawings, visitor)
        with self._lock:  # two clicks at once are one after the other
            check_visitor(visitor.id, self._store, visitor.address)
            run_id = self._store.runs.create(
                config,
                name,
                owner=visitor.id,
                recipe=recipe,
                continues=continues,
                drawings=drawings,
                address=visitor.address,
            )
        self._wake.set()
        return run_id

    def fine_tune(self, base: RunRecord, drawings: PersonalSet, name: str, *, visitor: Visitor) -> str:
        """Queue a run that learns on from another one with a visitor's drawings; return its id.

        Raises
        ------
        DrawingsError
            If there are no drawings.
        ConfigError, NotOwnerError, RunStateError
            If `base` is no network, not for this visitor's eyes, or without a model.
        LimitError, StorageError
            As `submit`.
        """
        base = self._store.runs.get(base.id)  # it may be private by now
        check_base(base, visitor, self._store)
        config = fine_tune_config(base, drawings, self._store)
        return self.submit(config, name, visitor=visitor, recipe=base.recipe, drawings=drawings)

    def await_begin(self, run_id: str) -> None:
        """Wait for the warm worker to take a run, if one waits: a moment, after which the run is simply queued.

        What is shown right after the start is then the training, and not the queue first.
        """
        deadline = time.monotonic() + (_BEGIN if self._spare.pid else 0.0)
        while time.monotonic() < deadline and self._store.runs.get(run_id).state is RunState.QUEUED:
            time.sleep(_BEGIN / 50)

    def stop(self, run_id: str, visitor: Visitor) -> None:
        """Stop a run gently, keeping its model so far; raises as `Queue.request_stop`."""
        self._store.queue.request_stop(run_id, visitor)
        self._wake.set()

    def pause(self, run_id: str, visitor: Visitor) -> None:
        """Let a run give its place free and go on later; raises as `Queue.request_pause`."""
        self._store.queue.request_pause(run_id, visitor)
        self._wake.set()

    def resume(self, run_id: str, visitor: Visitor) -> None:
        """Queue a paused or interrupted run again; raises as `Queue.request_resume`."""
        self._store.queue.request_resume(run_id, visitor)
        self._wake.set()

    def queue_status(self, run_id: str) -> QueueStatus:
        """Return where a waiting run is in the queue; (0, 0) for any other."""
        queued, running = self._queue()
        ids = [record.id for record in queued]
        if run_id not in ids:
            return QueueStatus(0, 0.0)
        position = ids.index(run_id)
        free = sorted(remaining_seconds(record, self._store) for record in running)
        free = [0.0] * max(0, self.slots - len(free)) + free
        begins = 0.0
        for record in queued[: position + 1]:
            begins = free.pop(0)
            free = sorted([*free, begins + estimate(record.config, self._store).seconds])
        return QueueStatus(position, begins)

    def cleaning_next(self) -> list[RunRecord]:
        """Return the runs that will be deleted soon because the disk space is nearly used up."""
        return next_to_go(self._store)

    @property
    def spare_pid(self) -> int | None:
        """Process id of the worker that waits for a run, if there is one."""
        return self._spare.pid

    def close(self) -> None:
        """Stop working and end all workers; their runs are marked as interrupted."""
        with self._lock:
            self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(_SHUTDOWN)
        self._spare.close(_SHUTDOWN)
        for job in self._jobs.values():
            job.worker.close(_SHUTDOWN)
        if self._lock_of_home.is_held:
            self._keeper.close(_SHUTDOWN)
            try:
                self._store.queue.mark_interrupted()
            except MnistLabError as error:
                say(f"What was training could not be marked as interrupted: {error}")
            self._lock_of_home.release()

    # the thread

    def _loop(self) -> None:
        next_recovery = next_cleaning = time.monotonic()
        while not self._closing:
            try:
                if self._leads():
                    self._reap()
                    self._attend()
                    self._fill_slots()
                    self._keep_spare()
                    if time.monotonic() >= next_recovery:
                        self._recover()
                        next_recovery = time.monotonic() + _RECOVERY
                    if time.monotonic() >= next_cleaning:
                        self._clean()
                        next_cleaning = time.monotonic() + _CLEANING
                self._said = ""
            except (MnistLabError, OSError) as error:
                # A full disk or a locked database passes; the queue must not end with it.
                if str(error) != self._said:  # once is enough, however long it lasts
                    say(f"The queue could not be served this time: {error}")
                self._said = str(error)
                if isinstance(error, DatabaseLostError):
                    self._keeper.look()
            except Exception:  # a fault of ours shall not end the queue for everybody
                say(traceback.format_exc())
            self._wake.wait(_TICK if self._jobs else 1.0)
            self._wake.clear()

    def _leads(self) -> bool:
        """Whether this app does the work; once the one that did it is gone, this one takes over."""
        if not self._lock_of_home.is_held and self._lock_of_home.acquire():
            self._store.queue.mark_interrupted()
            self._keeper.start()
        return self._lock_of_home.is_held

    def _recover(self) -> None:
        self._store.queue.mark_interrupted(spare=self._jobs)
        running = self._store.runs.find(states=[RunState.RUNNING], limit=_LONGEST_QUEUE)
        self._strays.end([record for record in running if record.id not in self._jobs])

    def _clean(self) -> None:
        clean(self._store)
        clean_drawings(self._store)
        sweep(self._store)
        self._reserve.fill()

    def _reap(self) -> None:
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
            elif job.was_spare and job.verdict is None and not self._has_begun(run_id):
                pass  # the spare was dead already: another worker takes the run
            else:
                # Does nothing where the worker has recorded a failure itself, or where the run was not its
                # own: another app or the command line may have been faster.
                state, error = job.ending(code, self._settings)
                self._store.queue.finish(run_id, state, error=error, pid=job.worker.pid)
            del self._jobs[run_id]

    def _has_begun(self, run_id: str) -> bool:
        return self._store.runs.exists(run_id) and self._store.runs.get(run_id).state is not RunState.QUEUED

    def _attend(self) -> None:
        if not self._jobs:
            return
        active = self._store.runs.find(states=[RunState.QUEUED, RunState.RUNNING], limit=_LONGEST_QUEUE)
        records = {record.id: record for record in active}
        for run_id, job in self._jobs.items():
            job.attend(records.get(run_id), self._settings, self._memory_limit)
        self._ending = any(records[run_id].phase in _ENDING for run_id in self._jobs if run_id in records)

    def _queue(self) -> tuple[list[RunRecord], list[RunRecord]]:
        """Return the waiting runs in their order, and the running ones."""
        running = self._store.runs.find(states=[RunState.RUNNING], limit=_LONGEST_QUEUE)
        queued = self._store.runs.find(states=[RunState.QUEUED], limit=_LONGEST_QUEUE)
        # A run that has been given to a worker does not wait any more, though it may not say so yet.
        running += [record for record in queued if record.id in self._jobs]
        queued = [record for record in queued if record.id not in self._jobs]
        return fair_order(queued, running, self._settings.running_per_visitor), running

    def _fill_slots(self) -> None:
        while len(self._jobs) < self.slots and not no_room_for_a_run(self._settings.home):
            queued, running = self._queue()
            mine = [record for record in running if record.id in self._jobs]
            if not queued or not may_begin(queued[0], mine, self._settings.running_per_visitor):
                return
            self._begin(queued[0])

    def _begin(self, record: RunRecord) -> None:
        gpu = self._free_gpu()
        worker = self._spare.take(gpu)
        was_spare = worker is not None
        try:
            if worker is None:
                worker = LocalWorker(self._settings, self._store.files(record.id).log, gpu=gpu, warm_up=False)
        except OSError as error:
            if error.errno in _PASSING:
                raise  # the run waits on, and is tried again at the next look
            self._store.queue.finish(
                record.id,
                RunState.FAILED,
                error=RunError(
                    code="worker_start",
                    template="The training process could not be started: {reason}",
                    values={"reason": str(error)},
                ),
            )
            return
        worker.begin(record.id)
        self._jobs[record.id] = Job(worker, was_spare)

    def _free_gpu(self) -> str | None:
        """Return a card with the fewest runs, the spare's if it can be; None on a computer without."""
        used = Counter(job.worker.gpu for job in self._jobs.values())
        return min(self._gpus, key=lambda gpu: (used[gpu], gpu != self._spare.gpu), default=None)

    def _keep_spare(self) -> None:
        """Warm a worker up while nobody waits for its processor: a slot is free, or nearly."""
        if len(self._jobs) < self.slots or self._ending:
            self._spare.keep(self._free_gpu())


_shared: Supervisor | None = None
_shared_lock = threading.Lock()


def shared_supervisor() -> Supervisor:
    """Return the supervisor of this process, started.

    A plain module-level singleton: Streamlit's caches can be cleared by any visitor.
    """
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Supervisor(shared_store(), get_settings())
            _shared.start()
        return _shared


def close_shared_supervisor() -> None:
    """End the supervisor of this process and its workers, if there is one."""
    global _shared
    with _shared_lock:
        if _shared is not None:
            _shared.close()
            _shared = None
