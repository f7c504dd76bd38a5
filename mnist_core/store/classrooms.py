"""Classrooms: how a teacher gathers pupils, and what the teacher alone may do."""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Text, cast, delete, func, insert, select, update

from mnist_core.config.wording import MAX_NAME
from mnist_core.errors import ClassroomError
from mnist_core.store.classroom_records import Belonging, ClassBeginning, Classroom, Over, Pupil, Rest
from mnist_core.store.database import Database
from mnist_core.store.tables import classrooms, pupils, runs
from mnist_core.text import one_line

MOST_PUPILS = 60
MOST_NICKNAME = 24  # characters
MOST_MESSAGE = 300  # characters
_SECRET_BYTES = 32
_DAY, _TICK = 24 * 3600.0, 1e-3  # seconds
_PUPIL = ("owner", "nickname", "joined", "watched", "watched_at")
_TRIES = 20  # codes in a row that are taken: with thousands of classrooms one in a hundred thousand is


class Classrooms:
    """Remembers classrooms and who is in them; owns both tables.

    What a teacher does takes the classroom's secret, and is one statement whose condition the secret is: a cookie gives
    no rights here, and there is nothing to be forgotten at a call. The database has a hash of the secret alone. Pupils
    join by the code, and are visitors: in one classroom at a time, forgotten with everything else of theirs. What is
    closed, or past its end, is there for nobody; `over` says what is left to clear up, `resting` what a teacher wanted
    of runs whose processes may not have heard of it yet.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # teachers

    def open(
        self, name: str, new_code: Callable[[], str], *, days: float, beginning: ClassBeginning | None = None
    ) -> tuple[Classroom, str]:
        """Open a classroom.

        Parameters
        ----------
        name : str
        new_code : callable
            Makes up a code; called again where a classroom has it.
        days : float
            It ends by itself after so many.
        beginning : ClassBeginning, optional

        Returns
        -------
        tuple of Classroom and str
            And the teacher's secret, which is kept nowhere else.
        """
        secret, now = secrets.token_urlsafe(_SECRET_BYTES), time.time()
        row = {
            "id": secrets.token_hex(16),
            "name": _checked(name, MAX_NAME),
            "secret": _hashed(secret),
            "created": now,
            "ends": now + days * _DAY,
            "with_runs": True,
            "beginning": (beginning or ClassBeginning())._asdict(),
            "message": "",
            "paused": False,
            "held": [],
            "left": None,
        }
        for _ in range(_TRIES):
            statement = self._database.insert(classrooms).values(row | {"code": new_code()})
            with self._database.begin() as connection:
                connection.execute(statement.on_conflict_do_nothing(index_elements=["code"]))
                mine = select(classrooms).where(classrooms.c.id == row["id"])
                if (found := connection.execute(mine).one_or_none()) is not None:
                    return _classroom(found), secret
        raise ClassroomError("No code is free at the moment. Try again.")

    def of_secret(self, secret: str) -> Classroom | None:
        """Return the classroom whose teacher has this secret; None where there is none, or not any more."""
        found = self._database.rows(select(classrooms).where(_taught_by(secret)))
        return _classroom(found[0]) if found else None

    def pupils(self, secret: str) -> list[Pupil]:
        """Return who is in a teacher's classroom, who came first first."""
        query = (
            select(pupils)
            .join(classrooms, classrooms.c.id == pupils.c.classroom_id)
            .where(_taught_by(secret), _present())
            .order_by(pupils.c.joined, pupils.c.owner)
        )
        return [_pupil(row) for row in self._database.rows(query)]

    def say(self, secret: str, message: str) -> None:
        """Say something to all pupils, on whatever page they are; an empty message takes the last one back."""
        message = one_line(message)
        if len(message) > MOST_MESSAGE:
            raise ClassroomError(
                "A message has at most {most} characters. Received: {n}", most=MOST_MESSAGE, n=len(message)
            )
        self._change(secret, message=message)

    def set_beginning(self, secret: str, beginning: ClassBeginning) -> None:
        """Say with what pupils begin."""
        self._change(secret, beginning=beginning._asdict())

    def pause(self, secret: str, *, paused: bool = True) -> None:
        """Let nothing of the pupils begin for now, or let it begin again; `resting` has what trains already."""
        self._change(secret, paused=paused)

    def rename(self, secret: str, owner: str, nickname: str) -> None:
        """Give a pupil another nickname."""
        with self._alone() as connection:
            self._set_nickname(connection, self._own(connection, secret), owner, nickname)

    def remove(self, secret: str, owner: str) -> None:
        """Send a pupil away, who does not come back by the code in the same browser; their runs stay theirs."""
        with self._database.begin() as connection:
            classroom = self._own(connection, secret)
            which = (pupils.c.classroom_id == classroom, pupils.c.owner == owner, _present())
            if not connection.execute(update(pupils).where(*which).values(removed=True)).rowcount:
                raise ClassroomError("This pupil has left already.")

    def close(self, secret: str, *, with_runs: bool) -> None:
        """End a classroom at once; `over` then names it until `forget` is called."""
        self._change(secret, closed=time.time(), with_runs=with_runs)

    def _change(self, secret: str, **values: Any) -> None:
        with self._database.begin() as connection:
            if not connection.execute(update(classrooms).where(_taught_by(secret)).values(**values)).rowcount:
                raise _not_yours()

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """Begin a transaction in which nobody else joins or is renamed: names and places are told apart in turn."""
        with self._database.begin() as connection:
            self._database.alone(connection, "classrooms")
            yield connection

    def _own(self, connection: Connection, secret: str) -> str:
        query = select(classrooms.c.id).where(_taught_by(secret))
        found: str | None = connection.execute(query).scalar_one_or_none()
        if found is None:
            raise _not_yours()
        return found

    # pupils

    def of_code(self, code: str) -> Classroom | None:
        """Return the classroom with a code; None where there is none, or not any more."""
        found = self._database.rows(select(classrooms).where(classrooms.c.code == code, _there()))
        return _classroom(found[0]) if found else None

    def of_pupil(self, owner: str) -> tuple[Classroom, Pupil] | None:
        """Return the classroom that a visitor is in, and the visitor as its pupil; None for all others."""
        query = (
            select(classrooms, *(pupils.c[name] for name in _PUPIL))
            .join(pupils, classrooms.c.id == pupils.c.classroom_id)
            .where(pupils.c.owner == owner, _present(), _there())
            .order_by(pupils.c.joined.desc())
            .limit(1)
        )
        found = self._database.rows(query)
        return (_classroom(found[0]), _pupil(found[0])) if found else None

    def join(self, code: str, owner: str, nickname: str) -> Classroom:
        """Let a visitor join the classroom with a code, and leave the one before; return it.

        Who comes back to a classroom has been there since they joined it first.

        Raises
        ------
        ClassroomError
            If there is none, it is full, the name is taken or too long, or the teacher sent the visitor away.
        """
        with self._alone() as connection:
            row = connection.execute(select(classrooms).where(classrooms.c.code == code, _there())).one_or_none()
            if row is None:
                raise ClassroomError("There is no class with this code, or not any more. Look at the code once more.")
            here = (pupils.c.classroom_id == row.id, pupils.c.owner == owner)
            there = connection.execute(select(pupils).where(*here)).one_or_none()
            if there is not None and there.removed:
                raise ClassroomError("The teacher of this class took you out of it. Ask there, please.")
            if there is None or there.away:
                count = select(func.count()).where(pupils.c.classroom_id == row.id, _present())
                if connection.execute(count).scalar_one() >= MOST_PUPILS:
                    raise ClassroomError("This class is full: {most} pupils have joined it.", most=MOST_PUPILS)
            connection.execute(update(pupils).where(pupils.c.owner == owner).values(away=True))
            if there is None:
                connection.execute(insert(pupils).values(_new_pupil(connection, row.id, owner)))
            connection.execute(update(pupils).where(*here).values(away=False))
            self._set_nickname(connection, row.id, owner, nickname)
        return _classroom(row)

    def watch(self, owner: str, run_id: str) -> None:
        """Remember which finished run a pupil is shown in place of training its settings once more."""
        with self._database.begin() as connection:
            mine = (pupils.c.owner == owner, _present())
            connection.execute(update(pupils).where(*mine).values(watched=run_id, watched_at=time.time()))

    def leave(self, owner: str) -> None:
        """Let a visitor be in no classroom any more."""
        with self._database.begin() as connection:
            connection.execute(update(pupils).where(pupils.c.owner == owner).values(away=True))

    def forget_pupil(self, connection: Connection, owner: str) -> None:
        """Forget that a visitor was in any classroom, within the caller's transaction."""
        connection.execute(delete(pupils).where(pupils.c.owner == owner))

    def _set_nickname(self, connection: Connection, classroom: str, owner: str, nickname: str) -> None:
        nickname = _checked(nickname, MOST_NICKNAME)
        others = select(pupils.c.nickname).where(
            pupils.c.classroom_id == classroom, pupils.c.owner != owner, _present()
        )
        if nickname.casefold() in {row.nickname.casefold() for row in connection.execute(others)}:
            raise ClassroomError("Somebody in this class has this name already: “{name}”. Add a letter.", name=nickname)
        mine = (pupils.c.classroom_id == classroom, pupils.c.owner == owner, _present())
        if not connection.execute(update(pupils).where(*mine).values(nickname=nickname)).rowcount:
            raise ClassroomError("This pupil has left already.")

    # the app

    def silent(self, connection: Connection) -> set[str]:
        """Return the visitors of whom nothing may begin for now, within the caller's transaction."""
        query = (
            select(pupils.c.owner)
            .join(classrooms, classrooms.c.id == pupils.c.classroom_id)
            .where(classrooms.c.paused, _present(), _there())
        )
        return {row.owner for row in connection.execute(query)}

    def resting(self) -> list[Rest]:
        """Return the classrooms whose runs rest, or rested; one that is over rests no more."""
        shall = (classrooms.c.paused & _there()).label("shall")
        found = self._database.rows(
            select(classrooms.c.id, shall, classrooms.c.held).where(
                classrooms.c.paused | (_length(classrooms.c.held) > 2)
            )
        )
        return [
            Rest(id=row.id, paused=bool(row.shall), pupils=self._members(row.id), held=list(row.held)) for row in found
        ]

    def set_held(self, classroom_id: str, run_ids: Sequence[str]) -> None:
        """Write down which runs rest because a teacher said so."""
        with self._database.begin() as connection:
            mine = classrooms.c.id == classroom_id
            connection.execute(update(classrooms).where(mine).values(held=list(run_ids)))

    def over(self) -> list[Over]:
        """Return the classrooms that are closed or past their end."""
        return [
            Over(
                id=row.id,
                moment=datetime.fromtimestamp(min(row.ends, row.closed or row.ends), UTC),
                with_runs=row.with_runs,
                pupils=self._members(row.id),
                left=None if row.left is None else Belonging(*row.left),
            )
            for row in self._database.rows(select(classrooms).where(~_there()))
        ]

    def set_left(self, classroom_id: str, left: Belonging) -> None:
        """Write down what is still to be removed with a classroom that is over."""
        with self._database.begin() as connection:
            connection.execute(update(classrooms).where(classrooms.c.id == classroom_id).values(left=list(left)))

    def forget(self, classroom_id: str) -> None:
        """Forget a classroom that is over, and its pupils, for good."""
        with self._database.begin() as connection:
            connection.execute(delete(classrooms).where(classrooms.c.id == classroom_id, ~_there()))

    def _members(self, classroom_id: str) -> list[Pupil]:
        here = select(pupils).where(pupils.c.classroom_id == classroom_id, _present())
        return [_pupil(row) for row in self._database.rows(here)]


def _new_pupil(connection: Connection, classroom_id: str, owner: str) -> dict[str, Any]:
    # Not by the clock alone: another computer's, which made the last run before this, may be ahead.
    newest = connection.execute(select(func.max(runs.c.created)).where(runs.c.owner == owner)).scalar_one()
    joined = max(time.time(), (newest or 0.0) + _TICK)
    new = {"classroom_id": classroom_id, "owner": owner, "nickname": "", "joined": joined}
    return new | {"removed": False, "away": False}


def _present() -> ColumnElement[bool]:
    """Return the SQL for pupils who are there."""
    return ~pupils.c.removed & ~pupils.c.away


def _length(column: ColumnElement[Any]) -> ColumnElement[int]:
    """Return the SQL for how long the JSON of a column is: 2 for an empty list."""
    return func.length(cast(column, Text))


def _there() -> ColumnElement[bool]:
    """Return the SQL for classrooms that are open still."""
    return classrooms.c.closed.is_(None) & (classrooms.c.ends > time.time())


def _taught_by(secret: str) -> ColumnElement[bool]:
    return (classrooms.c.secret == _hashed(secret)) & _there()


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _not_yours() -> ClassroomError:
    return ClassroomError("Only the teacher of a class can do this, with the teacher's link. Open that link again.")


def _checked(name: str, most: int) -> str:
    name = one_line(name)
    if not 0 < len(name) <= most:
        raise ClassroomError("A name has 1 to {most} characters. Received: {n}", most=most, n=len(name))
    return name


def _classroom(row: Row[Any]) -> Classroom:
    return Classroom(
        id=row.id,
        name=row.name,
        code=row.code,
        created=datetime.fromtimestamp(row.created, UTC),
        ends=datetime.fromtimestamp(row.ends, UTC),
        beginning=ClassBeginning(**row.beginning),
        message=row.message,
        paused=row.paused,
    )


def _pupil(row: Row[Any]) -> Pupil:
    return Pupil(
        owner=row.owner,
        nickname=row.nickname,
        joined=datetime.fromtimestamp(row.joined, UTC),
        watched=row.watched,
        watched_at=None if row.watched_at is None else datetime.fromtimestamp(row.watched_at, UTC),
    )
