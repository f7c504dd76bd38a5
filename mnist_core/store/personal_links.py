"""Personal links: how a visitor's other browsers become that visitor too.

A visitor is the hash of a browser's cookie. A link lets another browser stand for the same visitor: its own cookie
stays as it is, and `known_as` says whose runs it shows. So nobody's cookie is ever in a link, and a browser that leaves
finds again what it had before.
"""

import hashlib
import secrets
import time
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, exists, func, insert, select

from mnist_core.errors import LinkError
from mnist_core.store.database import Database
from mnist_core.store.tables import browsers, drawings, lesson_steps, links, runs

_MOST_BROWSERS = 20  # of one visitor: who came first goes first
_SECRET_BYTES = 32


class PersonalLinks:
    """Makes personal links and remembers the browsers that came by them; owns the tables of both.

    The database has a link's hash alone, so a copy of it opens nothing. A visitor has one link at most. What a browser
    is known as is looked up once: there are no chains.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(self, owner: str) -> str:
        """Return the secret of a new link of a visitor; the one before stops working."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        with self._database.begin() as connection:
            connection.execute(delete(links).where(links.c.owner == owner))
            connection.execute(insert(links).values(owner=owner, secret=_hashed(secret), created=time.time()))
        return secret

    def made(self, owner: str) -> datetime | None:
        """Return when a visitor's link was made, UTC; None where there is none."""
        found = self._database.rows(select(links.c.created).where(links.c.owner == owner))
        return datetime.fromtimestamp(found[0].created, UTC) if found else None

    def revoke(self, owner: str, browser: str) -> None:
        """Let a visitor's link open nothing any more, and send away all browsers that came by one, but `browser`."""
        with self._database.begin() as connection:
            connection.execute(delete(links).where(links.c.owner == owner))
            connection.execute(delete(browsers).where(browsers.c.owner == owner, browsers.c.id != browser))

    def forget(self, connection: Connection, owner: str) -> None:
        """Remove a visitor's link and send away all browsers that came by one, within the caller's transaction."""
        connection.execute(delete(links).where(links.c.owner == owner))
        connection.execute(delete(browsers).where(browsers.c.owner == owner))

    def sweep(self, before: float) -> None:
        """Remove what was made before a time (seconds since 1970) of visitors who keep nothing here."""
        with self._database.begin() as connection:
            for table, made in ((links, links.c.created), (browsers, browsers.c.since)):
                keeps = (exists().where(kept.c.owner == table.c.owner) for kept in (runs, drawings, lesson_steps))
                connection.execute(delete(table).where(made < before, *(~kept for kept in keeps)))

    def owner_of(self, secret: str) -> str | None:
        """Return whose link it is; None where it is nobody's, or not any more."""
        with self._database.begin() as connection:
            return _owner_of(connection, secret)

    def join(self, browser: str, secret: str) -> str:
        """Let a browser stand for the visitor whose link it opened; return the visitor's id.

        Raises
        ------
        LinkError
            If the link opens nothing, or not any more.
        """
        with self._database.begin() as connection:
            connection.execute(delete(browsers).where(browsers.c.id == browser))
            owner = _owner_of(connection, secret)
            if owner is None:
                raise LinkError(
                    "This personal link opens nothing, or not any more. Make a new one in the browser that has your "
                    "runs, on the page “Your data”."
                )
            if owner != browser:
                connection.execute(insert(browsers).values(id=browser, owner=owner, since=time.time()))
                _drop_oldest(connection, owner)
        return owner

    def leave(self, browser: str) -> None:
        """Let a browser be by itself again, with what it had before."""
        with self._database.begin() as connection:
            connection.execute(delete(browsers).where(browsers.c.id == browser))

    def known_as(self, browser: str) -> str:
        """Return the visitor whom a browser stands for: the one whose link it opened, else itself."""
        found = self._database.rows(select(browsers.c.owner).where(browsers.c.id == browser))
        return found[0].owner if found else browser

    def browsers(self, owner: str) -> int:
        """Return how many browsers came by a visitor's links, and are there still."""
        return int(self._database.value(select(func.count()).where(browsers.c.owner == owner)))


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _owner_of(connection: Connection, secret: str) -> str | None:
    # Locked, where the database locks rows: whoever revokes it at the same time comes before or after.
    query = select(links.c.owner).where(links.c.secret == _hashed(secret)).with_for_update()
    owner: str | None = connection.execute(query).scalar_one_or_none()
    return owner


def _drop_oldest(connection: Connection, owner: str) -> None:
    newest = select(browsers.c.id).where(browsers.c.owner == owner).order_by(browsers.c.since.desc())
    for row in connection.execute(newest.offset(_MOST_BROWSERS)).all():
        connection.execute(delete(browsers).where(browsers.c.id == row.id))
