"""Waiting for a condition, with a deadline that says what was waited for."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], bool], seconds: float, what: str, pause: float = 0.05) -> None:
    """Return once `condition` holds, looked at every `pause` seconds; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(pause)
