"""Giving memory back to the system."""

import ctypes
import gc
from pathlib import Path

# glibc's malloc.h
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8

_BLOCK = 1 << 20
_ARENAS = 2
_YOUNG = 20_000  # objects that are new, after which Python looks for such as are of no use any more; 700 as it comes
_OOM_SCORE = 500  # 0 is usual, 1000 goes first


def return_large_blocks() -> bool:
    """Make the C library give blocks of 1 MiB and more back as soon as they are freed.

    Left alone, glibc raises this limit to 32 MiB while a program runs, and keeps what it frees
    below it: preparing the datasets left 46 MB behind in a process that lives for weeks. Threads
    also share two heaps instead of growing one each, since every script run is a new thread.
    Returns whether the C library took the limits; others than glibc have no such function.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
        return bool(mallopt(_M_MMAP_THRESHOLD, _BLOCK)) and bool(mallopt(_M_ARENA_MAX, _ARENAS))
    except (AttributeError, OSError, TypeError):
        return False


def return_freed_blocks() -> None:
    """Give back what was freed so far, now: a process that will only wait needs none of it."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        pass  # another C library


def collect_rarely() -> None:
    """Look less often for objects that only refer to each other, and never among those that are there now.

    What stays for as long as the program need not be looked through again and again. With 300 visitors a tenth of all
    processor time of pages was spent so (benchmarks/README.md). The oldest are still looked at often: a session that
    ended is a knot of such objects.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 5, 3)


def volunteer_for_oom() -> None:
    """Where memory runs out, let the system end this process and not the app."""
    try:
        Path("/proc/self/oom_score_adj").write_text(str(_OOM_SCORE))
    except OSError:
        pass  # not Linux, or not allowed: the system then chooses by size
