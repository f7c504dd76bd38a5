"""Two films at the same time: on the same share of training."""

from bisect import bisect_right
from collections.abc import Sequence

from mnist_core.film.reader import Film


def together(films: Sequence[Film]) -> list[tuple[int, ...]]:
    """Return for each share of training that one of the films kept which moment of each is to be seen.

    Each shows the newest moment that it had by then, its first one before that.

    Parameters
    ----------
    films : sequence of Film
        With at least one moment each.
    """
    shares = [[moment.share for moment in film.moments] for film in films]
    return [
        tuple(max(0, bisect_right(own, share) - 1) for own in shares)
        for share in sorted({s for own in shares for s in own})
    ]
