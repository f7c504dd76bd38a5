"""How much of the disk new runs may take: what others have is never deleted for them."""

from mnist_core.errors import LimitError
from mnist_core.store.bin import Bin
from mnist_core.store.records import Visitor
from mnist_core.store.run_table import RunTable
from mnist_core.store.tables import runs
from mnist_core.store.visitors import Visitors, new_ones, those_from


class Room:
    """Says whether there is room for more runs, for whoever is about to make one; owns no table.

    It looks before the run is made: two that look at once may both find the last room.
    """

    def __init__(self, table: RunTable, bin: Bin, visitors: Visitors) -> None:
        self._table, self._bin, self._visitors = table, bin, visitors
        self._settings = table.database.settings

    def check(self, owner: str, address: str | None, more: int = 0) -> None:
        """Raise `LimitError` where all runs, those of one address, or those of its new visitors take too much disk.

        What others have is never deleted for what is new: it is refused.

        Parameters
        ----------
        owner : str
        address : str or None
        more : int
            Bytes that are to come.
        """
        most = self._settings.total_disk_mb * 1e6
        used = self._table.size() + more
        if used > most and not self._empty_own_bin(owner, used - most):
            raise LimitError(
                "The {most} MB that all runs may take here are full, and nobody's are deleted for new ones. Try again "
                "later, or delete runs of yours that you don't need.",
                most=self._settings.total_disk_mb,
            )
        if address is not None and self._table.size(runs.c.owner.in_(those_from(address))) + more > most / 2:
            raise LimitError(
                "The runs of all visitors from your network take {most:.0f} MB, half of what there is. Delete some "
                "that you don't need.",
                most=most / 2e6,
            )
        of_new = (self._table.size(runs.c.owner.in_(new_ones(address))) + more) / 1e6
        if of_new > self._settings.visitor_disk_mb and self._visitors.is_new(owner):
            raise LimitError(
                "New visitors from one network share {most} MB on the disk, and those are full. Delete a run that you "
                "don't need, or let one be trained to its end: then you have room of your own.",
                most=self._settings.visitor_disk_mb,
            )

    def _empty_own_bin(self, owner: str, over: float) -> bool:
        """Remove deleted runs of a visitor who needs their room for a new one; return whether that was enough."""
        deleted = self._bin.runs(Visitor(owner))
        if sum(record.bytes for record in deleted) < over:
            return False
        for record in reversed(deleted):
            if over > 0:
                self._bin.remove(record.id, deleted=True)
                over -= record.bytes
        return True
