"""Runs and metrics in one database, shared by the app, its workers and the command line.

Every change of state is one conditional update, so two processes can't claim one run, and a
finished run is never written again.
"""

import shutil
import time
from collections.abc import Collection
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

import psutil
from sqlalchemy import func, insert, literal, or_, select, update

from mnist_core.config import RunConfig
from mnist_core.drawing.personal import PersonalSet
from mnist_core.errors import RunStateError
from mnist_core.settings import Settings, get_settings
from mnist_core.store.adopting import PROCESS_GONE, Adopting
from mnist_core.store.artifacts import new_run_id
from mnist_core.store.drawings import Drawings
from mnist_core.store.importing import Importing
from mnist_core.store.listing import Listing
from mnist_core.store.metrics import Metrics
from mnist_core.store.records import Outcome, RunError, RunState
from mnist_core.store.requests import next_in_queue
from mnist_core.store.room import Room
from mnist_core.store.shipping import Shipping
from mnist_core.store.tables import METRIC_NAMES, metrics, runs
from mnist_core.system.files import replacing, storage_errors
from mnist_core.system.processes import is_alive, start_time


class Store(Room, Listing, Metrics, Drawings, Shipping, Importing, Adopting):
    """Access to the database and to the run folders; parameters and errors as of `Database`.

    Where the database was missing, its record is made anew from the newest copy and from the folders of the runs.

    Attributes
    ----------
    brought_back : list of str
        Ids of the runs that were brought back as the store was opened.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.brought_back = self.make_anew() if self.was_missing else []
        self.meet_all()

    def create(
        self,
        config: RunConfig,
        name: str,
        *,
        owner: str | None = None,
        recipe: str | None = None,
        shared: bool | None = None,
        continues: str | None = None,
        drawings: PersonalSet | None = None,
        address: str | None = None,
    ) -> str:
        """Record a new queued run and return its id.

        Parameters
        ----------
        config : RunConfig
        name : str
        owner, recipe : str, optional
        shared : bool, optional
            Whether everyone may look at it; by default as the settings say.
        continues : str, optional
            A run whose training this one goes on with: its checkpoint and its curve up to there are
            copied, so that it may be deleted.
        drawings : PersonalSet, optional
            What a fine-tuned run learns from, unless it continues one. They are copied, and so is the
            model of the run that it begins with. A run that continues one gets no copy of its drawings: they may be
            somebody else's, and stay where they are.

        address : str, optional
            Where the visitor comes from, as in `Visitor.address`.

        Raises
        ------
        RunStateError
            If the run to continue has no checkpoint, or the one to begin with no model; if one that is to be
            fine-tuned has nothing to learn from.
        ArtifactMissingError
            If the run to continue is a fine-tuned one, and its drawings are gone.
        StorageError
            If the disk is full or the folder can't be written.
        """
        if config.fine_tune is not None and continues is None and drawings is None:
            raise RunStateError("A network is fine-tuned on the page Draw, with drawings. Draw some there first.")
        now = time.time()
        run_id = new_run_id()
        files = self.files(run_id)
        try:
            with storage_errors(self.settings.runs_dir):
                files.folder.mkdir(parents=True, exist_ok=True)
                step = self._copy_checkpoint(continues, run_id) if continues else 0
                if config.fine_tune is not None:
                    source = continues or config.fine_tune.base
                    self._copy_base(source, run_id, owner, None if continues else drawings)
        except BaseException:
            shutil.rmtree(files.folder, ignore_errors=True)
            raise
        size = files.size()  # what was copied lies there even if the run never begins
        with self._changing(run_id) as connection:
            self._meet(connection, owner, address)
            connection.execute(
                insert(runs).values(
                    id=run_id,
                    name=name,
                    config=config.to_json(),
                    fingerprint=config.fingerprint(),
                    state=RunState.QUEUED.value,
                    owner=owner,
                    recipe=recipe,
                    created=now,
                    updated=now,
                    queued=next_in_queue(),
                    shared=self.settings.share_new_runs if shared is None else shared,
                    continues=continues,
                    step=step,
                    bytes=size,
                    address=address,
                )
            )
            if continues:
                columns = ("kind", "step", "epoch", "seconds", *METRIC_NAMES)
                earlier = (
                    select(literal(run_id), *(metrics.c[name] for name in columns))
                    .where(metrics.c.run_id == continues, metrics.c.step <= step)
                    .order_by(metrics.c.id)
                )
                connection.execute(insert(metrics).from_select(["run_id", *columns], earlier))
        self.keep_curve(run_id)
        return run_id

    # what the process of a run does

    def claim(self, run_id: str, process: psutil.Process) -> bool:
        """Turn a queued run into a running one that belongs to `process`.

        Returns False where another process was faster or the run is not queued any more.
        """
        return self._change(
            run_id,
            (RunState.QUEUED,),
            state=RunState.RUNNING.value,
            started=func.coalesce(runs.c.started, time.time()),
            phase="start",
            pause_requested=False,
            pid=process.pid,
            pid_started=start_time(process),
        )

    def finish(
        self,
        run_id: str,
        state: RunState,
        *,
        outcome: Outcome | None = None,
        error: RunError | None = None,
        pid: int | None = None,
    ) -> bool:
        """End a run. Returns False where it had ended before, or belongs to another process than `pid`."""
        values: dict[str, Any] = {
            "state": state.value,
            "finished": time.time(),
            "phase": "",
            "bytes": self.files(run_id).size(),
        }
        if outcome is not None:
            values["outcome"] = asdict(outcome)
            values["device"] = outcome.device
        if error is not None:
            values["error"] = asdict(error)
        mine = () if pid is None else (or_(runs.c.pid.is_(None), runs.c.pid == pid),)
        active = (RunState.QUEUED, RunState.RUNNING)
        ended = self._in_any_case(lambda: self._change(run_id, active, *mine, **values))
        if ended:
            self.keep_curve(run_id)
            if state is RunState.COMPLETED:
                self._earned(run_id)
        return ended

    def explain(self, run_id: str, error: RunError) -> None:
        """Say why a run ended as it did, where its own process could not know."""
        with self._changing(run_id) as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(error=asdict(error)))

    def mark_paused(self, run_id: str) -> bool:
        """Turn a running run, whose checkpoint is written, into a paused one without a process."""
        values: dict[str, Any] = {
            "state": RunState.PAUSED.value,
            "phase": "",
            "pause_requested": False,
            "pid": None,
            "pid_started": None,
            "bytes": self.files(run_id).size(),
        }
        paused = self._in_any_case(lambda: self._change(run_id, (RunState.RUNNING,), **values))
        if paused:
            self.keep_curve(run_id)
        return paused

    def update_progress(self, run_id: str, **values: Any) -> None:
        """Write phase, device, epoch, step or steps_per_epoch of a running run."""
        self._change(run_id, (RunState.RUNNING,), **values)

    def mark_interrupted(self, spare: Collection[str] = ()) -> list[str]:
        """Mark every running run whose process is gone; return their ids.

        Runs in `spare` are left to the caller, who knows better why their process ended.
        """
        gone = []
        for record in self.find(states=[RunState.RUNNING]):
            if record.id in spare:
                continue
            if not is_alive(record.pid, record.pid_started) and self.finish(
                record.id,
                RunState.INTERRUPTED,
                error=PROCESS_GONE,
            ):
                gone.append(record.id)
        return gone

    def _copy_checkpoint(self, source: str, target: str) -> int:
        step = self.files(source).checkpoint_step()
        if step is None:
            raise RunStateError("This run can't be continued: its checkpoint is missing or damaged.")
        with replacing(self.files(target).checkpoint) as path:
            shutil.copyfile(self.files(source).checkpoint, path)
        return step

    def _copy_base(self, source: str, target: str, owner: str | None, drawings: PersonalSet | None) -> None:
        """Give a fine-tuned run its first weights and its drawings; without `drawings` it goes on with another one."""
        files, earlier = self.files(target), self.files(source)
        if drawings is not None:
            files.write_drawings(replace(drawings, owner=drawings.owner or owner))
        else:
            earlier.read_drawings()  # where they are gone, it is said now and not when training begins
            files.refer_to_drawings(earlier.drawings_of)
        try:
            with replacing(files.base_model) as path:
                shutil.copyfile(earlier.base_model if drawings is None else earlier.model, path)
            with replacing(files.base_probabilities) as path:
                shutil.copyfile(earlier.base_probabilities if drawings is None else earlier.probabilities, path)
        except FileNotFoundError as error:
            raise RunStateError(
                "The model of this run is missing, so it can't learn more. Choose another one."
            ) from error


@lru_cache(maxsize=1)
def shared_store() -> Store:
    """Return the store of this process."""
    return Store(get_settings())
