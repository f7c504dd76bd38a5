"""Long computations ask now and then whether somebody still waits, and let others go first.

Who computes calls `pause_point` every few hundredths of a second. What happens there is decided by who asked for the
computation: a thread of `mnist_core.system.background` lets others take their turn, a page's thread ends once its page
is closed. It raises `AbandonedError` where nobody waits any more. A child process ends with its standard input.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Check = Callable[[], None]
EXIT_ORPHANED = 4


def _nothing() -> None:
    pass


_own: ContextVar[Check | None] = ContextVar("pause_point", default=None)
_elsewhere: list[Check] = [_nothing]


def pause_point() -> None:
    """Do what whoever asked for this computation wants done now and then; may raise `MnistLabError`."""
    (_own.get() or _elsewhere[0])()


@contextmanager
def pausing_by(check: Check) -> Iterator[None]:
    """Let `pause_point` call `check` in this thread."""
    token = _own.set(check)
    try:
        yield
    finally:
        _own.reset(token)


def pause_elsewhere_by(check: Check) -> None:
    """Let `pause_point` call `check` in all threads that have nothing of their own."""
    _elsewhere[0] = check


def end_with_the_input() -> None:
    """Let this process end at once when its standard input ends: whoever started it is gone, or waits no more."""

    def listen() -> None:
        while os.read(0, 1024):
            pass
        os._exit(EXIT_ORPHANED)

    threading.Thread(target=listen, daemon=True).start()
