"""Naming processes so that a reused process id is not mistaken for the old one."""

import os

import psutil


def own_process() -> psutil.Process:
    """Return this process, for `Queue.claim`."""
    return psutil.Process(os.getpid())


def start_time(process: psutil.Process) -> float:
    """Return when a process began, in seconds, as a number that stays the same if the clock is set.

    Linux counts from the system's start, and psutil adds the time of that start, which moves with
    the clock; elsewhere the system itself keeps seconds since 1970.
    """
    return float(process.create_time() - (psutil.boot_time() if psutil.LINUX else 0.0))


def is_alive(pid: int | None, started: float | None) -> bool:
    """Whether the process that had `pid` and began at `started` (of `start_time`) still lives."""
    if pid is None or started is None:
        return False
    try:
        process = psutil.Process(pid)
        # The start time is read back from clock ticks, so it may differ in the last digits.
        return abs(start_time(process) - started) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
