"""What Linux's control groups leave to this process: the limits of a container, or of a service of systemd."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")
_MEMORY = (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes"))  # version 2, 1


def cores() -> float | None:
    """Return how many processor cores may be used; None without a limit."""
    quotas = []
    for folder in _folders("cpu"):
        with suppress(OSError, ValueError):
            quota, period = (folder / "cpu.max").read_text().split()
            quotas.append(int(quota) / int(period))
        with suppress(OSError, ValueError):
            if (us := _number(folder / "cpu.cfs_quota_us")) > 0:
                quotas.append(us / _number(folder / "cpu.cfs_period_us"))
    return min(quotas, default=None)


def memory() -> int | None:
    """Return the bytes of memory that may be used; None without a limit."""
    return min((most for _, most, _ in _limits()), default=None)


def memory_left() -> int | None:
    """Return the bytes of memory that are still to be had; None without a limit.

    What files take goes first where memory is wanted, so it counts as free.
    """
    left = []
    for folder, most, used in _limits():
        with suppress(OSError, ValueError):
            cached = re.findall(r"^(?:total_)?inactive_file (\d+)$", (folder / "memory.stat").read_text(), re.MULTILINE)
            left.append(most - _number(folder / used) + (int(cached[-1]) if cached else 0))
    return min(left, default=None)


def _limits() -> Iterator[tuple[Path, int, str]]:
    """Yield folder, limit, and the name of the file that says what is used."""
    for folder in _folders("memory"):
        for most, used in _MEMORY:
            with suppress(OSError, ValueError):  # "max"
                yield folder, _number(folder / most), used


def _folders(controller: str) -> Iterator[Path]:
    """Yield the folders of the groups that this process is in, of both versions, up to the root.

    In a container the root is often the container's own group, whatever path it has outside.
    """
    paths = {"": "", controller: ""}
    with suppress(OSError, ValueError):
        for line in _OWN.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            paths |= {name: path for name in controllers.split(",") if name in paths}
    for root, path in ((_ROOT, paths[""]), (_ROOT / controller, paths[controller])):
        folder = root / path.strip("/")
        if ".." not in folder.parts:  # a group outside of what can be seen from here
            yield from (part for part in (folder, *folder.parents) if part.is_relative_to(root) and part != root)
        yield root


def _number(file: Path) -> int:
    return int(file.read_text())
