"""The thread that moves studies on: whose turn it is, and what a fault ends."""

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from mnist_core.engine import Supervisor
from mnist_core.errors import MnistLabError
from mnist_core.store import Store, StudyRecord, StudyState, TrialRecord, TrialState
from mnist_core.studies.attending import Attending
from mnist_core.studies.beginning import Beginning, study_by_now
from mnist_core.studies.optimizers import Optimizers
from mnist_core.studies.optuna_storage import remove_others
from mnist_core.studies.width import Width
from mnist_core.system.saying import say, tell_error
from mnist_core.text import Phrase

_TICK, _IDLE = 0.3, 1.0  # seconds between two looks, and where no study is under way
_TIDYING = 60.0  # seconds between two looks for what is left of studies that are gone
_MANY = 10_000  # more studies than are ever under way
_FAULT = Phrase("A fault of MNIST Lab ended this study. What it found stays; the log says more.")


class StudyDriver:
    """Moves all studies on, in the app that leads; `look` is for one thread.

    It holds nothing that is not in the record: whoever leads next goes on.

    Parameters
    ----------
    store : Store
    supervisor : Supervisor
        Whose queue the trials go through.
    """

    def __init__(self, store: Store, supervisor: Supervisor) -> None:
        self._store, self._supervisor = store, supervisor
        self._optimizers = Optimizers(store)
        self._attending = Attending(store, supervisor, self._optimizers)
        self._beginning = Beginning(store, supervisor, self._optimizers)
        self._next_tidying = 0.0
        self._known: set[str] | None = None  # all studies when it was tidied last
        self._wake = threading.Event()
        self._closing = False
        self._said = ""
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work."""
        self._thread = threading.Thread(target=self._loop, name="studies", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look now: a study has begun, or is to go on."""
        self._wake.set()

    def close(self, timeout: float = 5.0) -> None:
        """Stop working; what trains goes on."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def _loop(self) -> None:
        while not self._closing:
            busy = False
            try:
                if self._supervisor.leads:
                    self._tidy()
                    busy = self.look()
                self._said = ""
            except (MnistLabError, OSError) as error:  # a full disk or a server that is away passes
                if str(error) != self._said:
                    say(f"The studies could not be looked at this time: {error}")
                self._said = str(error)
                self._forget()
            except Exception as error:
                if repr(error) != self._said:
                    tell_error(error, "The studies were not looked at this time.")
                self._said = repr(error)
                self._forget()
            self._wake.wait(_TICK if busy else _IDLE)
            self._wake.clear()

    def _forget(self) -> None:
        """Make everything anew from the record: a step may have been done by half."""
        self._optimizers.forget()
        self._beginning.forget()

    def look(self) -> bool:
        """Tell what ended, end what fell behind, and begin what may begin; return whether a study is under way."""
        studies = {study.id: study for study in self._store.studies.find(states=[StudyState.RUNNING], limit=_MANY)}
        running = sorted(studies.values(), key=lambda study: study.created)
        unended = self._store.trials.unended()
        self._attending.held.clear()
        for study_id, trial in unended:
            study = studies.get(study_id) or study_by_now(self._store, study_id)
            if study is not None:
                self._safely(study, partial(self._attending.attend, study, trial), trial)
        self._begin_all(running)
        under_way = {*studies, *(study_id for study_id, _ in unended)}
        self._optimizers.keep(under_way)
        self._beginning.keep(under_way)
        return bool(running or unended)

    def _begin_all(self, running: Sequence[StudyRecord]) -> None:
        """Begin trials of studies; of a visitor one study goes after the other.

        None of a study begin while one of its trials is paused: whoever pauses means to go on with that one.
        """
        if not running:
            return
        width = Width(self._store, self._supervisor)
        busy: set[str | None] = set()
        for study in running:
            if study.owner in busy:
                continue
            held = study.id in self._attending.held
            if held or self._safely(study, partial(self._beginning.some, study, width)):
                busy.add(study.owner)

    def _safely(self, study: StudyRecord, step: Callable[[], bool | None], trial: TrialRecord | None = None) -> bool:
        """Take a step of a study and return what it does; a fault of ours ends this study, and no other one."""
        try:
            return bool(step())
        except (MnistLabError, OSError):  # of the disk or the database: it passes
            raise
        except Exception as error:
            tell_error(error, f"The study {study.id} was ended by a fault.")
            self._forget()
            self._store.studies.end(study.id, StudyState.FAILED, _FAULT)
            if trial is not None:
                self._store.trials.end(study.id, trial.number, TrialState.FAILED, None, _FAULT)
            return False

    def _tidy(self) -> None:
        """Remove studies whose time is over, and what Optuna keeps of studies that are gone."""
        if time.monotonic() < self._next_tidying:
            return
        self._next_tidying = time.monotonic() + _TIDYING
        self._store.studies.sweep()
        known = self._store.studies.ids()
        some_are_gone = self._known is None or bool(self._known - known)
        if some_are_gone and remove_others(self._store.settings, known):
            self._forget()  # its file is another one now
        self._known = known
