"""What this computer has to train with, found without TensorFlow."""

import os
import re
from contextlib import suppress
from pathlib import Path

import psutil

_DEV = Path("/dev")
_CGROUP = Path("/sys/fs/cgroup")


def gpu_ids() -> list[str]:
    """Return the ids of the NVIDIA cards that may be used, as for ``CUDA_VISIBLE_DEVICES``."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [name.strip() for name in visible.split(",") if name.strip() not in ("", "-1")]
    with suppress(OSError):
        return sorted(
            match[1] for path in _DEV.iterdir() if (match := re.fullmatch(r"nvidia(\d+)", path.name)) is not None
        )
    return []


def usable_cores() -> int:
    """Return how many processor cores this process may use, a container's quota included."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError):
        quota, period = (_CGROUP / "cpu.max").read_text().split()
        if quota != "max":
            cores = min(cores, max(1, round(int(quota) / int(period))))
    return cores


def total_memory() -> int:
    """Return the bytes of memory that this process may use, a container's limit included."""
    total = int(psutil.virtual_memory().total)
    with suppress(OSError, ValueError):
        total = min(total, int((_CGROUP / "memory.max").read_text()))
    return total


def default_slots() -> int:
    """Return how many runs may train at once: one for each card, else one for two cores."""
    return len(gpu_ids()) or max(1, usable_cores() // 2)


def memory_limit_mb(limit: int | None, slots: int) -> float:
    """Return the most memory of a worker in MB: the setting, or its share of four fifths of all."""
    return limit if limit is not None else 0.8 * total_memory() / slots / 1e6
