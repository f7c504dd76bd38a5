"""A run and the worker that trains it, watched for faults."""

import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from mnist_core.engine.launcher import Worker
from mnist_core.engine.local import UNRECORDED
from mnist_core.engine.silence import Silence
from mnist_core.settings import Settings
from mnist_core.store import RunError, RunState
from mnist_core.store.records import Sign
from mnist_core.store.reserve import disk_is_full
from mnist_core.system.files import disk_full
from mnist_core.text import Plural


@dataclass
class Job:
    """One worker at work. Times are of the monotonic clock: the wall clock can be set back.

    Attributes
    ----------
    verdict : (RunState, RunError or None) or None
        How the run shall end where the supervisor ended its worker.
    remark : RunError or None
        Why the run was stopped gently, for its record.
    """

    worker: Worker
    was_spare: bool
    began: float = field(default_factory=time.monotonic)
    stop_sent: float | None = None
    pause_sent: bool = False
    verdict: tuple[RunState, RunError | None] | None = None
    remark: RunError | None = None
    _over_since: float | None = None
    _silence: Silence = field(default_factory=Silence)

    def attend(self, record: Sign | None, settings: Settings, memory_limit_mb: float) -> None:
        """Pass on what was asked for, and end a worker that is stuck or takes too much.

        `record` is None once the run has ended or was deleted: its worker shall be gone soon.
        """
        now = time.monotonic()
        if record is None:
            self._over_since = self._over_since or now
            if now - self._over_since > settings.stop_patience:
                self.worker.kill()
            return
        silent = self._silence.seconds(record)
        self._pass_on(record, settings, now, silent)
        if self.verdict is not None:
            return
        memory = self.worker.memory() / 1e6
        if memory > memory_limit_mb:
            self._kill(RunState.FAILED, _too_much_memory(memory, memory_limit_mb))
        elif silent > settings.hang_patience:
            self._kill(RunState.INTERRUPTED, _hangs(silent))
        elif now - self.began > settings.max_run_seconds and self.stop_sent is None:
            self.remark = _too_long(settings.max_run_seconds)
            self._stop(now)

    def ending(self, code: int, settings: Settings) -> tuple[RunState, RunError | None]:
        """Return how a run ends whose worker ended with `code` and recorded nothing itself."""
        if self.verdict is None and disk_is_full(settings.home):
            # Not failed: it goes on from its checkpoint once there is space.
            return RunState.INTERRUPTED, _no_space(settings.home)
        return self.verdict or (RunState.INTERRUPTED, _worker_died(code))

    def _pass_on(self, record: Sign, settings: Settings, now: float, silent: float) -> None:
        if record.stop_requested and self.stop_sent is None:
            self._stop(now)
        if record.pause_requested and not self.pause_sent:
            self.worker.request_pause()
            self.pause_sent = True
        # A stop is noticed between two batches. Before the first and after the last one Keras is imported, and the
        # model is made that shall be kept: how long that takes depends on what else the computer does.
        if self.stop_sent is None or record.phase != "fit":
            return
        waited = min(now - self.stop_sent, silent)
        if waited > 2 * settings.stop_patience:
            self.worker.kill()
        elif waited > settings.stop_patience:
            self.verdict = (RunState.STOPPED, self.remark)
            self.worker.terminate()

    def _stop(self, now: float) -> None:
        self.worker.request_stop()
        self.stop_sent = now

    def _kill(self, state: RunState, error: RunError) -> None:
        self.verdict = (state, error)
        self.worker.kill()


def _too_much_memory(used: float, limit: float) -> RunError:
    return RunError(
        code="out_of_memory",
        template="The training took {used:.1f} GB of memory, and {limit:.1f} GB are possible here, so it was ended. "
        "Try a smaller network or a smaller batch size.",
        values={"used": used / 1000, "limit": limit / 1000},
    )


def _hangs(seconds: float) -> RunError:
    return RunError(
        code="hangs",
        template=Plural(
            "The training gave no sign of life for {n:,} second, so it was ended. "
            "You can resume it from its last checkpoint.",
            "The training gave no sign of life for {n:,} seconds, so it was ended. "
            "You can resume it from its last checkpoint.",
        ),
        values={"n": round(seconds)},
    )


def _too_long(limit: float) -> RunError:
    return RunError(
        code="time_limit",
        template=Plural(
            "The training reached the limit of {n:g} minute and was stopped. Its model so far is kept.",
            "The training reached the limit of {n:g} minutes and was stopped. Its model so far is kept.",
        ),
        values={"n": limit / 60},
    )


def _no_space(folder: Path) -> RunError:
    error = disk_full(folder)
    return RunError(code=error.code, template=error.template, values={"folder": str(folder)})


def _worker_died(code: int) -> RunError:
    if code == UNRECORDED:
        return RunError(
            code="unrecorded",
            template="The training process could not write how the run ended: the disk was full, or could not be "
            "written. Free some space, then resume the run from its last checkpoint.",
        )
    if code >= 0:
        return RunError(
            code="worker_died",
            template="The training process ended without a result (exit code {code}). Its log may say why.",
            values={"code": str(code)},
        )
    name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
    return RunError(
        code="worker_killed",
        template="The training process was ended from outside (signal {name}), perhaps because memory ran out. "
        "What other runs had finished is safe; you can resume this one from its last checkpoint.",
        values={"name": name},
    )
