"""Long computations: one at a time, each only once, none forgotten too early."""

import threading
from collections.abc import Callable, Iterator

import pytest

from mnist_core.engine import Background, Report, shared_background
from mnist_core.errors import DataError

PATIENCE = 30.0


class Gate:
    """A computation that stands still until it is let go."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, report: Report, result: object) -> object:
        report(0.25)
        self.begun.set()
        assert self.go.wait(PATIENCE)
        return result


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.go.set()


@pytest.fixture
def background() -> Background:
    return Background(kept=3)


def counting(calls: list[object]) -> Callable[..., object]:
    def function(_report: Report, value: object) -> object:
        calls.append(value)
        return value

    return function


def test_a_request_returns_at_once_and_shows_progress_until_the_result_is_there(
    background: Background, gate: Gate
) -> None:
    first = background.request("key", gate, "result")
    assert (first.state, first.progress, first.result) == ("running", 0.0, None)
    assert gate.begun.wait(PATIENCE)
    assert background.request("key", gate, "result").progress == 0.25
    gate.go.set()
    assert background.wait("key", PATIENCE) == background.request("key", gate, "result")
    done = background.request("key", gate, "result")
    assert (done.state, done.progress, done.result, done.problem) == ("done", 1.0, "result", None)


def test_two_who_ask_for_the_same_share_one_computation(background: Background, gate: Gate) -> None:
    calls: list[object] = []
    background.request("gate", gate, None)
    threads = [
        threading.Thread(target=background.request, args=("key", counting(calls), number)) for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gate.go.set()
    task = background.wait("key", PATIENCE)
    assert task is not None
    assert calls == [task.result]


def test_computations_come_one_after_the_other_in_the_order_of_their_requests(
    background: Background, gate: Gate
) -> None:
    calls: list[object] = []
    background.request("gate", gate, None)
    assert gate.begun.wait(PATIENCE)
    for number in range(3):
        assert background.request(number, counting(calls), number).state == "running"
    assert calls == []
    gate.go.set()
    background.wait(2, PATIENCE)
    assert calls == [0, 1, 2]


def test_the_result_that_nobody_asked_for_longest_goes_first(background: Background) -> None:
    calls: list[object] = []
    function = counting(calls)
    for number in (0, 1, 2):
        background.request(number, function, number)
        background.wait(number, PATIENCE)
    background.request(0, function, 0)  # now 1 is the one that waits longest
    background.request(3, function, 3)
    background.wait(3, PATIENCE)
    assert [background.request(number, function, number).state for number in (0, 2, 3)] == ["done"] * 3
    assert background.wait(1, PATIENCE) is None
    assert calls == [0, 1, 2, 3]


def test_what_is_under_way_is_never_dropped_for_room(gate: Gate) -> None:
    background = Background(kept=1)
    background.request("slow", gate, "result")
    for number in range(3):
        background.request(number, counting([]), number)
    gate.go.set()
    background.wait(2, PATIENCE)
    assert background.wait("slow") is None  # finished long ago, and made room for later ones
    task = background.request(2, counting([]), 2)
    assert task.result == 2


def test_an_error_on_purpose_is_kept_as_its_sentence(background: Background) -> None:
    def fails(_report: Report) -> None:
        raise DataError("There is no {what}.", what="file")

    background.request("key", fails)
    task = background.wait("key", PATIENCE)
    assert task is not None
    assert task.state == "failed"
    assert isinstance(task.problem, DataError)
    assert str(task.problem) == "There is no file."
    assert background.request("key", fails) is task  # it is not tried again by itself


def test_any_other_error_fails_the_task_but_not_the_thread(
    background: Background, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_report: Report) -> float:
        return 1 / 0

    background.request("bad", fails)
    background.request("good", counting([]), 7)
    bad, good = background.wait("bad", PATIENCE), background.wait("good", PATIENCE)
    assert bad is not None
    assert good is not None
    assert "division by zero" in str(bad.problem)
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert good.result == 7


def test_what_was_forgotten_is_computed_anew(background: Background, gate: Gate) -> None:
    calls: list[object] = []
    background.request("key", counting(calls), 1)
    background.wait("key", PATIENCE)
    background.forget("key")
    background.request("key", counting(calls), 2)
    background.wait("key", PATIENCE)
    assert calls == [1, 2]
    background.forget("unknown")
    background.request("gate", gate, "result")
    background.forget("gate")  # under way: it goes on
    gate.go.set()
    task = background.wait("gate", PATIENCE)
    assert task is not None
    assert task.result == "result"


def test_progress_stays_between_nothing_and_all(background: Background) -> None:
    seen = []

    def exaggerates(report: Report) -> None:
        for share in (-1.0, 7.0):
            report(share)
            seen.append(background.request("key", exaggerates).progress)

    background.request("key", exaggerates)
    background.wait("key", PATIENCE)
    assert seen == [0.0, 1.0]


def test_waiting_ends_after_the_timeout(background: Background, gate: Gate) -> None:
    background.request("key", gate, None)
    task = background.wait("key", 0.01)
    assert task is not None
    assert task.state == "running"


def test_no_thread_is_left_when_there_is_nothing_to_do(background: Background) -> None:
    threads: list[threading.Thread] = []

    def remembers(_report: Report) -> None:
        threads.append(threading.current_thread())

    for key in ("a", "b"):
        background.request(key, remembers)
        background.wait(key, PATIENCE)
        threads[-1].join(PATIENCE)
        assert not threads[-1].is_alive()


def test_all_of_a_process_share_one() -> None:
    assert shared_background() is shared_background()
