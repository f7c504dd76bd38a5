"""Waiting for a PostgreSQL server that takes questions and answers none: it ends after a while.

A server that hangs keeps its connections, so neither its own limit of time nor TCP's signs of life end a question. Its
socket is closed here instead, and the question fails as if the server were gone.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

_LOOK = 0.5  # seconds between two looks at what is waited for


class Deadlines:
    """Sockets that are waited for, each until its time; one thread looks after all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[int, float] = {}
        self._thread: threading.Thread | None = None

    def begin(self, descriptor: int, until: float) -> None:
        """Close a socket at a moment, by `time.monotonic`, unless `end` comes before."""
        with self._lock:
            self._until[descriptor] = until
            if self._thread is None or not self._thread.is_alive():  # it does not come along into a forked process
                self._thread = threading.Thread(target=self._watch, name="deaf-server", daemon=True)
                self._thread.start()

    def end(self, descriptor: int) -> None:
        """Let a socket be: it was answered."""
        with self._lock:
            self._until.pop(descriptor, None)

    def _watch(self) -> None:
        while True:
            time.sleep(_LOOK)
            with self._lock:  # while it is held nobody gives the descriptor's number to another file
                now = time.monotonic()
                for descriptor in [one for one, until in self._until.items() if until < now]:
                    del self._until[descriptor]
                    with socket.socket(fileno=os.dup(descriptor)) as theirs:
                        try:
                            theirs.shutdown(socket.SHUT_RDWR)
                        except OSError:
                            pass  # it is closed already


_deadlines = Deadlines()


def impatient_connection(longest: Callable[[], float]) -> "type[psycopg.Connection[Any]]":
    """Return a class of connections that wait at most so many seconds for an answer.

    Parameters
    ----------
    longest : callable
        Returns the seconds; asked with each question.
    """
    import psycopg

    class Impatient(psycopg.Connection[Any]):
        """Fails with `psycopg.OperationalError` where no answer comes in time."""

        def wait(self, gen: Any, **how: Any) -> Any:
            descriptor = self.fileno()
            _deadlines.begin(descriptor, time.monotonic() + longest())
            try:
                return super().wait(gen, **how)
            finally:
                _deadlines.end(descriptor)

    return Impatient
