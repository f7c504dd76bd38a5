"""Connections to a PostgreSQL server that give up where it takes questions and answers none.

A server that hangs keeps its connections: neither its own limit of time nor TCP's signs of life end a question then.
"""

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

_LOOK = 0.1  # seconds between two looks for an interruption, psycopg's own


def impatient_connection(longest: Callable[[], float]) -> "type[psycopg.Connection[Any]]":
    """Return a class of connections that wait at most so many seconds for an answer.

    Parameters
    ----------
    longest : callable
        Returns the seconds; asked with each question.
    """
    import psycopg
    from psycopg.errors import _WaitTimeout

    class Impatient(psycopg.Connection[Any]):
        """Is closed, with `psycopg.OperationalError`, where no answer comes in time."""

        def wait(self, gen: Generator[Any, Any, Any], interval: float = _LOOK, timeout: float | None = None) -> Any:
            try:
                return super().wait(gen, interval, longest() if timeout is None else timeout)
            except _WaitTimeout as error:
                self.pgconn.finish()  # asking the server to end it would wait as well
                raise psycopg.OperationalError("it does not answer") from error

    return Impatient
