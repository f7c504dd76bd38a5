"""When a worker is ended that does not stop by itself, by a clock that the tests move."""

from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from mnist_core.engine import job as job_module
from mnist_core.engine import silence as silence_module
from mnist_core.engine.job import Job
from mnist_core.settings import Settings
from mnist_core.store import RunState
from mnist_core.store.records import Sign


class Clock:
    """A monotonic clock that stands until it is moved."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (job_module, silence_module):
        monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def job(clock: Clock) -> Job:
    worker = Mock()
    worker.memory.return_value = 0
    return Job(worker, was_spare=False, began=clock.now)


def stopping(phase: str, updated: float = 0.0) -> Sign:
    return Sign("a run", phase, stop_requested=True, pause_requested=False, updated=updated)


def attend(job: Job, clock: Clock, seconds: float, sign: Sign) -> SimpleNamespace:
    """Look after so many seconds; return whether the worker was asked to stop, terminated and killed."""
    clock.now += seconds
    job.attend(sign, Settings(stop_patience=20, hang_patience=300), 1e9)
    calls = [call[0] for call in job.worker.method_calls]
    return SimpleNamespace(**{name: name in calls for name in ("request_stop", "terminate", "kill")})


def test_a_worker_whose_batches_do_not_end_is_ended_after_its_patience(job: Job, clock: Clock) -> None:
    assert attend(job, clock, 0, stopping("fit")).request_stop
    assert not attend(job, clock, 19, stopping("fit")).terminate
    assert attend(job, clock, 2, stopping("fit")).terminate
    assert job.ending(-15, Settings()) == (RunState.STOPPED, None)
    assert attend(job, clock, 20, stopping("fit")).kill


@pytest.mark.parametrize("phase", ["", "start", "import", "data", "evaluate", "export"])
def test_who_still_begins_or_makes_the_model_gets_the_time_for_it(job: Job, clock: Clock, phase: str) -> None:
    attend(job, clock, 0, stopping(phase))
    seen = attend(job, clock, 250, stopping(phase))
    assert (seen.terminate, seen.kill) == (False, False)
    assert attend(job, clock, 51, stopping(phase)).kill, "it hangs"
    state, error = job.ending(-9, Settings())
    assert state is RunState.INTERRUPTED, "so that it can go on from its checkpoint"
    assert error is not None


def test_slow_work_that_goes_on_is_no_reason_to_end_a_worker(job: Job, clock: Clock) -> None:
    attend(job, clock, 0, stopping("fit"))
    for updated in range(1, 6):
        assert not attend(job, clock, 15, stopping("fit", updated)).terminate
