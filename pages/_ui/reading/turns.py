"""How often pens ask, so that a class that draws leaves the pages most of the computer."""

import time

_SHARE = 0.5  # of one processor: more than that all pens together don't ask for
OF_ONE = 0.25  # of one processor: more than that no pen gets, however long its drawing or slow its network
_REQUEST = 0.001  # seconds of the processor around the reading of a stroke (benchmarks/README.md)


class Turns:
    """When each pen asks again, so that all together take no more than their share of the computer.

    Each gets the next place in one line, and how long that is depends on what answers cost. So pens that draw at the
    same time wait for one another by asking less often, not in a queue, and none waits for pens that rest.
    """

    def __init__(self) -> None:
        self._end = 0.0

    def rest(self, seconds: float, passed: float) -> float:
        """Return the least seconds until a pen's next turn, after an answer that took some of the processor's.

        `passed` are the seconds that went by meanwhile: more, where the computer has other work.
        """
        now = time.monotonic()
        self._end = max(now, self._end) + max((seconds + _REQUEST) / _SHARE, passed)
        return max(self._end - now, seconds / OF_ONE)
