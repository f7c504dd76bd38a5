"""Whose turn it is."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from mnist_core.store import Place


def fair_order(queued: Sequence[Place], running: Sequence[Place], per_visitor: int) -> list[Place]:
    """Return waiting runs in the order in which they begin: addresses take turns, and at each address its visitors.

    Each visitor's oldest run comes before anybody's second one, so one person's ten clicks keep nobody waiting. Nor do
    twenty cookies that one person has: they come from one address, which has its turn like any other. Runs that are
    training count as turns that were taken.

    Parameters
    ----------
    queued, running : sequence of Place
    per_visitor : int
        How many runs of one visitor may train at once.

    Returns
    -------
    list of Place
        All of `queued`. Visitors who train `per_visitor` runs already are last: see `next_to_begin`.
    """
    taken = Counter(record.owner_key for record in running)
    busy = {owner for owner, runs in taken.items() if runs >= per_visitor}
    lines: dict[str | None, list[tuple[bool, int, int, Place]]] = defaultdict(list)
    for record in sorted(queued, key=lambda record: record.queued):
        turn = taken[record.owner_key]
        taken[record.owner_key] += 1
        lines[record.address].append((record.owner_key in busy, turn, record.queued, record))
    trained = Counter(record.address for record in running)
    turns = [
        (blocked, place, queued_at, record)
        for address, line in lines.items()
        for place, (blocked, _, queued_at, record) in enumerate(
            sorted(line, key=lambda turn: turn[:3]), trained[address]
        )
    ]
    return [record for *_, record in sorted(turns, key=lambda turn: turn[:3])]


def next_to_begin(order: Sequence[Place], running: Sequence[Place], per_visitor: int, free: int) -> list[Place]:
    """Return the first `free` runs of an order whose visitors train less than `per_visitor` runs then.

    What would stay idle goes to trials of studies, whose visitors have more at once then.
    """
    training = Counter(place.owner_key for place in running)
    chosen: list[Place] = []
    for place in order:
        if len(chosen) == free:
            break
        if training[place.owner_key] < per_visitor:
            training[place.owner_key] += 1
            chosen.append(place)
    idle = free - len(chosen)
    more = [place for place in order if place.study is not None and place not in chosen]
    return chosen + more[: max(idle, 0)]
