"""Places that callers share."""

from mnist_core.gateway.free_places import Places


def fill(places: Places, key: str) -> int:
    count = 0
    while places.may_take(key):
        places.take(key)
        count += 1
    return count


def test_one_alone_takes_half_of_the_places_and_there_is_room_for_others() -> None:
    places = Places(600)
    assert fill(places, "a") == 300
    assert fill(places, "b") == 150
    assert fill(places, "c") == 75
    assert places.may_take("d")


def test_places_that_are_given_back_are_free() -> None:
    places = Places(2)
    places.take("a")
    assert not places.may_take("a")
    places.give_back("a")
    assert places.may_take("a")
    assert places.taken("a") == 0
