"""Full speed for what others wrote: counting which lines of ours run makes every line of Python take twice as long."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def untraced() -> Iterator[None]:
    """Let no tool that measures coverage look on for a while."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


def uncounted(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a child process whose lines are not counted."""
    return {name: value for name, value in environment.items() if not name.startswith("COV")}
