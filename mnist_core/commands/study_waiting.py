"""Waiting for a study on the command line, with the queue at work."""

import signal
import threading
import time
from types import FrameType

from mnist_core.commands.common import LOCAL
from mnist_core.commands.study_words import report, trial_line
from mnist_core.engine import Supervisor
from mnist_core.store import Store, TrialState
from mnist_core.studies import StudyDriver

_LOOK = 0.2  # seconds between two looks at what is under way


class WorkingQueue:
    """The queue at work for as long as this command waits: by a dashboard that runs, or else by this process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # No spare: what this process needs it starts.
        settings = store.settings.model_copy(update={"warm_spare": False})
        self.supervisor = Supervisor(store, settings)
        self._driver = StudyDriver(store, self.supervisor)
        self.is_broken_off = threading.Event()

    def __enter__(self) -> "WorkingQueue":
        self._store.database.be_patient()
        self.supervisor.start()
        self._driver.start()
        signal.signal(signal.SIGINT, self._break_off)
        return self

    def __exit__(self, *_: object) -> None:
        self._driver.close()
        self.supervisor.close()

    def wake(self) -> None:
        """Let the study move on now."""
        self._driver.wake()

    def _break_off(self, _signal: int, _frame: FrameType | None) -> None:
        self.is_broken_off.set()


def wait_for(store: Store, study_id: str, as_json: bool, work: WorkingQueue) -> int:
    """Wait for the end of a study, telling each trial as it ends; return the exit code."""
    told: set[int] = set()
    work.wake()
    while True:
        record, trials = store.studies.get(study_id), store.trials.of(study_id)
        if not as_json:
            for trial in trials:
                if trial.state.is_finished and trial.number not in told:
                    told.add(trial.number)
                    print(trial_line(trial), flush=True)
        if record.state.is_finished and all(trial.state.is_finished for trial in trials):
            break
        if work.is_broken_off.is_set() and not record.state.is_finished:
            store.studies.stop(study_id, LOCAL)
            work.wake()
        time.sleep(_LOOK)
    report(store.studies.get(study_id), trials, as_json)
    return 0 if any(trial.state is TrialState.COMPLETED for trial in trials) else 1
