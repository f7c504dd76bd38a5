"""Processes: naming them so that a reused id is not mistaken for the old one, and letting others go first."""

import os
from contextlib import suppress
from pathlib import Path

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


def give_way(niceness: int) -> None:
    """Let processes that are less nice go first from now on; for good, as only root may take it back.

    Parameters
    ----------
    niceness : int
        1 to 19, as for nice(1). At 5 a process gets a quarter of a processor that another one of 0 wants too, at 10 a
        tenth (the weights of Linux's kernel/sched/core.c); whatever nobody else wants is still its own.
    """
    if not hasattr(os, "nice"):  # Windows
        return
    os.nice(niceness)
    # Where Linux shares processors between sessions first, niceness counts among a session's own processes alone
    # (sched(7), "autogroup"). A worker has a session of its own; that of a terminal is not ours.
    if os.getsid(0) == os.getpid():
        with suppress(OSError):  # a kernel without, or not allowed
            Path("/proc/self/autogroup").write_text(str(niceness))
