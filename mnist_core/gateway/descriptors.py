"""File descriptors: as many as the system gives, none where none is needed, and a few always kept free."""

import asyncio
import os
import selectors
import sys
import time

_LOOK = 0.25  # seconds for which a count stays good
_MOST = 65_536  # more descriptors than this process ever needs; some systems give a billion
RESERVE = 128  # for workers, the database, files: what runs go on with while no new page is let in


def raise_limit() -> None:
    """Allow this process as many file descriptors as it may have; the usual 1,024 are 200 open pages."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST if hard == resource.RLIM_INFINITY else min(hard, _MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            pass  # then it stays as it is, and fewer pages are let in


class Descriptors:
    """How many file descriptors this process has left."""

    def __init__(self) -> None:
        self._counted, self._at = 0, -_LOOK

    @property
    def limit(self) -> int:
        """Most that there can be."""
        if sys.platform == "win32":
            return _MOST
        import resource

        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        return _MOST if soft == resource.RLIM_INFINITY else soft

    def free(self) -> int:
        """Return how many are left; all where the system does not say."""
        if time.monotonic() - self._at >= _LOOK:
            try:
                self._counted = len(os.listdir("/dev/fd"))
            except FileNotFoundError:
                self._counted = 0
            except OSError:
                self._counted = self.limit  # even to look takes one
            self._at = time.monotonic()
        return self.limit - self._counted

    def expect(self) -> None:
        """Count one more until the next look: somebody was let in who will need it."""
        self._counted += 1


class SleepingLoop(asyncio.SelectorEventLoop):
    """An event loop that takes file descriptors only when it runs.

    Streamlit makes a loop for each session, in case a script asks for one, and keeps it until the session is forgotten:
    three descriptors for each open page and for 128 closed ones. Ours are never run.
    """

    def __init__(self) -> None:
        super().__init__(selectors.PollSelector())

    def _make_self_pipe(self) -> None:
        self._ssock = self._csock = None

    def _close_self_pipe(self) -> None:
        if self._ssock is not None:
            super()._close_self_pipe()

    def run_forever(self) -> None:
        """Run, from now on with what that takes."""
        if self._ssock is None:
            super()._make_self_pipe()  # type: ignore[misc]
        super().run_forever()


class _Policy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return SleepingLoop()


def let_loops_sleep() -> None:
    """Make every event loop from now on a `SleepingLoop`, where the system has them."""
    if hasattr(selectors, "PollSelector") and sys.platform != "win32":
        asyncio.set_event_loop_policy(_Policy())
