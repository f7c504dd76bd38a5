"""Long computations: one at a time, each only once, none forgotten too early."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from mnist_core.errors import DataError, LimitError
from mnist_core.system import background as module
from mnist_core.system import turns
from mnist_core.system.background import Background, Report, shared_background
from mnist_core.system.patience import pause_point
from mnist_core.system.turns import Asker
from tests.waiting import wait_until

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


# turns


class Open:
    """A page that is open until it is closed."""

    def __init__(self, visitor: str, page: str = "") -> None:
        self.open = True
        self.asker = Asker(visitor, page, lambda: self.open)


def slices(background: Background, log: list[str], name: str, parts: int, go: threading.Event) -> Callable[..., str]:
    """Return a computation of so many parts, each longer than a turn, that notes when it did each of them."""

    def function(report: Report) -> str:
        assert go.wait(PATIENCE)
        for part in range(parts):
            log.append(name)
            wait = time.monotonic() + 0.25
            while time.monotonic() < wait:
                pause_point()
            report((part + 1) / parts)
        return name

    return function


def test_a_short_computation_does_not_wait_for_a_long_one_of_another_visitor(background: Background) -> None:
    log, go = [], threading.Event()  # type: list[str], threading.Event
    background.request("long", slices(background, log, "long", 8, go), asker=Asker("one"), seconds=20)
    go.set()
    wait_until(lambda: bool(log), PATIENCE, "the long one's begin")
    before = len(log)
    background.request("short", slices(background, log, "short", 1, go), asker=Asker("another"), seconds=0.2)
    assert background.wait("short", PATIENCE) is not None
    assert background.look("long") is not None
    task = background.look("long")
    assert task is not None
    assert task.state == "running"
    assert background.wait("long", PATIENCE) is not None
    assert log.index("short") < before + 4
    assert log.count("long") == 8, "what was paused goes on where it was"


def test_one_visitor_s_many_computations_keep_another_one_waiting_for_one_of_them_only(
    background: Background, gate: Gate
) -> None:
    calls: list[object] = []
    background.request("gate", gate, None, asker=Asker("eager"), seconds=10)
    assert gate.begun.wait(PATIENCE)
    for number in range(6):
        background.request(number, counting(calls), number, asker=Asker("eager"), seconds=10)
    background.request("mine", counting(calls), "mine", asker=Asker("patient"), seconds=10)
    task = background.look("mine", Asker("patient"))
    assert task is not None
    assert task.ahead == 1
    last = background.look(5, Asker("eager"))
    assert last is not None
    assert last.ahead == 7
    gate.go.set()
    background.wait(5, PATIENCE)
    assert calls == ["mine", 0, 1, 2, 3, 4, 5]


def test_what_waits_for_a_closed_page_is_never_begun_and_what_is_under_way_ends(background: Background) -> None:
    log, go = [], threading.Event()  # type: list[str], threading.Event
    first, second = Open("one"), Open("two")
    background.request("under way", slices(background, log, "under way", 10_000, go), asker=first.asker)
    background.request("waits", slices(background, log, "waits", 1, go), asker=second.asker)
    go.set()
    wait_until(lambda: bool(log), PATIENCE, "the first one's begin")
    second.open = first.open = False
    assert background.wait("under way", PATIENCE) is None
    assert background.wait("waits", PATIENCE) is None
    assert set(log) == {"under way"}
    first.open = True
    assert background.request("under way", counting([]), 1, asker=first.asker).state == "running", "it begins anew"
    task = background.wait("under way", PATIENCE)
    assert task is not None
    assert task.result == 1


def test_it_goes_on_while_one_of_several_still_waits(background: Background) -> None:
    log, go = [], threading.Event()  # type: list[str], threading.Event
    first, second = Open("one"), Open("two")
    call = ("shared", slices(background, log, "shared", 4, go))
    background.request(*call, asker=first.asker)
    background.request(*call, asker=second.asker)
    first.open = False
    go.set()
    task = background.wait("shared", PATIENCE)
    assert task is not None
    assert task.result == "shared"


def test_a_page_that_asks_no_more_counts_as_gone(background: Background, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_PATIENCE", 0.5)
    log, go = [], threading.Event()  # type: list[str], threading.Event
    background.request("forgotten", slices(background, log, "forgotten", 10_000, go), asker=Asker("one"))
    go.set()
    assert background.wait("forgotten", PATIENCE) is None


def test_a_computation_that_takes_too_long_ends_with_a_sentence(
    background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_SECONDS", 0.3)
    log, go = [], threading.Event()  # type: list[str], threading.Event
    background.request("endless", slices(background, log, "endless", 10_000, go))
    go.set()
    task = background.wait("endless", PATIENCE)
    assert task is not None
    assert "so it was ended" in str(task.problem)


def test_one_visitor_can_ask_for_so_much_and_others_still_can(background: Background, gate: Gate) -> None:
    for number in range(20):
        assert background.request(number, gate, number, asker=Asker("eager")).state == "running"
    refused = background.request("more", gate, None, asker=Asker("eager"))
    assert isinstance(refused.problem, LimitError)
    assert background.request("mine", gate, None, asker=Asker("patient")).state == "running"


def test_closing_ends_what_is_under_way_and_drops_what_waits(background: Background) -> None:
    log, go = [], threading.Event()  # type: list[str], threading.Event
    background.request("under way", slices(background, log, "under way", 10_000, go))
    background.request("waits", slices(background, log, "waits", 1, go))
    go.set()
    wait_until(lambda: bool(log), PATIENCE, "the first one's begin")
    background.close(PATIENCE)
    assert background.look("under way") is None
    assert background.look("waits") is None
    assert set(log) == {"under way"}


def test_addresses_take_turns_before_their_visitors(gate: Gate) -> None:
    """Whoever throws cookies away is a new visitor each time, but comes from one address."""
    background, calls = Background(), []
    background.request("gate", gate, None, asker=Asker("cookie 0", address="a"), seconds=1)
    assert gate.begun.wait(PATIENCE)
    for cookie in range(1, 6):
        asker = Asker(f"cookie {cookie}", address="a")
        background.request(f"a{cookie}", counting(calls), f"a{cookie}", asker=asker, seconds=1)
    for n in (1, 2):
        background.request(f"b{n}", counting(calls), f"b{n}", asker=Asker("patient", address="b"), seconds=1)
    gate.go.set()
    for key in ("a5", "b2"):
        background.wait(key, PATIENCE)
    assert calls.index("b1") == 0
    assert calls.index("b2") <= 2
    assert sorted(calls) == ["a1", "a2", "a3", "a4", "a5", "b1", "b2"]
    background.close(PATIENCE)


def test_one_address_leaves_room_in_the_background_for_others(gate: Gate) -> None:
    background = Background(most_of_one=2, most_of_all=8)
    background.request("gate", gate, None, asker=Asker("cookie", address="a"))
    for cookie in range(3):
        background.request(cookie, counting([]), cookie, asker=Asker(f"cookie {cookie}", address="a"))
    refused = background.request("more", counting([]), 0, asker=Asker("another cookie", address="a"))
    assert refused.state == "failed"
    assert background.request("other", counting([]), 0, asker=Asker("patient", address="b")).state == "running"
    gate.go.set()
    background.close(PATIENCE)
