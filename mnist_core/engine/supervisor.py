"""The queue: takes what people ask for, and one thread that serves it, whatever goes wrong."""

import threading
import time
from bisect import insort
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass

from mnist_core.classroom import settle
from mnist_core.config import RunConfig
from mnist_core.drawing.personal import PersonalSet
from mnist_core.engine.cleaning import clean, clean_drawings, next_to_go, sweep
from mnist_core.engine.estimate import estimate
from mnist_core.engine.keeping import Keeper
from mnist_core.engine.lead import Lead
from mnist_core.engine.limits import check_config, check_continuation, check_training, check_visitor
from mnist_core.engine.pace import start_pace
from mnist_core.engine.progress import remaining_seconds
from mnist_core.engine.publisher import Publisher
from mnist_core.engine.silence import Strays
from mnist_core.engine.teaching import check_base, check_drawings, fine_tune_config
from mnist_core.engine.workers import Workers
from mnist_core.errors import DatabaseLostError, MnistLabError
from mnist_core.models.network_files import read_whole_network
from mnist_core.models.speed import resolved
from mnist_core.settings import Settings, get_settings
from mnist_core.store import RunRecord, RunState, Store, Visitor, shared_store
from mnist_core.store.reserve import Reserve, no_room_for_a_run
from mnist_core.system.cards import CardUse, card_use, why_no_card
from mnist_core.system.files import disk_full
from mnist_core.system.instruments import ERRORS
from mnist_core.system.saying import say, tell_error

_TICK = 0.2  # seconds between two looks at the workers
_RECOVERY = 5.0  # seconds between two looks for runs of dead processes
_CLEANING = 60.0  # seconds between two looks at the disk
_BEGIN = 0.3  # seconds that a warm worker may take to begin
_LOOKED_AT = 100  # waiting runs whose time is estimated each; that of others is like theirs
_MANY = 10_000  # more runs than ever train at once
_LAST_NOTICES = 2.0  # seconds that the webhook gets with the app's end
_SHUTDOWN = 5.0  # seconds that workers get to end with the app


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
    """Runs queued runs in worker processes; visitors take turns.

    One thread does all the work; every method may be called from any thread. Several apps share the queue, whichever of
    them was asked. On one home folder one of them trains for all; on a database that computers share, each trains as
    many runs as it has slots, and one leads: it does for all what is done once. When it ends, another takes over.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._workers = Workers(store, settings)
        self._strays = Strays(settings.hang_patience)
        self._lead = Lead(store)
        self._keeper = Keeper(store)
        self._publisher = Publisher(store)
        self._reserve = Reserve(settings.reserve_path)
        self._presence = ExitStack()
        self._said = ""
        self._looked = time.monotonic()
        self._starts = start_pace()
        self._wake = threading.Event()
        self._closing = False
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work, unless begun; runs that an earlier app left behind are marked."""
        with self._lock:
            if self._thread is None and not self._closing:
                self._store.database.check()
                if self._settings.engine == "local" and (reason := why_no_card()) is not None:
                    say(f"The processor trains: {reason}.")
                self._presence.enter_context(self._store.apps.present())
                if not self._leads() and not self._store.database.is_shared:
                    other = self._lead.holder()
                    if other is not None:
                        say(
                            f"Another MNIST Lab (process {other}) works with {self._settings.home}: it trains the runs "
                            "of both."
                        )
                    else:
                        say(f"{self._settings.lock_path} can't be written. Runs wait until it can.")
                self._thread = threading.Thread(target=self._loop, name="supervisor", daemon=True)
                self._thread.start()
                self._publisher.start()

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
        study: str | None = None,
        shared: bool | None = None,
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
        study : str, optional
            The study that asks for it: it asks one by one, so that how often one may start does not count.
        shared : bool, optional
            Whether everyone may look at it; by default as the settings say.

        Raises
        ------
        LimitError
            If nothing is trained here, the run is larger than allowed, or the visitor has too many waiting.
        ConfigError
            If layers don't fit together, or the run to continue is of another kind.
        NotOwnerError
            If the run to begin with is not for this visitor's eyes, or somebody else drew the drawings.
        RunStateError
            If the run to continue has no checkpoint.
        StorageError
            If the disk is full.
        """
        check_training(self._settings)
        if no_room_for_a_run(self._settings.home):
            raise disk_full(self._settings.home)
        config = resolved(config, self._settings)
        check_config(config, self._settings, estimate(config, self._store))
        base = None
        if continues is not None:
            earlier = self._store.runs.get(continues)
            visitor.check_sees(earlier)  # the page that asks may be older than the wish to keep it private
            check_continuation(earlier, config)
        elif config.fine_tune is not None:
            begins_with = self._store.runs.get(config.fine_tune.base)
            check_base(begins_with, visitor, self._store)
            if drawings is not None:
                check_drawings(drawings, visitor)
            base = read_whole_network(self._store.files(begins_with.id), config.model, config.spec.num_classes)
        with self._store.database.turn("submitting"):  # two clicks at once are one after the other
            check_visitor(visitor.id, self._store, visitor.address)
            if visitor.id is not None and study is None:
                self._starts.take(visitor.id, visitor.address)
            run_id = self._store.new_runs.create(
                config,
                name,
                owner=visitor.id,
                recipe=recipe,
                continues=continues,
                drawings=drawings,
                base=base,
                address=visitor.address,
                study=study,
                shared=shared,
            )
        self._wake.set()
        return run_id

    def take_start(self, visitor: Visitor) -> None:
        """Count a start that is no run itself, such as that of a study; raises `LimitError` for too many."""
        if visitor.id is not None:
            self._starts.take(visitor.id, visitor.address)

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
        deadline = time.monotonic() + (_BEGIN if self._workers.spare_pid else 0.0)
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
        """Queue a paused or interrupted run again; raises as `Queue.request_resume`, or as nothing is trained here."""
        check_training(self._settings)
        self._store.queue.request_resume(run_id, visitor)
        self._wake.set()

    def queue_status(self, run_id: str) -> QueueStatus:
        """Return where a waiting run is in the queue; (0, 0) for any other."""
        queued, running = self._workers.queue()
        ids = [place.id for place in queued]
        if run_id not in ids:
            return QueueStatus(0, 0.0)
        position = ids.index(run_id)
        before = self._store.runs.active(ids[: min(position, _LOOKED_AT) + 1])
        seconds = {record.id: estimate(record.config, self._store).seconds for record in before}
        usual = sum(seconds.values()) / max(1, len(seconds))
        training = self._store.runs.active([place.id for place in running])
        free = sorted(remaining_seconds(record, self._store) for record in training)
        free = [0.0] * (max(1, self._workers.slots) - len(free)) + free  # none at all only for a while
        begins = 0.0
        for place in queued[: position + 1]:
            begins = free.pop(0)
            insort(free, begins + seconds.get(place.id, usual))
        return QueueStatus(position, begins)

    def card_use(self, run_id: str) -> CardUse | None:
        """Return what the card of a running run is doing; None without one, or where its driver can't be asked."""
        card = self._workers.card(run_id)
        return card_use(card) if card is not None else None

    def cleaning_next(self) -> list[RunRecord]:
        """Return the runs that will be deleted soon because the disk space is nearly used up."""
        return next_to_go(self._store)

    @property
    def spare_pid(self) -> int | None:
        """Process id of the worker that waits for a run, if there is one."""
        return self._workers.spare_pid

    @property
    def leads(self) -> bool:
        """Whether this app does for all what is done once."""
        return self._lead.is_held and not self._closing

    @property
    def slots(self) -> int:
        """How many runs train here at once."""
        return self._workers.slots

    def worker_memory(self) -> dict[str, list[int]]:
        """Return the bytes of memory of each worker, by kind: ``training`` or ``spare``."""
        return self._workers.memory()

    @property
    def seconds_since_look(self) -> float | None:
        """How long ago the queue was last looked at; None where nobody does, before the start and after the end."""
        alive = self._thread is not None and self._thread.is_alive() and not self._closing
        return time.monotonic() - self._looked if alive else None

    def close(self) -> None:
        """Stop working and end all workers; their runs are marked as interrupted."""
        with self._lock:
            self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(_SHUTDOWN)
        self._workers.close(_SHUTDOWN)
        if self._lead.is_held:
            self._keeper.close(_SHUTDOWN)
        self._presence.close()  # so that what this app still has is nobody's, wherever it was trained
        if self._lead.is_held or self._store.database.is_shared:
            try:
                self._mark_interrupted()
            except MnistLabError as error:
                say(f"What was training could not be marked as interrupted: {error}")
        self._lead.release()
        self._publisher.close(_SHUTDOWN)
        self._workers.news.close(_LAST_NOTICES)

    # the thread

    def _loop(self) -> None:
        next_recovery = next_cleaning = time.monotonic()
        while not self._closing:
            self._looked = time.monotonic()
            try:
                leads = self._leads()
                if leads or self._store.database.is_shared:
                    self._workers.serve()
                if leads:
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
                    ERRORS.add("queue")
                self._said = str(error)
                if isinstance(error, DatabaseLostError):
                    self._keeper.look()
            except Exception as error:  # a fault of ours shall not end the queue for everybody
                ERRORS.add("queue")
                tell_error(error, "The queue was not served this time.")
            self._wake.wait(_TICK if self._workers.run_ids else 1.0)
            self._wake.clear()

    def _leads(self) -> bool:
        """Whether this app leads; once the one that did is gone, this one takes over."""
        led = self._lead.is_held
        if self._lead.look() and not led:
            self._mark_interrupted(spare=self._workers.run_ids)
            self._keeper.start()
        return self._lead.is_held

    def _mark_interrupted(self, spare: Collection[str] = ()) -> None:
        """Mark runs whose process is gone, and tell whoever wants to know; see `Queue.mark_interrupted`."""
        for run_id in self._store.queue.mark_interrupted(spare):
            self._workers.news.ended(run_id)

    def _recover(self) -> None:
        settle(self._store)
        self._mark_interrupted(spare=self._workers.run_ids)
        here = self._store.apps.roll().here
        running = self._store.runs.find(states=[RunState.RUNNING], limit=_MANY)
        others = [record for record in running if record.id not in self._workers.run_ids]
        self._strays.end([record for record in others if record.holder is None or record.holder in here])

    def _clean(self) -> None:
        clean(self._store)
        clean_drawings(self._store)
        sweep(self._store)
        self._store.apps.forget()
        self._reserve.fill()


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
