"""The trials of studies that need no search: their values are known beforehand."""

from itertools import product
from typing import Any

from mnist_core.config.study import Question

Values = dict[str, Any]
SEEDS = 2**32  # so many there are


def fixed_values(question: Question, n: int) -> list[Values] | None:
    """Return what the first `n` trials try, in their order; None for a search.

    Of several seeds and sizes the seeds come last: half of a learning curve is a curve.
    """
    match question.kind:
        case "search":
            return None
        case "repeat":
            return [{"seed": (question.base.train.seed + k) % SEEDS} for k in range(n)]
        case "rate":
            return [{}]
        case _:
            turned = list(reversed(question.over))  # the first setting changes fastest
            rows = product(*(parameter.values for parameter in turned))
            return [dict(zip([parameter.name for parameter in turned], row, strict=True)) for row in rows][:n]
