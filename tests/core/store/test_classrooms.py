"""Classrooms: whoever has the secret teaches, whoever has the code joins, and nobody else is told anything."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count

import pytest
from sqlalchemy import select, update

from mnist_core.config import RunConfig
from mnist_core.errors import ClassroomError
from mnist_core.store import ClassBeginning, Classroom, RunState, Store
from mnist_core.store.classrooms import MOST_NICKNAME, MOST_PUPILS
from mnist_core.store.tables import classrooms, pupils, runs
from mnist_core.system.processes import own_process

CODE = "river-lamp-goat-piano"


def opened(store: Store, code: str = CODE) -> tuple[Classroom, str]:
    return store.classrooms.open("3b", lambda: code, days=30)


def names(store: Store, secret: str) -> list[str]:
    return [pupil.nickname for pupil in store.classrooms.pupils(secret)]


def over(store: Store, classroom: Classroom) -> None:
    """Let the last day of a classroom be over."""
    with store.database.begin() as connection:
        connection.execute(update(classrooms).where(classrooms.c.id == classroom.id).values(ends=time.time() - 1))


def test_a_classroom_is_opened_joined_and_looked_at(store):
    classroom, secret = opened(store)
    assert (classroom.name, classroom.code, classroom.paused) == ("3b", CODE, False)
    assert store.classrooms.of_code(CODE) == store.classrooms.of_secret(secret) == classroom
    for owner, nickname in (("ada", "Ada"), ("bob", "Bob")):
        store.classrooms.join(CODE, owner, nickname)
    assert names(store, secret) == ["Ada", "Bob"]
    found = store.classrooms.of_pupil("ada")
    assert found is not None
    assert (found[0], found[1].nickname) == (classroom, "Ada")
    assert store.classrooms.of_pupil("carol") is None


def test_a_code_that_is_taken_is_not_given_twice(store):
    opened(store)
    codes = iter([CODE, CODE, "another-one-of-four"])
    classroom, _ = store.classrooms.open("3c", lambda: next(codes), days=1)
    assert classroom.code == "another-one-of-four"
    with pytest.raises(ClassroomError, match="No code is free"):
        opened(store)


def test_the_database_has_neither_the_secret_nor_what_opens_with_it(store):
    _, secret = opened(store)
    rows = store.database.rows(select(classrooms))
    assert secret not in str(rows)
    assert store.classrooms.of_secret(rows[0].secret) is None


@pytest.mark.parametrize("secret", ["", CODE, "wrong", "another teacher's"])
def test_who_has_not_the_secret_does_nothing_of_a_teacher_s(store, secret):
    classroom, own = opened(store)
    _, others = opened(store, "another-one-of-four")
    secret = others if secret == "another teacher's" else secret
    store.classrooms.join(CODE, "ada", "Ada")
    assert store.classrooms.of_secret(secret) != classroom
    assert names(store, secret) == []
    asks = [
        lambda: store.classrooms.rename(secret, "ada", "Eve"),
        lambda: store.classrooms.remove(secret, "ada"),
    ]
    if secret != others:
        asks += [
            lambda: store.classrooms.say(secret, "Hello"),
            lambda: store.classrooms.pause(secret),
            lambda: store.classrooms.set_beginning(secret, ClassBeginning(lesson="first")),
            lambda: store.classrooms.close(secret, with_runs=True),
        ]
    for ask in asks:
        with pytest.raises(ClassroomError):
            ask()
    assert names(store, own) == ["Ada"]
    assert store.classrooms.of_secret(own) == classroom


def test_nicknames_differ_within_a_class_and_only_there(store):
    _, secret = opened(store)
    opened(store, "another-one-of-four")
    store.classrooms.join(CODE, "ada", "Kim")
    with pytest.raises(ClassroomError, match="“kim”"):
        store.classrooms.join(CODE, "bob", "  kim\n")
    assert store.classrooms.of_pupil("bob") is None, "nothing is half done"
    store.classrooms.join("another-one-of-four", "bob", "Kim")
    store.classrooms.join(CODE, "ada", "Ada")  # once more, by another name
    assert names(store, secret) == ["Ada"]


@pytest.mark.parametrize("name", ["", "   ", "\n", "x" * (MOST_NICKNAME + 1)])
def test_a_name_is_short_and_not_empty(store, name):
    opened(store)
    with pytest.raises(ClassroomError, match=f"1 to {MOST_NICKNAME} characters"):
        store.classrooms.join(CODE, "ada", name)


def test_a_class_is_full_at_some_time(store):
    _, secret = opened(store)
    numbers = count()
    for _ in range(MOST_PUPILS):
        number = next(numbers)
        store.classrooms.join(CODE, f"pupil {number}", f"P{number}")
    with pytest.raises(ClassroomError, match="full"):
        store.classrooms.join(CODE, "one more", "One")
    store.classrooms.join(CODE, "pupil 0", "Zero")  # who is there stays
    store.classrooms.remove(secret, "pupil 1")
    store.classrooms.join(CODE, "one more", "One")


def test_one_is_in_one_class_at_a_time_and_may_leave(store):
    _, secret = opened(store)
    _, other = opened(store, "another-one-of-four")
    store.classrooms.join(CODE, "ada", "Ada")
    store.classrooms.join("another-one-of-four", "ada", "Ada")
    assert (names(store, secret), names(store, other)) == ([], ["Ada"])
    store.classrooms.leave("ada")
    assert names(store, other) == []
    assert store.classrooms.of_pupil("ada") is None


def test_who_comes_back_has_been_there_since_the_first_time(store):
    _, secret = opened(store)
    opened(store, "another-one-of-four")
    store.classrooms.join(CODE, "ada", "Ada")
    (first,) = store.classrooms.pupils(secret)
    store.classrooms.leave("ada")
    store.classrooms.join(CODE, "bob", "Ada")  # the name is free
    store.classrooms.join("another-one-of-four", "ada", "Ada")
    store.classrooms.join(CODE, "ada", "Ada L")
    (again,) = [pupil for pupil in store.classrooms.pupils(secret) if pupil.owner == "ada"]
    assert again.joined == first.joined


def test_what_a_faster_clock_made_before_is_no_class_s(store):
    _, secret = opened(store)
    run_id = store.new_runs.create(RunConfig(), "before", owner="ada")
    with store.database.begin() as connection:
        connection.execute(update(runs).where(runs.c.id == run_id).values(created=time.time() + 60))
    store.classrooms.join(CODE, "ada", "Ada")
    (ada,) = store.classrooms.pupils(secret)
    assert ada.joined > store.runs.get(run_id).created
    assert store.listing.newest({"ada": ada.joined.timestamp()}) == {}


def test_many_join_at_once_and_each_name_is_there_once(store):
    _, secret = opened(store)

    def join(number: int) -> str:
        try:
            store.classrooms.join(CODE, f"pupil {number % 4}", f"N{number % 3}")
        except ClassroomError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(8) as threads:
        told = [words for words in threads.map(join, range(24)) if words]
    assert all("has this name already" in words for words in told)
    found = names(store, secret)
    assert len(found) == len(set(found)) == 3


def test_the_teacher_renames_and_removes_and_who_was_removed_stays_away(store):
    _, secret = opened(store)
    for owner, nickname in (("ada", "Ada"), ("bob", "Rude")):
        store.classrooms.join(CODE, owner, nickname)
    store.classrooms.rename(secret, "bob", "Bob")
    assert names(store, secret) == ["Ada", "Bob"]
    with pytest.raises(ClassroomError, match="this name already"):
        store.classrooms.rename(secret, "bob", "ADA")
    store.classrooms.remove(secret, "bob")
    store.classrooms.leave("bob")  # which does not help
    for ask in (
        lambda: store.classrooms.join(CODE, "bob", "Bob"),
        lambda: store.classrooms.rename(secret, "bob", "Again"),
    ):
        with pytest.raises(ClassroomError):
            ask()
    assert store.classrooms.of_pupil("bob") is None
    assert names(store, secret) == ["Ada"]


def test_what_the_teacher_says_reaches_pupils_in_one_line(store):
    _, secret = opened(store)
    store.classrooms.join(CODE, "ada", "Ada")
    store.classrooms.say(secret, "Stop,\nand look here")
    found = store.classrooms.of_pupil("ada")
    assert found is not None
    assert found[0].message == "Stop, and look here"
    with pytest.raises(ClassroomError, match="at most 300"):
        store.classrooms.say(secret, "x" * 301)


def test_of_a_class_that_rests_nothing_begins(store):
    _, secret = opened(store)
    store.classrooms.join(CODE, "ada", "Ada")
    for owner in ("ada", "bob", None):
        store.new_runs.create(RunConfig(), f"of {owner}", owner=owner)

    def begun() -> set[str | None]:
        taken = store.queue.take(lambda queued, running: queued, 5)
        store.queue.give_back(*[place.id for place in taken])
        return {place.owner for place in taken}

    store.classrooms.pause(secret)
    assert begun() == {"bob", None}
    store.classrooms.pause(secret, paused=False)
    assert begun() == {"ada", "bob", None}


def test_what_is_over_is_there_for_nobody(store):
    classroom, secret = opened(store)
    store.classrooms.join(CODE, "ada", "Ada")
    store.classrooms.pause(secret)
    over(store, classroom)
    assert (
        store.classrooms.of_code(CODE) is store.classrooms.of_secret(secret) is store.classrooms.of_pupil("ada") is None
    )
    assert names(store, secret) == []
    with store.database.begin() as connection:
        assert store.classrooms.silent(connection) == set()
    with pytest.raises(ClassroomError, match="no class with this code"):
        store.classrooms.join(CODE, "bob", "Bob")
    [left] = store.classrooms.over()
    assert (left.id, left.with_runs, [pupil.owner for pupil in left.pupils], left.left) == (
        classroom.id,
        True,
        ["ada"],
        None,
    )
    assert left.moment < datetime.now(UTC)
    assert not any(rest.paused for rest in store.classrooms.resting())
    store.classrooms.forget(left.id)
    assert not store.database.rows(select(pupils))
    assert not store.database.rows(select(classrooms))


def test_a_class_that_goes_on_is_not_forgotten(store):
    classroom, secret = opened(store)
    store.classrooms.join(CODE, "ada", "Ada")
    store.classrooms.forget(classroom.id)
    assert store.classrooms.of_secret(secret) == classroom
    assert names(store, secret) == ["Ada"]


def test_the_nickname_goes_with_all_that_is_a_visitor_s(store):
    _, secret = opened(store)
    for owner in ("ada", "bob"):
        store.classrooms.join(CODE, owner, owner)
    store.leaving.ask("ada")
    assert names(store, secret) == ["bob"]
    assert not store.database.rows(select(pupils).where(pupils.c.owner == "ada"))


def test_the_newest_run_of_each_pupil_is_found_with_the_step_of_the_lesson(store):
    since = time.time()
    for owner in ("ada", "ada", "bob"):
        newest = store.new_runs.create(RunConfig(), f"of {owner}", owner=owner)
        if owner == "ada":
            ada = newest
    assert store.queue.claim(ada, own_process())
    found = store.listing.newest({"ada": since, "bob": time.time() + 1, "carol": since})
    assert set(found) == {"ada"}, "bob's is older than what is asked for"
    assert (found["ada"].id, found["ada"].state) == (ada, RunState.RUNNING)
    for step in ("one", "two"):
        store.lessons.keep("ada", "first", step)
    assert store.lessons.newest({"ada": since, "bob": since}) == {"ada": ("first", "two")}
    assert store.lessons.newest({"ada": time.time() + 1}) == {}
    assert store.lessons.newest({}) == store.listing.newest({}) == {}
