"""Naming processes so that a reused process id is not mistaken for the old one."""

import os

import psutil


def own_process() -> psutil.Process:
    """Return this process, for `Store.claim`."""
    return psutil.Process(os.getpid())


def is_alive(pid: int | None, started: float | None) -> bool:
    """Whether the process that had `pid` and began at `started` (seconds since 1970) still lives."""
    if pid is None or started is None:
        return False
    try:
        process = psutil.Process(pid)
        # The start time is read back from clock ticks, so it may differ in the last digits.
        return bool(abs(process.create_time() - started) < 1.0 and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
