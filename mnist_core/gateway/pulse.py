"""Whether the server is busy: how late its event loop comes to what is due."""

import asyncio

from mnist_core.system.instruments import LOOP_DELAY_SECONDS

_BEAT = 0.1  # seconds
_LATE = 0.1  # seconds that a beat may come late on a server that has time
_MEMORY = 20  # beats for which it counts as busy after a late one


class Pulse:
    """A beat of the event loop that is looked at."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._busy_for = 0

    @property
    def is_busy(self) -> bool:
        """Whether a beat came late within the last seconds."""
        return self._busy_for > 0

    def start(self) -> None:
        """Begin to look, unless begun."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._beat())

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _BEAT
            await asyncio.sleep(_BEAT)
            late = loop.time() - due
            LOOP_DELAY_SECONDS.observe(max(0.0, late))
            self._busy_for = _MEMORY if late > _LATE else max(0, self._busy_for - 1)
