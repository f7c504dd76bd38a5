"""Which processes work with the record: who has a run, who is gone, and who does what is done once for all."""

import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import ColumnElement, and_, delete, or_, select

from mnist_core.errors import StorageError
from mnist_core.store.database import Database
from mnist_core.store.tables import apps, leases, runs
from mnist_core.system.processes import is_alive, own_process, start_time

BEAT = 3.0  # seconds between two signs of life
LEASE = 15.0  # seconds without one after which an app counts as gone, and another one does what it did for all
_FORGOTTEN = 24 * 3600.0  # seconds after which the row of an app that is gone is deleted


@lru_cache(maxsize=1)
def this_host() -> str:
    """Return a name for where process ids mean the same: a computer until it is restarted, or one container of it."""
    parts = [socket.gethostname()]
    with suppress(OSError):  # Linux only
        parts += [Path("/proc/sys/kernel/random/boot_id").read_text().strip(), os.readlink("/proc/self/ns/pid")]
    return " ".join(parts)[:200]


class Apps:
    """The processes that work with the record, this one among them; owns the tables of apps and of leases.

    Where several computers do (`Database.is_shared`), each process gives a sign of life every few seconds, by the clock
    of the database, and one that gives none for `LEASE` seconds is gone. Nobody is judged so by a process that could
    not reach the database itself for a while: after an outage all signs are old. On one computer the system knows
    which processes live, so no sign is needed.

    Attributes
    ----------
    id : str
        Of this process, as `holder` of its runs.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.id = secrets.token_hex(16)
        self._beat_at = -LEASE
        self._steady_since = time.monotonic()
        self._lock = threading.Lock()

    def sign_in(self) -> None:
        """Write down that this process works with the record."""
        with self._lock, self._database.begin() as connection:
            clock = self._database.clock
            process = own_process()
            values = {"host": this_host(), "pid": process.pid, "pid_started": start_time(process)}
            statement = self._database.insert(apps).values(id=self.id, since=clock, seen=clock, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"seen": clock}))
            now = time.monotonic()
            if now - self._beat_at > 2 * BEAT:
                self._steady_since = now
            self._beat_at = now

    @contextmanager
    def present(self) -> Iterator[str]:
        """Give signs of life for as long as the block lasts; give this process's id."""
        with suppress(StorageError):  # a full disk: the system knows who lives on one computer; later signs may come
            self.sign_in()
        over = threading.Event()
        thread = threading.Thread(target=self._beat, args=(over,), name="signs of life", daemon=True)
        if self._database.is_shared:
            thread.start()
        try:
            yield self.id
        finally:
            over.set()
            if thread.is_alive():
                thread.join(BEAT)
            self.sign_out()

    def sign_out(self) -> None:
        """Take this process's name and leases back; what it could not write is noticed by its silence."""
        with suppress(StorageError), self._database.begin() as connection:
            connection.execute(delete(leases).where(leases.c.holder == self.id))
            connection.execute(delete(apps).where(apps.c.id == self.id))

    def _beat(self, over: threading.Event) -> None:
        while not over.wait(BEAT):
            with suppress(StorageError):
                self.sign_in()

    # others

    def roll(self) -> "Roll":
        """Return which apps there are, and which of them are gone."""
        clock = self._database.clock
        query = select(apps.c.id, apps.c.host, apps.c.pid, apps.c.pid_started, (clock - apps.c.seen).label("silent"))
        rows = self._database.rows(query)
        judges = self._database.is_shared and time.monotonic() - self._steady_since > LEASE
        here = {row.id for row in rows if row.host == this_host() or not self._database.is_shared}
        gone = {
            row.id
            for row in rows
            if (not is_alive(row.pid, row.pid_started) if row.id in here else judges and row.silent > LEASE)
        }
        known = frozenset(row.id for row in rows)
        return Roll(known, frozenset(here), frozenset(gone - {self.id}), self._database.is_shared)

    def forget(self) -> None:
        """Delete the rows of apps that have been gone for a day and have no run."""
        has_run = select(runs.c.id).where(runs.c.holder == apps.c.id).exists()
        with self._database.begin() as connection:
            connection.execute(delete(apps).where(apps.c.seen < self._database.clock - _FORGOTTEN, ~has_run))

    # what one does for all

    def take(self, name: str) -> bool:
        """Take a lease, or keep it; return whether this process has it for the next `LEASE` seconds."""
        clock = self._database.clock
        statement = self._database.insert(leases).values(name=name, holder=self.id, until=clock + LEASE)
        mine: ColumnElement[bool] = or_(leases.c.holder == self.id, leases.c.until < clock)
        statement = statement.on_conflict_do_update(
            index_elements=["name"], set_={"holder": self.id, "until": clock + LEASE}, where=mine
        )
        with self._database.begin() as connection:
            return bool(connection.execute(statement.returning(leases.c.name)).first())

    def give_back(self, name: str) -> None:
        """Give a lease back, if this process has it."""
        with suppress(StorageError), self._database.begin() as connection:
            connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == self.id))

    def holder(self, name: str) -> str | None:
        """Return the host of the app that has a lease."""
        query = select(apps.c.host).join(leases, leases.c.holder == apps.c.id).where(leases.c.name == name)
        found = self._database.rows(query)
        return str(found[0].host).partition(" ")[0] if found else None


@dataclass(frozen=True)
class Roll:
    """Apps by their ids: all that are known, those where this process is, and those that are gone."""

    known: frozenset[str]
    here: frozenset[str]
    gone: frozenset[str]
    is_shared: bool

    def has_lost(self, holder: str | None, pid: int | None = None, pid_started: float | None = None) -> bool:
        """Whether nobody works on a run any more, by its holder and its process.

        A process without `pid_started` is on a computer that is no app's: its holder looks after it.
        """
        is_near = not self.is_shared or holder is None or holder in self.here
        if pid is not None and pid_started is not None and is_near:
            return not is_alive(pid, pid_started)
        return holder not in self.known or holder in self.gone


class Claims:
    """The runs that this process trains, so that it never writes about one that another took over meanwhile."""

    def __init__(self) -> None:
        self._holders: dict[str, tuple[str | None, int]] = {}

    def add(self, run_id: str, holder: str | None, pid: int) -> None:
        """Remember that this process has claimed a run."""
        self._holders[run_id] = holder, pid

    def conditions(self, run_id: str) -> tuple[ColumnElement[bool], ...]:
        """Return the SQL for "it is mine still"; nothing for runs that this process never claimed."""
        if run_id not in self._holders:
            return ()
        holder, pid = self._holders[run_id]
        return (and_(runs.c.holder.is_not_distinct_from(holder), runs.c.pid == pid),)
