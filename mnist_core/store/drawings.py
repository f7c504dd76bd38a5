"""What visitors collected: their drawings with the right answers, each visitor's apart."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sqlalchemy import delete, func, select

from mnist_core.drawing.personal import PersonalSet, holds_next
from mnist_core.drawing.personal.drawings import SIDE, Images, Labels
from mnist_core.errors import LimitError
from mnist_core.store.artifacts import Artifacts
from mnist_core.store.database import Database
from mnist_core.store.records import Visitor
from mnist_core.store.tables import drawings, runs, visitors
from mnist_core.store.visitors import Visitors

MOST_DRAWINGS = 200_000  # of all visitors: they take 180 MB


class Drawings:
    """Keeps drawings by owner and by collection, that is by their classes; owns their table.

    A visitor sees and changes no other's: each request names the owner. `add` keeps all or none, and of two processes
    that add for one owner, one waits for the other. `put` is for ``recover``, `drop_idle` for the app that leads.
    """

    def __init__(self, database: Database, artifacts: Artifacts, visitors: Visitors) -> None:
        self._database, self._artifacts, self._visitors = database, artifacts, visitors

    def add(
        self, owner: str, collection: str, images: Images, labels: Labels, *, address: str | None = None
    ) -> tuple[int, ...]:
        """Keep drawings and return their ids, in the same order. All are kept, or none.

        A drawing that the visitor has already is not kept twice: it gets the new label. Of each class a quarter is held
        back, see `mnist_core.drawing.personal.held_out`.

        Parameters
        ----------
        owner : str
        collection : str
            Of the datasets with these classes: `DatasetSpec.collection`.
        images : ndarray of shape (n, 28, 28), uint8
        labels : ndarray of shape (n,), uint8
        address : str, optional
            Where the visitor comes from, as in `Visitor.address`.

        Raises
        ------
        LimitError
            If the visitor would have more than the settings allow, or there is no room for more of anybody's.
        """
        most = self._database.settings.drawings_per_visitor
        now = time.time()
        ids = []
        with self._database.begin() as connection:
            self._database.alone(connection, "drawings")
            self._visitors.meet(connection, owner, address)
            query = select(drawings.c.image, drawings.c.label, drawings.c.held_out).where(
                drawings.c.owner == owner, drawings.c.kind == collection
            )
            known = {row.image: (row.label, row.held_out) for row in connection.execute(query)}
            for image, label in zip(images, labels, strict=True):
                pixels = image.tobytes()
                of_class = [held for other, held in known.values() if other == label]
                # Decided once, whatever else is added, deleted or renamed.
                held_out = known[pixels][1] if pixels in known else holds_next(len(of_class), sum(of_class))
                known[pixels] = int(label), held_out
                statement = self._database.insert(drawings).values(
                    owner=owner, kind=collection, image=pixels, label=int(label), created=now, held_out=held_out
                )
                statement = statement.on_conflict_do_update(
                    index_elements=["owner", "kind", "image"], set_={"label": int(label), "created": now}
                )
                ids.append(connection.execute(statement.returning(drawings.c.id)).scalar_one())
            # Nobody else adds any now, so the count is right; an error takes all back.
            count = connection.execute(select(func.count()).where(drawings.c.owner == owner)).scalar_one()
            if count > most:
                raise LimitError("At most {most:,} drawings can be kept. Delete some that you don't need.", most=most)
            self._visitors.check_drawings(connection, owner, address, MOST_DRAWINGS)
        return tuple(ids)

    def put(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Add rows that were read from a damaged database, but those that are there; return how many were added."""
        with self._database.begin() as connection:
            before = connection.execute(select(func.count()).select_from(drawings)).scalar_one()
            if rows:
                connection.execute(self._database.insert(drawings).on_conflict_do_nothing(), list(rows))
            return int(connection.execute(select(func.count()).select_from(drawings)).scalar_one() - before)

    def read(self, owner: str, collection: str) -> PersonalSet:
        """Return a visitor's drawings, oldest first."""
        query = (
            select(drawings.c.id, drawings.c.label, drawings.c.image, drawings.c.held_out)
            .where(drawings.c.owner == owner, drawings.c.kind == collection)
            .order_by(drawings.c.id)
        )
        rows = self._database.rows(query)
        pixels = np.frombuffer(b"".join(row.image for row in rows), np.uint8)
        labels = np.array([row.label for row in rows], np.uint8)
        held_out = np.array([row.held_out for row in rows], bool)
        return PersonalSet(pixels.reshape(-1, SIDE, SIDE), labels, tuple(row.id for row in rows), held_out, owner)

    def of_run(self, run_id: str, visitor: Visitor) -> PersonalSet | None:
        """Return the drawings that a fine-tuned run learned from, or None to all but whoever drew them.

        The only way by which drawings of a run reach a page, a copy or a file for somebody.

        Raises
        ------
        ArtifactMissingError
            If they are damaged or gone.
        """
        files = self._artifacts.of(run_id)
        found = files.read_drawings()
        if found.owner is None:
            found = replace(found, owner=self._drew(files.drawings_of))
        return found if visitor.may_see_drawings(found) else None

    def _drew(self, run_id: str) -> str | None:
        """Return whose drawings lie with a run of an earlier version, which did not write it down.

        A run that goes on with another one had a copy of that one's, so there nobody knows.
        """
        query = select(runs.c.owner).where(runs.c.id == run_id, runs.c.continues.is_(None))
        found = self._database.rows(query)
        return found[0].owner if found else None

    def has(self, owner: str, drawing_id: int) -> bool:
        """Return whether a visitor still has a drawing."""
        query = select(drawings.c.id).where(drawings.c.owner == owner, drawings.c.id == drawing_id)
        return bool(self._database.rows(query))

    def count(self, owner: str, collection: str | None = None) -> int:
        """Return how many drawings a visitor has, of one collection or of all."""
        query = select(func.count()).where(drawings.c.owner == owner)
        return int(self._database.value(query if collection is None else query.where(drawings.c.kind == collection)))

    def delete(self, owner: str, ids: Sequence[int]) -> None:
        """Delete some of a visitor's drawings; ids of others' have no effect."""
        with self._database.begin() as connection:
            connection.execute(delete(drawings).where(drawings.c.owner == owner, drawings.c.id.in_(ids)))

    def clear(self, owner: str, collection: str) -> None:
        """Delete all of a visitor's drawings of one collection."""
        with self._database.begin() as connection:
            connection.execute(delete(drawings).where(drawings.c.owner == owner, drawings.c.kind == collection))

    def drop_idle(self, most: int, before: float) -> int:
        """Delete whole collections until `most` drawings are left, but only of visitors who stay away.

        Parameters
        ----------
        most : int
        before : float
            Seconds since 1970: who was here since then loses nothing. Who stayed away longest is first.

        Returns
        -------
        int
            How many visitors lost theirs.
        """
        dropped = 0
        with self._database.begin() as connection:
            left = connection.execute(select(func.count()).select_from(drawings)).scalar_one()
            if left <= most:
                return 0
            owners = connection.execute(
                select(drawings.c.owner, func.count())
                .join(visitors, visitors.c.id == drawings.c.owner)
                .where(visitors.c.seen < before)
                .group_by(drawings.c.owner, visitors.c.seen)
                .order_by(visitors.c.seen)
            ).all()
            for owner, count in owners:
                if left <= most:
                    break
                connection.execute(delete(drawings).where(drawings.c.owner == owner))
                left -= count
                dropped += 1
        return dropped
