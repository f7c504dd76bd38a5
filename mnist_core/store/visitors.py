"""Who has been here before, and what those who are new share.

A visitor is a cookie, and a cookie can be thrown away: whoever does that is new each time. So new visitors of one
address share small limits; who has trained a network to its end, or was here a day ago, has limits of their own. A
class behind one school's address fits into what they share (`Settings.newcomers`).
"""

import hashlib
import hmac
import os
import secrets
import time
from contextlib import suppress
from functools import cached_property
from ipaddress import ip_address
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, literal, select, update

from mnist_core.errors import LimitError, StorageError
from mnist_core.store.database import Database
from mnist_core.store.records import RunState
from mnist_core.store.tables import drawings, runs, visitors
from mnist_core.text import Plural

NEW_SECONDS = 24 * 3600.0
_DRAWINGS_EACH = 50  # of a new visitor, as far as the shared limit goes
_KEY_BYTES = 32


class Visitors:
    """Remembers visitors who keep something here: since when, from where, whether they trained a network.

    Owns the table of visitors, and what those who are new share. `meet` and `check_drawings` are pieces of the
    transaction that adds what they are for, so two processes can't both find the last room; the other checks look
    before something is added, and two that look at once may both find it.
    """

    def __init__(self, database: Database) -> None:
        self._database, self._settings = database, database.settings

    def meet_all(self) -> None:
        """Remember visitors whose runs and drawings are older than this table, or were brought back."""
        with self._database.begin() as connection:
            self._meet_those_of_earlier_versions(connection)

    def hashed_address(self, text: str) -> str | None:
        """Return what is kept of a visitor's address, or None for this very computer.

        It is hashed with a key that lies beside the database, so that a copy of the database tells no addresses.
        """
        with suppress(ValueError):
            if ip_address(text).is_loopback:
                return None
        return hmac.new(self._address_key, text.encode(), hashlib.sha256).hexdigest()[:32]

    @cached_property
    def _address_key(self) -> bytes:
        if self._settings.secret_key is not None:  # several apps on several computers tell the same addresses apart
            return self._settings.secret_key.get_secret_value().encode()
        path = self._settings.address_key_path
        with suppress(OSError):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
        with suppress(OSError):
            key = path.read_bytes()
            if len(key) == _KEY_BYTES:
                return key
        return secrets.token_bytes(_KEY_BYTES)  # on a full disk: addresses are told apart until the next start

    def greet(self, owner: str) -> None:
        """Remember that a visitor came, if they keep something here: those who stay away make room first."""
        with suppress(StorageError), self._database.begin() as connection:
            connection.execute(update(visitors).where(visitors.c.id == owner).values(seen=time.time()))

    def is_new(self, owner: str) -> bool:
        """Whether a visitor has neither trained a network to its end nor kept anything here for a day."""
        return not self._database.rows(select(visitors.c.id).where(visitors.c.id == owner, ~_new()))

    def check_waiting(self, owner: str, address: str | None) -> None:
        """Raise `LimitError` where new visitors of one address have as many runs waiting as they may together."""
        most = max(self._settings.newcomers, self._settings.queued_per_visitor)
        query = select(func.count()).where(
            runs.c.owner.in_(new_ones(address)), runs.c.state == RunState.QUEUED.value, runs.c.deleted.is_(None)
        )
        if self._database.value(query) >= most and self.is_new(owner):
            raise LimitError(
                Plural(
                    "{n:,} run of a new visitor from your network waits already. Start this one once it has begun.",
                    "{n:,} runs of new visitors from your network wait already. Start this one once one of them has "
                    "begun.",
                ),
                n=most,
            )

    def who_makes_room(self) -> tuple[dict[str, str | None], dict[str, float]]:
        """Return new visitors with their addresses, and those who stayed away too long with when they came last."""
        left = visitors.c.seen < time.time() - self._settings.keep_days * NEW_SECONDS
        with self._database.begin() as connection:
            new = connection.execute(select(visitors.c.id, visitors.c.address).where(_new())).all()
            away = connection.execute(select(visitors.c.id, visitors.c.seen).where(left, ~_new())).all()
        return dict(map(tuple, new)), dict(map(tuple, away))

    def check_drawings(self, connection: Connection, owner: str, address: str | None, most_of_all: int) -> None:
        """Raise `LimitError` where there are too many drawings, within the transaction that adds some."""
        count = select(func.count()).select_from(drawings)
        if connection.execute(count).scalar_one() > most_of_all:
            raise LimitError(
                "There is no room for more drawings here now, and nobody's are deleted for new ones. Download those "
                "that you have, or try again later."
            )
        crowded = address is not None and (
            connection.execute(count.where(drawings.c.owner.in_(those_from(address)))).scalar_one() > most_of_all / 4
        )
        most = max(_DRAWINGS_EACH * self._settings.newcomers, self._settings.drawings_per_visitor)
        if not crowded and connection.execute(select(visitors.c.id).where(visitors.c.id == owner, _new())).first():
            of_new = count.where(drawings.c.owner.in_(new_ones(address)))
            crowded = connection.execute(of_new).scalar_one() > most
        if crowded:
            raise LimitError(
                "The visitors from your network keep as many drawings as they may together. Let a network be trained "
                "to its end, or come back tomorrow: then you have room of your own."
            )

    def meet(self, connection: Connection, owner: str | None, address: str | None) -> None:
        """Remember a visitor who is about to keep something here, within the caller's transaction."""
        if owner is None:  # the command line
            return
        now = time.time()
        statement = self._database.insert(visitors).values(id=owner, address=address, since=now, seen=now)
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"seen": now}))

    def _meet_those_of_earlier_versions(self, connection: Connection) -> None:
        """Remember visitors whose runs and drawings are older than this table."""
        columns = ["id", "since", "seen", "trained"]
        trained = and_(runs.c.state == RunState.COMPLETED.value, runs.c.imported.is_(None))
        for table, updated, earned in (
            (runs, runs.c.updated, func.max(case((trained, 1), else_=0)) == 1),
            (drawings, drawings.c.created, literal(False)),
        ):
            unknown = ~exists().where(visitors.c.id == table.c.owner)
            found = (
                select(table.c.owner, func.min(table.c.created), func.max(updated), earned)
                .where(table.c.owner.is_not(None), unknown)
                .group_by(table.c.owner)
            )
            connection.execute(self._database.insert(visitors).from_select(columns, found).on_conflict_do_nothing())

    def earned(self, run_id: str) -> None:
        """Remember that a visitor has trained a network to its end."""
        owner = select(runs.c.owner).where(runs.c.id == run_id).scalar_subquery()
        with self._database.begin() as connection:
            connection.execute(update(visitors).where(visitors.c.id == owner).values(trained=True))


def _new() -> ColumnElement[bool]:
    """Return the SQL for `Visitors.is_new`."""
    return and_(~visitors.c.trained, visitors.c.since > time.time() - NEW_SECONDS)


def new_ones(address: str | None) -> Select[Any]:
    """Return the SQL for the ids of an address's new visitors."""
    return select(visitors.c.id).where(visitors.c.address.is_not_distinct_from(address), _new())


def those_from(address: str) -> Select[Any]:
    """Return the SQL for the ids of all visitors who came from an address first."""
    return select(visitors.c.id).where(visitors.c.address == address)
