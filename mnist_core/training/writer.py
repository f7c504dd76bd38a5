"""Writing while training goes on."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self


class Writer:
    """Does one thing after the other in a thread of its own, in order; a context manager.

    An error comes up in the caller's thread, with the next `do` or at the end of the block.
    """

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._pending: list[Future[None]] = []

    def do(self, action: Callable[[], None]) -> None:
        """Have `action` done soon; raises what an earlier one raised."""
        self._check(done_only=True)
        self._pending.append(self._executor.submit(action))

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Wait until all is done."""
        self._executor.shutdown(wait=True)
        if error is None:
            self._check(done_only=False)

    def _check(self, *, done_only: bool) -> None:
        while self._pending and (self._pending[0].done() or not done_only):
            self._pending.pop(0).result()
