"""Longer computations about a dataset: one child process at a time, shared by all visitors."""

import subprocess
import threading
from dataclasses import dataclass
from typing import Literal

from mnist_core.errors import AnalysisError, LimitError, MnistLabError
from mnist_core.settings import Settings, get_settings
from mnist_core.store import Analysis, has_analysis
from mnist_core.system.background import Background, Report
from mnist_core.system.children import run_child
from mnist_core.system.launching import child_environment
from mnist_core.system.turns import Asker

PROGRAM = "mnist_core.analysis"
_SHUTDOWN = 5.0  # seconds that the child gets to end with the app
_SECONDS = 10.0  # that a computation usually takes
_PATIENCE = 1800.0  # seconds for the longest one
_MEMORY = 3_000_000_000  # bytes: 1.0 GB was measured


@dataclass(frozen=True)
class AnalysisStatus:
    """How far a computation is.

    Attributes
    ----------
    state : {"missing", "waiting", "running", "ready"}
        ``missing`` means without a result, and nobody computes it.
    fraction : float
        Share that is done, 0 to 1.
    error : MnistLabError or None
        Why the last try failed.
    ahead : int
        How many computations come before it.
    """

    state: Literal["missing", "waiting", "running", "ready"]
    fraction: float = 0.0
    error: MnistLabError | None = None
    ahead: int = 0


class Analyses:
    """Computes what visitors ask for in child processes, one after the other and in fair turns.

    Who asks for what is computed already, or is under way, shares it. Every method may be called
    from any thread.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._background = Background(sliced=False)
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def start(self, analysis: Analysis) -> None:
        """Begin a computation, or let it wait for its turn, unless its result is there or under way.

        It goes on for as long as somebody asks for its status who waits.

        Raises
        ------
        LimitError
            Where too much waits already.
        """
        if not self._closed and not has_analysis(analysis, self._settings):
            self._background.forget(analysis)  # a try that failed
            task = self._background.request(analysis, self._compute, analysis, seconds=_SECONDS)
            if isinstance(task.problem, LimitError):
                raise task.problem

    def status(self, analysis: Analysis, asker: Asker | None = None) -> AnalysisStatus:
        """Return how far a computation is; who waits for one asks again and again."""
        task = self._background.look(analysis, asker)
        if task is not None and task.state == "running":
            return AnalysisStatus("waiting" if task.ahead else "running", task.progress, ahead=task.ahead)
        ready = has_analysis(analysis, self._settings)
        return (
            AnalysisStatus("ready", 1.0) if ready else AnalysisStatus("missing", error=task.problem if task else None)
        )

    @property
    def child_pid(self) -> int | None:
        """Process id of the child at work, if there is one."""
        child = self._child
        return child.pid if child is not None else None

    def close(self) -> None:
        """Stop working and end the child."""
        self._closed = True
        self._background.close(_SHUTDOWN)

    def _compute(self, report: Report, analysis: Analysis) -> None:
        """Run a child to its end."""
        self._settings.analyses_dir.mkdir(parents=True, exist_ok=True)
        try:
            code, error = run_child(
                PROGRAM,
                [analysis.kind, "--dataset", analysis.dataset]
                + ["--samples", str(analysis.samples), "--seed", str(analysis.seed)],
                child_environment(self._settings),
                report,
                log=self._settings.analyses_dir / "last.log",
                seconds=min(_PATIENCE, self._settings.max_run_seconds),
                memory=_MEMORY,
                started=self._begin,
            )
        except OSError as reason:
            raise AnalysisError("The computation could not be started: {reason}", reason=reason) from reason
        finally:
            self._child = None
        if code:
            raise error or AnalysisError(
                "The computation ended without a result (exit code {code}). You can start it again.", code=code
            )

    def _begin(self, child: "subprocess.Popen[bytes]") -> None:
        self._child = child


_shared: Analyses | None = None
_shared_lock = threading.Lock()


def shared_analyses() -> Analyses:
    """Return the service of this process; a module-level singleton for the same reason as the supervisor."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Analyses(get_settings())
        return _shared


def close_shared_analyses() -> None:
    """End the service of this process and its child, if there is one."""
    global _shared
    with _shared_lock:
        if _shared is not None:
            _shared.close()
            _shared = None
