"""How far visitors are in lessons is theirs alone, stays, and goes with them."""

import time

from sqlalchemy import update

from mnist_core.config import RunConfig
from mnist_core.engine.cleaning import sweep
from mnist_core.store import LessonState
from mnist_core.store.tables import lesson_steps


def test_steps_and_the_first_guess_are_remembered(store):
    store.lessons.keep("ada", "first", "one")
    store.lessons.keep("ada", "first", "two", 3)
    store.lessons.keep("ada", "first", "two", 1)  # the first guess counts
    store.lessons.keep("ada", "first", "two")
    store.lessons.keep("ada", "second", "one", 2)
    assert store.lessons.of("ada") == {
        "first": LessonState(frozenset({"one", "two"}), {"two": 3}),
        "second": LessonState(frozenset(), {"one": 2}),  # guessed, and not gone through yet
    }
    assert store.lessons.of("bob") == {}


def test_a_guess_may_come_after_the_step(store):
    store.lessons.keep("ada", "first", "one")
    store.lessons.keep("ada", "first", "one", 2)
    assert store.lessons.of("ada") == {"first": LessonState(frozenset({"one"}), {"one": 2})}


def test_it_goes_with_all_that_is_a_visitor_s(store):
    for owner in ("ada", "bob"):
        store.lessons.keep(owner, "first", "one")
    store.leaving.ask("ada")
    assert store.lessons.of("ada") == {}
    assert store.lessons.of("bob") != {}


def test_it_goes_once_a_visitor_did_nothing_for_long(store):
    past, future = time.time() - 60, time.time() + 60
    store.lessons.keep("ada", "first", "one")
    store.lessons.sweep(past, past)
    assert store.lessons.of("ada") != {}
    store.lessons.sweep(future, past)
    assert store.lessons.of("ada") == {}


def test_of_who_keeps_nothing_else_it_goes_when_everything_of_visitors_does(store):
    store.database.settings = store.settings = store.settings.model_copy(update={"forget_days": 30})
    store.new_runs.create(RunConfig(), "a run", owner="bob")  # when bob was here last is known
    for owner in ("ada", "bob"):
        store.lessons.keep(owner, "first", "one")
        with store.database.begin() as connection:
            connection.execute(update(lesson_steps).values(changed=time.time() - 31 * 86_400))
    sweep(store)
    assert store.lessons.of("ada") == {}
    assert store.lessons.of("bob") != {}


def test_a_personal_link_stays_with_it(store):
    store.lessons.keep("ada", "first", "one")
    secret, other = store.links.make("ada"), store.links.make("bob")
    store.links.sweep(time.time() + 60)
    assert store.links.owner_of(secret) == "ada"
    assert store.links.owner_of(other) is None
