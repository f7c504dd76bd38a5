"""Giving memory back to the system."""

import ctypes

_M_MMAP_THRESHOLD = -3  # glibc's malloc.h
_BLOCK = 1 << 20


def return_large_blocks() -> bool:
    """Make the C library give blocks of 1 MiB and more back as soon as they are freed.

    Left alone, glibc raises this limit to 32 MiB while a program runs, and keeps what it frees
    below it: preparing the datasets left 46 MB behind in a process that lives for weeks. Returns
    whether the C library took the limit; others than glibc have no such function.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _BLOCK))
    except (AttributeError, OSError, TypeError):
        return False
