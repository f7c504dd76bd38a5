"""Imports that other pages need, done while the first visitor reads the first page."""

import threading
from contextlib import suppress
from functools import lru_cache


@lru_cache(maxsize=1)
def warm_up() -> None:
    """Import the heavy libraries in the background, once.

    Called after the first page: done at the server's start, it would hold up that very page.
    """
    threading.Thread(target=_import, name="warm-up", daemon=True).start()


def _import() -> None:
    with suppress(ImportError):  # the page that needs it says what is missing
        import pandas  # noqa: F401
        import plotly.graph_objects  # noqa: F401
