"""Results that Streamlit keeps for all visitors, with a count of how often one was there."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st

from mnist_core.system.instruments import CACHE_LOOKUPS, CACHE_MISSES

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def kept(max_entries: int) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Keep what a function returned for its newest arguments; it is shared, and must not be changed.

    Parameters
    ----------
    max_entries : int
        How many results; the oldest goes first.
    """

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        @st.cache_resource(max_entries=max_entries, show_spinner=False)
        @wraps(function)
        def compute(*args: Parameters.args, **named: Parameters.kwargs) -> Result:
            CACHE_MISSES.add("results")
            return function(*args, **named)

        @wraps(function)
        def look_up(*args: Parameters.args, **named: Parameters.kwargs) -> Result:
            CACHE_LOOKUPS.add("results")
            result: Result = compute(*args, **named)
            return result

        return look_up

    return decorate
