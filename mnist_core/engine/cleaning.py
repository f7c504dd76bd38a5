"""Keeping the disk from filling up."""

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from mnist_core.classroom import clear_up
from mnist_core.store import RunRecord, Store, Visitor
from mnist_core.store.drawings import MOST_DRAWINGS

_WARN, _FULL = 0.9, 0.95  # shares of the limit from which on pages say what will go, and from which on it goes
_DAY = 24 * 3600.0
_LEFTOVER = _DAY  # seconds after which a file without an owner is nobody's any more
_MANY = 100_000
_AWAY = 182 * _DAY  # seconds: drawings and lessons are small, and nothing brings them back


def next_to_go(store: Store, share: float = _WARN) -> list[RunRecord]:
    """Return the runs to delete so that all take less than `share` of the limit, as far as anybody's may be deleted.

    What is older and honest never goes in favour of what is new. First are runs of new visitors, of the address that
    has most of them, its newest first; then those of visitors who stayed away for longer than `Settings.keep_days`;
    then the oldest of the command line, while it has more than half of the disk. Starred runs stay. Where that is not
    enough, new runs are refused (`Room.check`).
    """
    limit = store.settings.total_disk_mb * 1e6
    over = store.runs.disk_usage() - share * limit
    going: list[RunRecord] = []
    if over <= 0:
        return going
    for record in _in_order(store, limit):
        if over <= 0:
            break
        going.append(record)
        over -= record.bytes
    return going


def _in_order(store: Store, limit: float) -> Iterator[RunRecord]:
    """Yield the runs that may be deleted to make room."""
    new, away = store.visitors.who_makes_room()
    trained_here = store.runs.find(oldest_first=True, limit=_MANY)
    own = sum(record.bytes for record in trained_here if record.owner is None)
    runs = [record for record in trained_here if record.state.is_finished and not record.pinned and record.bytes]
    held: Counter[str | None] = Counter()
    for record in runs:
        if record.owner in new:
            held[new[record.owner]] += record.bytes
    of_new = [record for record in reversed(runs) if record.owner in new]
    yield from sorted(of_new, key=lambda record: (-held[new[record.owner or ""]], new[record.owner or ""] or ""))
    left = [record for record in runs if record.owner in away]
    yield from sorted(left, key=lambda record: away[record.owner or ""])
    for record in runs:
        if record.owner is None and own > limit / 2:
            own -= record.bytes
            yield record


def clean(store: Store) -> list[str]:
    """Delete runs while all take nearly as much as the limit allows; return their ids. That can be undone for a while.

    Runs whose time to be brought back is over are removed for good, and what visitors leave who asked for that, or who
    stayed away for too long. Classrooms that are over are cleared up.
    """
    empty_bin(store)
    clear_up(store)
    store.leaving.forget_absent()
    store.leaving.finish()
    return store.bin.set_aside([record.id for record in next_to_go(store, share=_FULL)])


def empty_bin(store: Store) -> None:
    """Remove deleted runs for good whose time to be brought back is over."""
    for record in store.bin.runs(Visitor(None, is_admin=True)):
        if store.bin.seconds_left(record) <= 0:
            store.bin.remove(record.id, deleted=True)


def clean_drawings(store: Store) -> int:
    """Delete the drawings of visitors who have stayed away for half a year, while there are too many in all.

    Returns
    -------
    int
        How many visitors lost theirs.
    """
    return store.drawings.drop_idle(int(_FULL * MOST_DRAWINGS), time.time() - _AWAY)


def sweep(store: Store) -> None:
    """Remove what a crash left behind: temporary files, half-written ones, and folders that never became a run.

    And personal links of visitors who keep nothing, and the lessons of those who have stayed away for half a year, or
    for `Settings.forget_days`.
    """
    old = time.time() - _LEFTOVER
    forgotten = _AWAY if store.settings.forget_days is None else min(_AWAY, store.settings.forget_days * _DAY)
    store.lessons.sweep(time.time() - _AWAY, time.time() - forgotten)
    store.links.sweep(time.time() - store.settings.keep_days * _DAY)
    with suppress(OSError):
        for file in store.settings.temporary_dir.iterdir():
            with suppress(OSError):
                if file.lstat().st_mtime >= old:
                    continue
                if file.is_dir() and not file.is_symlink():
                    shutil.rmtree(file, ignore_errors=True)
                else:
                    file.unlink()
    store.artifacts.sweep(old, lambda run_id: store.runs.exists(run_id, deleted=True))
