"""What is asked of a run while it trains."""

import threading


class Control:
    """Requests to a training, made by one thread and looked at by another between two batches."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._pause = threading.Event()

    def stop(self) -> None:
        """Ask for the end after the current batch; the model so far is kept."""
        self._stop.set()

    def pause(self) -> None:
        """Ask for a checkpoint after the current batch, to go on from later."""
        self._pause.set()

    @property
    def stopping(self) -> bool:
        """Whether a stop was asked for; it counts more than a pause."""
        return self._stop.is_set()

    @property
    def pausing(self) -> bool:
        """Whether a pause was asked for, and no stop."""
        return self._pause.is_set() and not self._stop.is_set()

    @property
    def halting(self) -> bool:
        """Whether training shall not go on, for either reason."""
        return self._stop.is_set() or self._pause.is_set()
