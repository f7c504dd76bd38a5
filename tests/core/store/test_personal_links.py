"""Personal links: whose runs a browser shows, and what a link that is guessed, old or somebody else's opens."""

import time

import pytest
from sqlalchemy import select

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.errors import LinkError
from mnist_core.store.tables import metadata


def test_a_link_brings_another_browser_to_its_visitor_and_leaving_brings_it_back(store):
    secret = store.links.make("ada")
    assert store.links.known_as("phone") == "phone"
    assert store.links.join("phone", secret) == "ada"
    assert store.links.known_as("phone") == "ada"
    assert store.links.known_as("ada") == "ada"
    assert store.links.browsers("ada") == 1
    store.links.leave("phone")
    assert store.links.known_as("phone") == "phone"


def test_one_link_opens_any_number_of_browsers_of_which_those_that_came_last_stay(store, monkeypatch):
    monkeypatch.setattr("mnist_core.store.personal_links._MOST_BROWSERS", 3)
    secret = store.links.make("ada")
    now = time.time()
    for number in range(5):
        monkeypatch.setattr(time, "time", lambda number=number: now + number)
        store.links.join(f"browser {number}", secret)
    known = [store.links.known_as(f"browser {number}") for number in range(5)]
    assert known == ["browser 0", "browser 1", "ada", "ada", "ada"]


def test_the_database_has_no_secret(store):
    secret = store.links.make("ada")
    store.links.join("phone", secret)
    rows = [row for table in metadata.sorted_tables for row in store.database.rows(select(table))]
    assert len(rows) == 2
    assert secret not in str(rows)


@pytest.mark.parametrize("guess", ["", "x", "a" * 43, "ada", "%", "' OR 1=1 --"])
def test_a_guess_opens_nothing_and_leaves_the_browser_as_it_is(store, guess):
    store.links.join("phone", store.links.make("ada"))
    store.links.make("bob")
    assert store.links.owner_of(guess) is None
    with pytest.raises(LinkError, match="opens nothing"):
        store.links.join("phone", guess)
    assert store.links.known_as("phone") == "ada"


def test_a_new_link_replaces_the_old_one_and_browsers_stay(store):
    old = store.links.make("ada")
    store.links.join("phone", old)
    new = store.links.make("ada")
    with pytest.raises(LinkError):
        store.links.join("thief", old)
    assert store.links.join("tablet", new) == "ada"
    assert store.links.known_as("phone") == "ada"


def test_a_link_that_is_switched_off_opens_nothing_and_sends_others_away(store):
    secret = store.links.make("ada")
    for browser in ("phone", "thief"):
        store.links.join(browser, secret)
    store.links.revoke("ada", "phone")
    assert store.links.made("ada") is None
    assert [store.links.known_as(browser) for browser in ("phone", "thief", "ada")] == ["ada", "thief", "ada"]
    with pytest.raises(LinkError):
        store.links.join("thief", secret)


def test_the_own_link_in_the_own_browser_brings_it_home(store):
    mine, others = store.links.make("ada"), store.links.make("bob")
    store.links.join("ada", others)
    assert store.links.join("ada", mine) == "ada"
    assert store.links.known_as("ada") == "ada"
    assert store.links.browsers("ada") == 0


def test_there_are_no_chains(store):
    store.links.join("phone", store.links.make("ada"))
    store.links.join("ada", store.links.make("bob"))
    assert store.links.known_as("phone") == "ada"


def test_links_of_who_keeps_nothing_are_swept_once_they_are_old(store):
    store.links.join("phone", store.links.make("nobody"))
    kept = store.links.make("ada")
    store.new_runs.create(RunConfig(model=NetworkConfig()), "A run", owner="ada")
    store.links.sweep(time.time() - 60)
    assert store.links.known_as("phone") == "nobody"
    store.links.sweep(time.time() + 60)
    assert store.links.known_as("phone") == "phone"
    assert store.links.made("nobody") is None
    assert store.links.owner_of(kept) == "ada"
