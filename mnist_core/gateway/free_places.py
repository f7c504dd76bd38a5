"""How many of something may be had at once."""

from collections import Counter
from collections.abc import Hashable


class Places:
    """Places for everybody together, of which nobody may take more than are still free.

    So one alone may take half of them, two a third each, and there is always room for the next; and a class behind one
    address gets most of what nobody else wants.

    Parameters
    ----------
    total : int
        How many there are.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self._taken: Counter[Hashable] = Counter()

    def may_take(self, key: Hashable, places: int = 1) -> bool:
        """Whether a caller may take so many more."""
        free = self.total - self.all_taken
        return self._taken[key] + places <= free

    def take(self, key: Hashable, places: int = 1) -> None:
        """Take places."""
        self._taken[key] += places

    def give_back(self, key: Hashable, places: int = 1) -> None:
        """Give places back."""
        self._taken[key] -= places
        if self._taken[key] <= 0:
            del self._taken[key]

    @property
    def all_taken(self) -> int:
        """How many all have together."""
        return self._taken.total()

    def taken(self, key: Hashable) -> int:
        """Return how many a caller has."""
        return self._taken[key]
