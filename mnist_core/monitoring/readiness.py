"""Whether everything is there that a visitor needs; that a server lives is another question."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import literal, select

from mnist_core.datasets import DATASETS, DatasetProvider
from mnist_core.engine import Supervisor
from mnist_core.errors import MnistLabError, outside
from mnist_core.monitoring.cached import Cached
from mnist_core.store import Store
from mnist_core.store.reserve import no_room_for_a_run
from mnist_core.text import without_folders

_KEPT = 2.0  # seconds
# Seconds: it looks each second, and waits for a locked database for a quarter of a minute at most.
_LONGEST_LOOK = 60.0


@dataclass(frozen=True)
class State:
    """What a look found: for each thing that visitors need, why it is missing, in English; None where it is there."""

    problems: dict[str, str | None]

    @property
    def is_ready(self) -> bool:
        """Whether visitors may be sent here."""
        return not any(self.problems.values())

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        checks = {
            name: {"ok": words is None} | ({"why": words} if words else {}) for name, words in self.problems.items()
        }
        return {"ready": self.is_ready, "checks": checks}


class Readiness:
    """Looks at the database, the disk, the queue, and what there is to look at.

    Parameters
    ----------
    store : Store
    supervisor : Supervisor
    provider : DatasetProvider
    """

    def __init__(self, store: Store, supervisor: Supervisor, provider: DatasetProvider) -> None:
        self._store, self._supervisor, self._provider = store, supervisor, provider
        self.state = Cached(self._look, _KEPT)

    def _look(self) -> State:
        looks = {"database": self._database, "disk": self._disk, "queue": self._queue, "content": self._content}
        return State({name: self._why(look) for name, look in looks.items()})

    def _why(self, look: Callable[[], str | None]) -> str | None:
        try:
            return look()
        except (MnistLabError, OSError) as error:
            # Whoever asks may be a stranger: where the server's files and its database lie is nobody's business.
            words = outside(error.code) if isinstance(error, MnistLabError) else None
            return words or without_folders(str(error), (self._store.settings.home,))

    def _database(self) -> str | None:
        self._store.database.value(select(literal(1)))
        return None

    def _disk(self) -> str | None:
        home = self._store.settings.home
        if no_room_for_a_run(home):
            return "The disk is full: nothing can be trained or uploaded."
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(b"ready")
            file.flush()
        return None

    def _queue(self) -> str | None:
        since = self._supervisor.seconds_since_look
        if since is None:
            return "The queue is not served: it has not begun, or has ended."
        return "The queue is stuck: it was last looked at a minute ago or more." if since > _LONGEST_LOOK else None

    def _content(self) -> str | None:
        if any(self._provider.status(dataset_id).state == "ready" for dataset_id in DATASETS):
            return None
        return None if self._store.runs.shipped() else "There are neither images nor networks yet to look at."
