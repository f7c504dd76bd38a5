"""How many trials may begin: one at a time of each visitor where others wait, as many as are idle otherwise."""

from collections import Counter

from mnist_core.engine import Supervisor
from mnist_core.store import Store


class Width:
    """The queue as it is at one look, and what was begun since.

    Parameters
    ----------
    store : Store
    supervisor : Supervisor
    """

    def __init__(self, store: Store, supervisor: Supervisor) -> None:
        queued, running = store.queue.line()
        self._others = Counter(place.owner_key for place in queued)
        self._trials = Counter(place.owner_key for place in (*queued, *running) if place.study is not None)
        self._free = max(1, supervisor.slots) - len(queued) - len(running)

    def has_place(self, owner: str | None) -> bool:
        """Whether one more trial of a visitor may go into the queue."""
        own = owner or ""
        if self._trials[own] == 0:
            return True  # it waits for its turn like everybody's run
        others_wait = any(n for key, n in self._others.items() if key != own)
        return not others_wait and self._free > 0

    def take(self, owner: str | None) -> None:
        """Count one more trial of a visitor."""
        self._trials[owner or ""] += 1
        self._free -= 1
