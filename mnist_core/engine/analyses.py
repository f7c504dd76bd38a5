"""Longer computations about a dataset: one child process at a time, shared by all visitors."""

import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Literal

from mnist_core.engine.children import follow
from mnist_core.engine.local import PROJECT, child_environment, end_by_input
from mnist_core.errors import AnalysisError, MnistLabError
from mnist_core.settings import Settings, get_settings
from mnist_core.store import Analysis, has_analysis

PROGRAM = "mnist_core.analysis"
_SHUTDOWN = 5.0  # seconds that the child gets to end with the app


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
    """

    state: Literal["missing", "waiting", "running", "ready"]
    fraction: float = 0.0
    error: MnistLabError | None = None


class Analyses:
    """Computes what visitors ask for in child processes, one after the other.

    Who asks for what is computed already, or is under way, shares it. Every method may be called
    from any thread.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._waiting: list[Analysis] = []  # the first one is being computed
        self._fraction = 0.0
        self._errors: dict[Analysis, MnistLabError] = {}
        self._child: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._closing = False

    def start(self, analysis: Analysis) -> None:
        """Begin a computation, or let it wait for its turn, unless its result is there or under way."""
        with self._lock:
            if self._closing or analysis in self._waiting or has_analysis(analysis, self._settings):
                return
            self._errors.pop(analysis, None)
            self._waiting.append(analysis)
            if len(self._waiting) == 1:
                self._thread = threading.Thread(target=self._work, name="analyses", daemon=True)
                self._thread.start()

    def status(self, analysis: Analysis) -> AnalysisStatus:
        """Return how far a computation is."""
        with self._lock:
            if self._waiting[:1] == [analysis]:
                return AnalysisStatus("running", self._fraction)
            if analysis in self._waiting:
                return AnalysisStatus("waiting")
            error = self._errors.get(analysis)
        ready = has_analysis(analysis, self._settings)
        return AnalysisStatus("ready", 1.0) if ready else AnalysisStatus("missing", error=error)

    @property
    def child_pid(self) -> int | None:
        """Process id of the child at work, if there is one."""
        child = self._child
        return child.pid if child is not None else None

    def close(self) -> None:
        """Stop working and end the child."""
        with self._lock:
            self._closing = True
            child = self._child
        if child is not None:
            end_by_input(child, _SHUTDOWN)
        if self._thread is not None:
            self._thread.join(_SHUTDOWN)

    # the thread

    def _work(self) -> None:
        while True:
            analysis = self._waiting[0]
            try:
                error = self._compute(analysis)
            except OSError as reason:
                error = AnalysisError("The computation could not be started: {reason}", reason=reason)
            with self._lock:
                if error is not None:
                    self._errors[analysis] = error
                self._waiting.pop(0)
                self._fraction = 0.0
                if self._closing or not self._waiting:
                    self._waiting.clear()
                    return

    def _compute(self, analysis: Analysis) -> MnistLabError | None:
        """Run a child to its end; return why it failed, or None."""
        self._settings.analyses_dir.mkdir(parents=True, exist_ok=True)
        with (self._settings.analyses_dir / "last.log").open("wb") as log, self._lock:
            if self._closing:
                return None
            child = self._child = subprocess.Popen(
                [sys.executable, "-m", PROGRAM, analysis.kind, "--dataset", analysis.dataset]
                + ["--samples", str(analysis.samples), "--seed", str(analysis.seed)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=PROJECT,
                env=child_environment(self._settings),
                # Ctrl-C in the terminal shall reach the app only, which ends its child itself.
                start_new_session=True,
            )
        too_long = threading.Timer(self._settings.max_run_seconds, child.kill)
        too_long.daemon = True
        too_long.start()
        error = follow(child, self._tell)
        end_by_input(child, _SHUTDOWN)  # it has closed its output, so it is ending
        too_long.cancel()
        self._child = None
        code = child.returncode
        if code == 0:
            return None
        return error or AnalysisError(
            "The computation ended without a result (exit code {code}). You can start it again.", code=code
        )

    def _tell(self, fraction: float) -> None:
        self._fraction = fraction


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
